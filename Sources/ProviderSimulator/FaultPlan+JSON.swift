extension FaultPlan {
    /// Reads `{"rules":[{"endpoint":"create","fault":"code","code":421,"times":2}, ...]}`. Throws `INVALID_FAULTS`.
    package init(parsing text: String) throws(SimulatorError) {
        guard let document = try? JSONValue(parsing: Array(text.utf8)) else {
            throw SimulatorError(.invalidFaults, "the fault plan is not JSON")
        }
        try self.init(try FaultRule.list(named: "rules", in: document))
    }

    var json: JSONValue { ["rules": .array(rules.map(\.json))] }
}

extension FaultRule {
    static func list(named name: String, in document: JSONValue) throws(SimulatorError) -> [FaultRule] {
        guard let list = document[name]?.array else {
            throw SimulatorError(.invalidFaults, "\(name) must be a list")
        }
        var rules: [FaultRule] = []
        for element in list { rules.append(try FaultRule(json: element)) }
        return rules
    }

    private static let names: Set<String> = [
        "endpoint", "fault", "skip", "times", "code", "message", "retryAfter", "location", "seconds", "bytes", "link",
        "word", "takesEffect",
    ]

    init(json: JSONValue) throws(SimulatorError) {
        guard case .object(let members) = json else { throw SimulatorError(.invalidFaults, "a rule must be an object") }
        for member in members where !Self.names.contains(member.name) {
            throw SimulatorError(.invalidFaults, "unknown key \(member.name.prefix(40)) in a rule")
        }
        guard let endpoint = json["endpoint"]?.string.flatMap(Endpoint.init(rawValue:)) else {
            throw SimulatorError(
                .invalidFaults, "endpoint must be one of \(Endpoint.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var fault = try Self.fault(json["fault"])
        fault.code = try Self.count("code", in: json)
        fault.bytes = try Self.count("bytes", in: json) ?? fault.bytes
        fault.seconds = try Self.value("seconds", in: json, \.number)
        fault.message = try Self.value("message", in: json, \.string)
        fault.retryAfter = try Self.value("retryAfter", in: json, \.string)
        fault.location = try Self.value("location", in: json, \.string)
        fault.link = try Self.value("link", in: json, \.string)
        fault.word = try Self.value("word", in: json, \.string)
        fault.takesEffect = try Self.value("takesEffect", in: json, \.bool)
        let skip = try Self.count("skip", in: json) ?? 0
        self.init(endpoint, fault, skip: skip, times: try Self.count("times", in: json))
    }

    /// `lostReply` is short for a cut after no byte.
    private static func fault(_ name: JSONValue?) throws(SimulatorError) -> Fault {
        if name == "lostReply" { return .lostReply }
        guard let kind = name?.string.flatMap(Fault.Kind.init(rawValue:)) else {
            let kinds = ["lostReply"] + Fault.Kind.allCases.map(\.rawValue)
            throw SimulatorError(.invalidFaults, "fault must be one of \(kinds.joined(separator: ", "))")
        }
        return Fault(kind)
    }

    private static func count(_ name: String, in json: JSONValue) throws(SimulatorError) -> Int? {
        try value(name, in: json) { $0.integer.flatMap { Int(exactly: $0) } }
    }

    private static func value<Value>(
        _ name: String, in json: JSONValue, _ read: (JSONValue) -> Value?
    ) throws(SimulatorError) -> Value? {
        guard let member = json[name], member != .null else { return nil }
        guard let value = read(member) else { throw SimulatorError(.invalidFaults, "\(name) has the wrong type") }
        return value
    }

    var json: JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ value: JSONValue?) {
            if let value { members.append(JSONValue.Member(name: name, value: value)) }
        }
        add("endpoint", .string(endpoint.rawValue))
        add("fault", .string(fault.kind.rawValue))
        add("skip", skip == 0 ? nil : JSONValue(skip))
        add("times", times.map { JSONValue($0) })
        add("code", fault.code.map { JSONValue($0) })
        add("message", fault.message.map { .string($0) })
        add("retryAfter", fault.retryAfter.map { .string($0) })
        add("location", fault.location.map { .string($0) })
        add("seconds", fault.seconds.map { .number($0) })
        add("bytes", fault.bytes.map { JSONValue($0) })
        add("link", fault.link.map { .string($0) })
        add("word", fault.word.map { .string($0) })
        add("takesEffect", fault.takesEffect.map { .bool($0) })
        return .object(members)
    }
}
