import Yams

/// Reads YAML into `ConfigurationNode`s and refuses what makes it surprising or dear: anchors, aliases, tags, duplicate
/// keys, depth.
///
/// Yams' `load` would expand aliases (350 bytes become 2 GB), and the anchors of its nodes live only as long as the
/// parser does: so the tree is walked here, with the parser held.
struct YAMLDocument {
    struct Problem: Equatable {
        let position: Position?
        let message: String
    }

    /// `nil` where nothing could be read, or only nothing stands there.
    private(set) var root: ConfigurationNode?
    private(set) var problems: [Problem] = []
    private var valuesLeft = ConfigurationLimits.valuesMax

    init(_ text: String) {
        let prescan = YAMLPrescan(text)
        if let alias = prescan.firstOfTooManyAliases { refuse(alias, Self.aliasesRefused) }
        if let place = prescan.tooManyValues { refuse(place, Self.tooManyValues) }
        guard problems.isEmpty else { return }
        do {
            let parser = try Parser(yaml: text, encoding: .utf8)
            try withExtendedLifetime(parser) {
                guard let node = try parser.singleRoot() else { return }
                root = convert(node, depth: 1)
            }
        } catch {
            problems.append(Self.problem(of: error))
        }
    }

    private static let aliasesRefused =
        "anchors (&name) and aliases (*name) are not read; write the value itself (in quotes where it begins with & or *)"

    private static let tooManyValues = "more than \(ConfigurationLimits.valuesMax) values; is it the right file?"

    private mutating func refuse(_ position: Position, _ message: String) {
        problems.append(Problem(position: position, message: message))
    }

    private mutating func convert(_ node: Node, depth: Int) -> ConfigurationNode? {
        let position = Position(node.mark)
        guard node.anchor == nil else {
            refuse(position, Self.aliasesRefused)
            return nil
        }
        guard depth <= ConfigurationLimits.nestingLevelsMax else {
            refuse(position, "more than \(ConfigurationLimits.nestingLevelsMax) levels of nesting; no key is that deep")
            return nil
        }
        valuesLeft -= 1
        guard valuesLeft >= 0 else {
            if valuesLeft == -1 {
                refuse(position, Self.tooManyValues)
            }
            return nil
        }
        switch node {
        case .scalar(let scalar): return convert(scalar, position)
        case .sequence(let sequence):
            guard isUntagged(sequence.tag, position) else { return nil }
            return ConfigurationNode(
                position: position, content: .list(sequence.compactMap { convert($0, depth: depth + 1) }))
        case .mapping(let mapping):
            return isUntagged(mapping.tag, position) ? convert(mapping, position, depth: depth) : nil
        case .alias:
            refuse(position, Self.aliasesRefused)
            return nil
        }
    }

    /// The parser itself tags a quoted scalar as `str`; any other tag was written by hand.
    private mutating func isUntagged(_ tag: Tag, _ position: Position) -> Bool {
        if tag == .implicit || tag == Tag(.str) || tag == Tag(.nonSpecific) { return true }
        refuse(position, "tags (!name) are not read; leave it out")
        return false
    }

    private mutating func convert(_ scalar: Node.Scalar, _ position: Position) -> ConfigurationNode? {
        let isPlain = scalar.style == .plain
        guard isUntagged(scalar.tag, position) else { return nil }
        let isNothing = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        return ConfigurationNode(
            position: position, content: isNothing ? .nothing : .scalar(scalar.string, isPlain: isPlain))
    }

    private mutating func convert(_ mapping: Node.Mapping, _ position: Position, depth: Int) -> ConfigurationNode? {
        var entries: [ConfigurationNode.Entry] = []
        var lineOfKey: [String: Int] = [:]
        for (key, value) in mapping {
            let keyPosition = Position(key.mark)
            guard case .scalar(let scalar) = key, key.anchor == nil else {
                refuse(keyPosition, "a key must be a plain name")
                continue
            }
            if let line = lineOfKey[scalar.string] {
                refuse(
                    keyPosition, "key '\(shown(scalar.string))' stands here twice (first in line \(line)); remove one")
                continue
            }
            lineOfKey[scalar.string] = keyPosition.line
            guard let value = convert(value, depth: depth + 1) else { continue }
            entries.append(ConfigurationNode.Entry(key: scalar.string, keyPosition: keyPosition, value: value))
        }
        return ConfigurationNode(position: position, content: .map(entries))
    }

    /// Of Yams' error only the parser's own fixed words are used: its context would repeat the file's text.
    private static func problem(of error: any Error) -> Problem {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
            return Problem(position: Position(mark), message: "not YAML: \(problem); check indentation and quotes")
        case .composer(_, let problem, let mark, _):
            return Problem(
                position: Position(mark),
                message: problem.contains("alias") ? aliasesRefused : "not one YAML document: \(problem); remove '---'")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "'\(shown($0))'" }.joined(separator: ", ")
            return Problem(
                position: Position(context.mark), message: "this map has the key \(names) more than once; remove one")
        case .reader(let problem, _, _, _):
            return Problem(position: nil, message: "not YAML: \(problem); only printable characters may stand in it")
        default:
            return Problem(position: nil, message: "not YAML; check indentation and quotes")
        }
    }
}

extension Position {
    init(_ mark: Mark?) { self.init(line: mark?.line ?? 1, column: mark?.column ?? 1) }
}

/// A name as a message may repeat it: cut, and without characters that a terminal acts on.
func shown(_ name: String) -> String {
    var text = ""
    for scalar in name.unicodeScalars.prefix(ConfigurationLimits.shownCharactersMax) {
        text.unicodeScalars.append(scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) ? "?" : scalar)
    }
    return name.unicodeScalars.count > ConfigurationLimits.shownCharactersMax ? text + "..." : text
}
