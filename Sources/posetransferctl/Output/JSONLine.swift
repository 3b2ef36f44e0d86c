/// A JSON value whose keys keep their order: the output is the same for the same facts.
indirect enum JSONLine: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case array([JSONLine])
    case object([(String, JSONLine)])

    static func == (one: JSONLine, other: JSONLine) -> Bool { one.text == other.text }

    /// One line, without its end.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.0)):\($0.1.text)" }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: quoted += escaped(scalar.value)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func escaped(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension JSONLine {
    static func optional(_ text: String) -> JSONLine { text.isEmpty ? .null : .string(text) }
    static func optional(_ value: Int64?) -> JSONLine { value.map { .integer($0) } ?? .null }
    static func milliseconds(_ value: Duration?) -> JSONLine { value.map { .integer($0.wholeMilliseconds) } ?? .null }
    static func optional(_ value: Bool?) -> JSONLine { value.map { .bool($0) } ?? .null }
}

extension Duration {
    /// Rounded down; clamped to what fits.
    var wholeMilliseconds: Int64 {
        let (seconds, overflow) = components.seconds.multipliedReportingOverflow(by: 1000)
        return overflow
            ? (components.seconds < 0 ? .min : .max) : seconds &+ components.attoseconds / 1_000_000_000_000_000
    }
}
