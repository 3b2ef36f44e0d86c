/// `NAME=VALUE` on a command line. The value may be empty and may contain `=`.
struct NamedValue: Equatable {
    var name: String
    var value: String

    /// Nothing where there is no name.
    init?(_ text: String) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
        name = String(text[..<sign])
        value = String(text[text.index(after: sign)...])
    }
}
