/// A scalar's text cut at its references: `${VAR}`, `${VAR:default}`, `${VAR:-default}`, `${file:/path}`; `$${` stands
/// for `${`.
///
/// What a reference brings is never searched for references again.
struct Interpolation: Equatable {
    enum Piece: Equatable {
        case literal(String)
        /// The default counts where the variable is not set or empty.
        case variable(name: String, default: String?)
        case file(path: String)
    }

    /// Why the text cannot be cut; for people, without anything of the text but a variable's name.
    struct Fault: Error, Equatable {
        let message: String
    }

    private(set) var pieces: [Piece] = []

    init(_ text: String) throws(Fault) {
        var rest = text[...]
        var literal = ""
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                literal += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                add(literal)
                literal = ""
                let end = try Self.end(of: rest)
                pieces.append(try Self.reference(rest[..<end].dropFirst(2)))
                rest = rest[end...].dropFirst()
            } else {
                literal += "$"
                rest = rest.dropFirst()
            }
        }
        add(literal + rest)
    }

    private mutating func add(_ literal: String) {
        if !literal.isEmpty { pieces.append(.literal(literal)) }
    }

    private static func end(of reference: Substring) throws(Fault) -> Substring.Index {
        guard let end = reference.firstIndex(of: "}") else {
            throw Fault(message: "'${' is never closed; add '}', or write '$${' for the two characters themselves")
        }
        guard !reference[..<end].dropFirst(2).contains("${") else {
            throw Fault(message: "'${' stands inside another one; a default must be plain text")
        }
        return end
    }

    private static func reference(_ inner: Substring) throws(Fault) -> Piece {
        let colon = inner.firstIndex(of: ":")
        let name = inner[..<(colon ?? inner.endIndex)]
        var argument = colon.map { inner[$0...].dropFirst() }
        if name == "file", let path = argument {
            guard path.hasPrefix("/") else {
                throw Fault(message: "'${file:...}' needs an absolute path; write ${file:/run/secrets/NAME}")
            }
            return .file(path: String(path))
        }
        guard isVariableName(name) else {
            throw Fault(
                message: "'${...}' does not hold a variable's name; write ${NAME}, ${NAME:-default} or ${file:/path}")
        }
        if argument?.hasPrefix("-") == true { argument = argument?.dropFirst() }
        return .variable(name: String(name), default: argument.map(String.init))
    }

    private static func isVariableName(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.count <= 128
            && name.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII && (scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            }
    }
}
