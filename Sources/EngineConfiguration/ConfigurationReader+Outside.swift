import BackendAPI

extension ConfigurationReader {
    /// The file's tree with what the environment and the flags set put in its place. A name that names nothing is noted.
    mutating func overlaid(_ root: ConfigurationNode) -> ConfigurationNode {
        var outside = OutsideValues(sources)
        guard !outside.isEmpty, case .map = root.content else { return root }
        let sections = SettableKey.ofSections(root)
        var tree = set(sections, &outside, in: root)
        let settings = SettableKey.names(tree.value(of: "engines")).flatMap { settingsKeys(of: $0, &outside) }
        tree = set(settings, &outside, in: tree)
        refuseTheRest(outside, known: sections + settings)
        return tree
    }

    private mutating func set(
        _ keys: [SettableKey], _ outside: inout OutsideValues, in root: ConfigurationNode
    ) -> ConfigurationNode {
        let pathsOfVariable = Dictionary(grouping: keys, by: \.variable)
        var tree = root
        for key in keys {
            guard let (text, source) = outside.take(key) else { continue }
            let position = Position(line: 0, column: 0, outside: source)
            let namesakes = pathsOfVariable[key.variable]?.map(\.path) ?? []
            if case .environment = source, namesakes.count > 1 {
                refuse(position, "", "names \(namesakes.joined(separator: " and ")); use --set, which tells them apart")
            } else if let node = node(text, key, position) {
                tree = tree.setting(key.parts[...], to: node)
            }
        }
        return tree
    }

    /// What stands below `config:` is known once the engine's type is.
    private mutating func settingsKeys(
        of entry: ConfigurationNode.Entry, _ outside: inout OutsideValues
    ) -> [SettableKey] {
        let parts = ["engines", entry.key, "config"]
        var silent = ConfigurationReader(file: file, registry: registry, sources: sources)
        let type = entry.value.value(of: "type").flatMap { silent.scalar($0, "") }?.text
        guard let factory = type.flatMap(registry.factory(for:)) else {
            outside.leaveAlone(below: SettableKey(parts: parts, kind: nil))
            return []
        }
        return SettableKey.section(parts, factory.keys, entry.value.value(of: "config"))
    }

    private mutating func node(_ text: String, _ key: SettableKey, _ position: Position) -> ConfigurationNode? {
        guard key.isOneLine, let kind = key.kind else {
            let example = "--set \(key.path == "server" ? "server.listen=127.0.0.1:7411" : key.path + ".KEY=VALUE")"
            let advice =
                key.kind == nil ? "set its keys one by one: \(example)" : "write it in the file"
            refuse(position, key.path, "has several values below it and cannot be set in one line; \(advice)")
            return nil
        }
        guard case .list(let element) = kind else {
            return .outside(text, kind, position)
        }
        guard text.hasPrefix("[") else {
            let parts = text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false)
            return ConfigurationNode(
                position: position, content: .list(parts.map { .outside(trimmed($0), element, position) }))
        }
        return flowList(text, key, element, position)
    }

    private mutating func flowList(
        _ text: String, _ key: SettableKey, _ element: ConfigurationKey.Kind, _ position: Position
    ) -> ConfigurationNode? {
        let document = YAMLDocument(text)
        guard document.problems.isEmpty, case .list(let nodes)? = document.root?.content else {
            refuse(position, key.path, "is no list; write a,b or [a, b]")
            return nil
        }
        let values = nodes.compactMap { node -> ConfigurationNode? in
            guard case .scalar(let text, let isPlain) = node.content else { return nil }
            return ConfigurationNode(position: position, content: .scalar(text, isPlain: isPlain))
        }
        guard values.count == nodes.count else {
            refuse(position, key.path, "has more than single values in it; write a,b or [a, b]")
            return nil
        }
        return ConfigurationNode(position: position, content: .list(values))
    }

    private mutating func refuseTheRest(_ outside: OutsideValues, known: [SettableKey]) {
        let variables = known.filter(\.isOneLine).map(\.variable) + OutsideValues.programVariables
        for name in outside.strangers {
            let position = Position(line: 0, column: 0, outside: .environment(variable: shown(name)))
            if let key = known.first(where: { !$0.isOneLine && $0.kind != nil && name.hasPrefix($0.variable + "_") }) {
                refuse(position, key.path, "cannot be set from outside; write it in the file")
                continue
            }
            let near = nearestName(to: name, in: variables).map { "did you mean \($0)?" }
            refuse(position, "", "names no key of the configuration; \(near ?? Self.whatThereIs)")
        }
        for flag in outside.flags.values.sorted(by: { $0.path < $1.path }) {
            let near = nearestName(to: flag.path, in: known.filter(\.isOneLine).map(\.path))
            refuse(
                Position(line: 0, column: 0, outside: .flag(flag.flag)), "",
                "names no key of the configuration; \(near.map { "did you mean \($0)?" } ?? Self.whatThereIs)")
        }
    }

    private static let whatThereIs = "'posetransferd config' shows the keys that there are"
}

/// What the environment and the flags bring, as long as nobody has taken it.
struct OutsideValues {
    /// Variables of the program itself, which are no keys of the file.
    static let programVariables = ["PTD_CONFIG", "PTD_LOG_LEVEL"]

    private var variables: [String: String] = [:]
    private(set) var flags: [String: FlagSetting] = [:]

    /// An empty variable counts as not set, as `${VAR:-default}` has it; of two flags for one key the later one counts.
    init(_ sources: ConfigurationSources) {
        for name in sources.variableNames()
        where name.hasPrefix(SettableKey.prefix) && !Self.programVariables.contains(name) {
            if let text = sources.variable(name), !text.isEmpty { variables[name] = text }
        }
        for flag in sources.flags { flags[flag.path] = flag }
    }

    var isEmpty: Bool { variables.isEmpty && flags.isEmpty }

    /// The value for a key: the environment's, else the flag's.
    mutating func take(_ key: SettableKey) -> (text: String, source: OutsideSource)? {
        let flag = flags.removeValue(forKey: key.path)
        if let text = variables[key.variable] {
            taken.insert(key.variable)
            return (text, .environment(variable: key.variable))
        }
        return flag.map { ($0.text, .flag($0.flag)) }
    }

    /// The settings of an engine whose type is unknown: that is told, and says enough.
    mutating func leaveAlone(below section: SettableKey) {
        variables = variables.filter { !$0.key.hasPrefix(section.variable) }
        flags = flags.filter { !$0.key.hasPrefix(section.path) }
    }

    /// Variables that nothing has taken. A taken one stays readable, so that a second key of its name is found.
    var strangers: [String] { variables.keys.filter { !taken.contains($0) }.sorted() }

    private var taken: Set<String> = []
}

extension ConfigurationNode {
    /// A value of one line, read as the kind wants it: nobody can put quotes around a number there.
    fileprivate static func outside(_ text: String, _ kind: ConfigurationKey.Kind, _ position: Position) -> Self {
        let mayBeNumber =
            switch kind {
            case .seconds, .integer, .boolean: true
            default: false
            }
        return ConfigurationNode(position: position, content: .scalar(text, isPlain: mayBeNumber))
    }

    /// The tree with `value` at the end of the path, maps made on the way; unchanged where something else than a map is in the way.
    func setting(_ path: ArraySlice<String>, to value: ConfigurationNode) -> ConfigurationNode {
        guard let key = path.first else { return value }
        let entries: [Entry]
        switch content {
        case .map(let own): entries = own
        case .nothing: entries = []
        case .scalar, .list: return self
        }
        let nothing = ConfigurationNode(position: value.position, content: .nothing)
        let old = entries.first { $0.key == key }
        let new = Entry(
            key: key, keyPosition: old?.keyPosition ?? value.position,
            value: (old?.value ?? nothing).setting(path.dropFirst(), to: value))
        let changed = old == nil ? entries + [new] : entries.map { $0.key == key ? new : $0 }
        return ConfigurationNode(position: position, content: .map(changed))
    }
}

private func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
}
