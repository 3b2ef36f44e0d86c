import BackendAPI

/// The values of a section by the names of its declared keys. A key with a problem is missing, and `isComplete` is
/// false.
struct CheckedValues {
    var values: [String: ConfigurationValue] = [:]
    var isComplete = true

    func text(_ key: String) -> String? {
        if case .text(let text)? = values[key] { text } else { nil }
    }
    func integer(_ key: String) -> Int? {
        if case .integer(let integer)? = values[key] { Int(exactly: integer) } else { nil }
    }
    func boolean(_ key: String) -> Bool? {
        if case .boolean(let boolean)? = values[key] { boolean } else { nil }
    }
    /// Seconds as milliseconds, rounded; the ranges of the keys keep it far from overflow.
    func milliseconds(_ key: String) -> Int64? {
        if case .seconds(let seconds)? = values[key] { Int64(exactly: (seconds * 1_000).rounded()) } else { nil }
    }
    func list(_ key: String) -> [ConfigurationValue]? {
        if case .list(let list)? = values[key] { list } else { nil }
    }
    func texts(_ key: String) -> [String] {
        (list(key) ?? []).compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
}

extension ConfigurationReader {
    /// Reads a section by its declared keys: each as its kind wants it, defaults filled in, required ones there.
    mutating func values(in section: ConfigurationSection, keys: [ConfigurationKey]) -> CheckedValues {
        var checked = CheckedValues()
        for key in keys {
            let path = section.path(of: key.name)
            if let entry = section.entry(key.name), !isLeftOut(entry.value, key.kind) {
                let value = value(entry.value, key.kind, path)
                note(path, value, entry.value.position.origin)
                checked.add(key.name, value)
            } else if key.isRequired {
                refuse(section.position, section.path, "required key '\(key.name)' is missing; add it (\(key.help))")
                checked.isComplete = false
            } else if let text = key.defaultText {
                checked.add(key.name, defaultValue(text, key.kind, section.position, path))
            } else {
                note([EffectiveValue(key: path, value: nil, origin: .standard)])
            }
        }
        return checked
    }

    /// The parts of a map or of a list of maps were noted while they were read, each with its own origin.
    private mutating func note(_ path: String, _ value: ConfigurationValue?, _ origin: ValueOrigin) {
        switch value {
        case .map(let map)? where !map.isEmpty: return
        case .list(let list)? where list.contains { if case .map = $0 { true } else { false } }: return
        case let value?: note([EffectiveValue(key: path, value: value, origin: origin)])
        case nil: return
        }
    }

    /// `inputs:` with all its lines commented out is an empty map; a key that wants a single value must have one.
    private func isLeftOut(_ node: ConfigurationNode, _ kind: ConfigurationKey.Kind) -> Bool {
        switch kind {
        case .list, .map, .listOfMaps: node.content == .nothing
        default: false
        }
    }

    private mutating func defaultValue(
        _ text: String, _ kind: ConfigurationKey.Kind, _ position: Position, _ path: String
    ) -> ConfigurationValue? {
        let node: ConfigurationNode? =
            switch kind {
            case .list, .map, .listOfMaps: YAMLDocument(text).root
            default: ConfigurationNode(position: position, content: .scalar(text, isPlain: true))
            }
        var reader = ConfigurationReader(file: file, registry: registry, sources: sources)
        guard let node, let value = reader.value(node, kind, path), reader.problems.isEmpty else {
            refuse(position, path, "the type's own default is not valid; give a value and report this")
            return nil
        }
        note(reader.effective.map { $0.from(.standard) })
        note(path, value, .standard)
        return value
    }

    private mutating func value(
        _ node: ConfigurationNode, _ kind: ConfigurationKey.Kind, _ path: String
    ) -> ConfigurationValue? {
        switch kind {
        case .list(let element): return list(node, path) { $0.value($1, element, $2) }
        case .listOfMaps(let keys): return list(node, path) { $0.mapValue($1, keys, $2) }
        case .map(let keys):
            guard let section = map(node, path) else { return nil }
            let pairs = section.entries.map { ($0.key, mapValue($0.value, keys, section.path(of: $0.key))) }
            let found = pairs.compactMap { pair in pair.1.map { (pair.0, $0) } }
            return found.count == pairs.count ? .map(Dictionary(found) { first, _ in first }) : nil
        default:
            return scalar(node, path).flatMap { value($0, kind, path) }
        }
    }

    private mutating func list(
        _ node: ConfigurationNode, _ path: String,
        _ read: (inout ConfigurationReader, ConfigurationNode, String) -> ConfigurationValue?
    ) -> ConfigurationValue? {
        guard case .list(let nodes) = node.content else {
            refuse(
                node.position, path,
                "is \(node.kindForPeople), but must be a list; write [a, b], or '- a' lines below it")
            return nil
        }
        var values: [ConfigurationValue] = []
        for (index, node) in nodes.enumerated() {
            if let value = read(&self, node, "\(path)[\(index)]") { values.append(value) }
        }
        return values.count == nodes.count ? .list(values) : nil
    }

    private mutating func mapValue(
        _ node: ConfigurationNode, _ keys: [ConfigurationKey], _ path: String
    ) -> ConfigurationValue? {
        guard let section = section(node, path, known: keys.map(\.name)) else { return nil }
        let checked = values(in: section, keys: keys)
        return checked.isComplete ? .map(checked.values) : nil
    }

    private mutating func value(
        _ scalar: ResolvedScalar, _ kind: ConfigurationKey.Kind, _ path: String
    ) -> ConfigurationValue? {
        let outcome: Result<ConfigurationValue, ScalarFault> =
            switch kind {
            case .secret: ScalarRules.secret(scalar)
            case .seconds(let range): ScalarRules.seconds(scalar, range)
            case .integer(let range): ScalarRules.integer(scalar, range)
            case .boolean: ScalarRules.boolean(scalar)
            case .choice(let words): ScalarRules.choice(scalar, words)
            case .url: ScalarRules.url(scalar)
            case .text, .list, .map, .listOfMaps: ScalarRules.text(scalar)
            }
        switch outcome {
        case .success(let value):
            if case .secret = value, !scalar.isFromOutside {
                let place = scalar.position.outside == nil ? "stands in the file" : "stands on the command line"
                warn(
                    scalar.position, path,
                    "the secret itself \(place); move it out: \"${\(variableName(path))}\" or ${file:/path}")
            }
            return value
        case .failure(let fault):
            refuse(scalar.position, path, fault.message)
            return nil
        }
    }

    private func variableName(_ path: String) -> String {
        path.split(separator: ".").last.map { $0.uppercased() } ?? "NAME"
    }
}

extension CheckedValues {
    fileprivate mutating func add(_ key: String, _ value: ConfigurationValue?) {
        if let value { values[key] = value } else { isComplete = false }
    }
}
