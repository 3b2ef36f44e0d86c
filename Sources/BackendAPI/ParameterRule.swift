/// One parameter that an engine declares: a caller may set it by name, and no undeclared one.
public struct ParameterRule: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case string, integer, number, boolean
    }

    public var name: String
    public var kind: Kind
    /// Decimal text; empty: no bound. Of a string they bound its length in characters.
    public var minimum: String
    public var maximum: String
    /// One line for people.
    public var help: String

    public init(name: String, kind: Kind, minimum: String = "", maximum: String = "", help: String = "") {
        self.name = name
        self.kind = kind
        self.minimum = minimum
        self.maximum = maximum
        self.help = help
    }

    /// What is wrong with a value, for people; nil: nothing.
    public func problem(with text: String) -> String? {
        switch kind {
        case .string: outside(Double(text.count), "has \(text.count) characters")
        case .boolean: ["true", "false"].contains(text) ? nil : "'\(text.prefix(64))' is neither true nor false"
        case .integer:
            Int64(text).map { outside(Double($0), "is \($0)") } ?? "'\(text.prefix(64))' is no whole number"
        case .number:
            finite(text).map { outside($0, "is \(text)") } ?? "'\(text.prefix(64))' is no number"
        }
    }

    private func finite(_ text: String) -> Double? {
        guard let number = Double(text), number.isFinite else { return nil }
        return number
    }

    private func outside(_ value: Double, _ what: String) -> String? {
        if let least = Double(minimum), value < least { return "\(what); the least is \(minimum)" }
        if let most = Double(maximum), value > most { return "\(what); the most is \(maximum)" }
        return nil
    }
}
