import BackendAPI

/// Walks the file once and notes every problem on the way.
///
/// A reading function that gives `nil` has noted why; what depends on it is then left out, so that one mistake is told
/// once.
struct ConfigurationReader {
    let file: String
    let registry: BackendRegistry
    let sources: ConfigurationSources
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []
    /// Every value that was read, in the order of reading; of use only where there are no problems.
    private(set) var effective: [EffectiveValue] = []

    init(file: String, registry: BackendRegistry, sources: ConfigurationSources) {
        self.file = file
        self.registry = registry
        self.sources = sources
    }

    mutating func refuse(_ position: Position?, _ path: String, _ message: String) {
        problems.append(ConfigurationProblem(file: file, position: position, message: Self.text(path, message)))
    }

    mutating func warn(_ position: Position, _ path: String, _ message: String) {
        warnings.append(ConfigurationProblem(file: file, position: position, message: Self.text(path, message)))
    }

    mutating func note(_ values: [EffectiveValue]) { effective += values }

    private static func text(_ path: String, _ message: String) -> String {
        path.isEmpty ? message : "\(path): \(message)"
    }

    /// A map whose keys are all known; `nil` where it is no map. Unknown keys are noted and left out.
    mutating func section(_ node: ConfigurationNode, _ path: String, known: [String]) -> ConfigurationSection? {
        guard let section = map(node, path) else { return nil }
        for entry in section.entries where !known.contains(entry.key) {
            let advice =
                nearestName(to: entry.key, in: known).map { "did you mean '\($0)'?" }
                ?? "known here: \(known.sorted().joined(separator: ", "))"
            refuse(entry.keyPosition, path, "unknown key '\(shown(entry.key))'; \(advice)")
        }
        return section
    }

    /// A map with any keys; nothing at all counts as an empty one.
    mutating func map(_ node: ConfigurationNode, _ path: String) -> ConfigurationSection? {
        switch node.content {
        case .map(let entries): return ConfigurationSection(path: path, position: node.position, entries: entries)
        case .nothing: return ConfigurationSection(path: path, position: node.position, entries: [])
        case .scalar, .list:
            refuse(
                node.position, path, "is \(node.kindForPeople), but must be a map; write 'key: value' lines below it")
            return nil
        }
    }

    /// A name that an operator gives: of an engine, pipeline, step or caller.
    mutating func isName(_ name: String, _ position: Position, _ path: String, shown text: String? = nil) -> Bool {
        let isFit = name.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "_-.@".unicodeScalars.contains(scalar))
        }
        guard !name.isEmpty, name.utf8.count <= ConfigurationLimits.nameBytesMax, isFit else {
            let bound = ConfigurationLimits.nameBytesMax
            refuse(
                position, path,
                "\(text ?? "'\(shown(name))' ")is no name; use 1 to \(bound) of the characters a-z A-Z 0-9 _ - . @")
            return false
        }
        return true
    }
}

/// A map of the file and where it stands (`engines.x.config`).
struct ConfigurationSection {
    let path: String
    let position: Position
    let entries: [ConfigurationNode.Entry]

    func entry(_ key: String) -> ConfigurationNode.Entry? { entries.first { $0.key == key } }
    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
