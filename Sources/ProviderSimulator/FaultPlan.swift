/// The faults to come. Each request takes the first rule of its endpoint that is due; a rule that is used up is gone.
package struct FaultPlan: Equatable, Sendable {
    package private(set) var rules: [FaultRule] = []

    package init() {}

    package init(_ rules: [FaultRule]) throws(SimulatorError) { try append(rules) }

    /// Adds rules behind those that stand. Throws `INVALID_FAULTS` and changes nothing where one is not legal.
    package mutating func append(_ more: [FaultRule]) throws(SimulatorError) {
        guard rules.count + more.count <= SimulatorLimits.faultRulesMax else {
            throw SimulatorError(.invalidFaults, "more than \(SimulatorLimits.faultRulesMax) rules")
        }
        for rule in more { try rule.validate() }
        rules += more
    }

    /// A request of this endpoint arrived: what happens to it.
    mutating func requestArrived(at endpoint: Endpoint) -> Fault? {
        for index in rules.indices where rules[index].endpoint == endpoint {
            if rules[index].skip > 0 {
                rules[index].skip -= 1
                continue
            }
            let fault = rules[index].fault
            if let times = rules[index].times {
                rules[index].times = times - 1
                if times <= 1 { rules.remove(at: index) }
            }
            return fault
        }
        return nil
    }
}

/// At one endpoint, after `skip` requests, the next `times` requests (nil: all) meet a fault.
package struct FaultRule: Equatable, Sendable {
    package var endpoint: Endpoint
    package var fault: Fault
    package var skip: Int
    package var times: Int?

    package init(_ endpoint: Endpoint, _ fault: Fault, skip: Int = 0, times: Int? = nil) {
        self.endpoint = endpoint
        self.fault = fault
        self.skip = skip
        self.times = times
    }

    package init(_ endpoint: Endpoint, _ kind: Fault.Kind, skip: Int = 0, times: Int? = nil) {
        self.init(endpoint, Fault(kind), skip: skip, times: times)
    }

    func validate() throws(SimulatorError) {
        let name = fault.kind.rawValue
        try require(fault.kind.endpoints.contains(endpoint), "\(name) cannot happen at \(endpoint.rawValue)")
        try require((0...1_000_000).contains(skip), "skip must be 0 to 1000000")
        try require((1...1_000_000).contains(times ?? 1), "times must be 1 to 1000000")
        try require((0...SimulatorLimits.secondsMax).contains(fault.seconds ?? 0), "seconds out of range")
        try require((0...SimulatorLimits.resultBytesMax).contains(fault.bytes ?? 0), "bytes out of range")
        try require(fault.takesEffect == nil || fault.kind.effectIsFree, "takesEffect cannot be chosen for \(name)")
        for text in [fault.message, fault.retryAfter, fault.location, fault.link, fault.word] {
            try require((text ?? "").utf8.count <= SimulatorLimits.textBytesMax, "a text is too long")
        }
        for header in [fault.retryAfter, fault.location] {
            let isPlain = (header ?? "").utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
            try require(isPlain, "a header value must be printable ASCII")
        }
        try requireParameters()
    }

    private func requireParameters() throws(SimulatorError) {
        switch fault.kind {
        case .code: try require((1...99_999).contains(fault.code ?? 0), "code needs a code of 1 to 99999")
        case .http: try require((200...599).contains(fault.code ?? 0), "http needs a code of 200 to 599")
        case .cut: try require(fault.bytes != nil, "cut needs bytes")
        case .slow: try require(fault.seconds != nil, "slow needs seconds")
        case .drip: try require(fault.seconds != nil && (fault.bytes ?? 0) > 0, "drip needs seconds and bytes")
        case .resultLink: try require(fault.link != nil, "resultLink needs a link")
        case .unknownWord, .cancelWord: try require(fault.word != nil, "\(fault.kind.rawValue) needs a word")
        case .keyNamed: try requireWord(["file_url", "data.url", "id", "run_id", "taskId"])
        case .resultShape: try requireWord(OutputShape.allCases.map(\.rawValue))
        case .errorShape: try requireWord(["object", "message"])
        default: break
        }
    }

    private func requireWord(_ words: [String]) throws(SimulatorError) {
        try require(words.contains(fault.word ?? ""), "\(fault.kind.rawValue) needs a word of \(words)")
    }

    private func require(_ condition: Bool, _ message: String) throws(SimulatorError) {
        guard condition else { throw SimulatorError(.invalidFaults, message) }
    }
}
