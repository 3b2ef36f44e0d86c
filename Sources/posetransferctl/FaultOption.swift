/// `--fault ENDPOINT=FAULT[,KEY=VALUE]...` of the simulator: `create=code,code=421,times=2`.
struct FaultOption: Equatable {
    let rule: JSONLine

    /// Nothing where the text is not of that form. Which endpoints, faults and keys there are, the simulator judges.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard let first = parts.first, let head = Self.pair(first) else { return nil }
        var members: [(String, JSONLine)] = [("endpoint", .string(head.0)), ("fault", .string(head.1))]
        for part in parts.dropFirst() {
            guard let (name, value) = Self.pair(part), name != "endpoint", name != "fault" else { return nil }
            members.append((name, Self.value(value)))
        }
        rule = .object(members)
    }

    /// The plan for the simulator, as JSON text.
    static func plan(_ faults: [FaultOption]) -> String {
        JSONLine.object([("rules", .array(faults.map(\.rule)))]).text
    }

    private static func pair(_ text: Substring) -> (String, String)? {
        guard let sign = text.firstIndex(of: "=") else { return nil }
        let (name, value) = (text[..<sign], text[text.index(after: sign)...])
        return name.isEmpty || value.isEmpty ? nil : (String(name), String(value))
    }

    private static func value(_ text: String) -> JSONLine {
        if let number = Int64(text) { return .integer(number) }
        if let number = Double(text), number.isFinite { return .number(number) }
        return text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text)
    }
}
