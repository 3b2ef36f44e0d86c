/// The provider as a value: accounts, uploads, runs, faults and the ledger. Requests in, replies out; time is passed in.
///
/// Equal configurations and equal calls at equal times give equal replies.
package struct SimulatedProvider: Sendable {
    struct Account: Sendable {
        var balance: Int
        /// Indices of runs that had not ended when last looked at.
        var unfinished: [Int] = []
    }

    /// How much is kept at most; beyond it requests are refused, or lines only counted.
    struct Capacity: Sendable {
        var runs = SimulatorLimits.runsMax
        var uploads = SimulatorLimits.uploadsMax
        var accounts = SimulatorLimits.accountsMax
        var refusals = SimulatorLimits.refusalsKeptMax
    }

    let configuration: SimulatorConfiguration
    let capacity: Capacity
    let names: SeededNames
    package internal(set) var faults: FaultPlan
    var accounts: [Account] = []
    /// Account number by digest of its key: keys themselves are not kept.
    var accountNumbers: [[UInt8]: Int] = [:]
    var uploads = UploadShelf()
    var runs: [SimulatedRun] = []
    var runNumbers: [String: Int] = [:]
    var files: [String: FileReference] = [:]
    var calls: [Endpoint: Ledger.Calls] = [:]
    var refusals: [Ledger.RefusedCreate] = []
    var refusalCount = 0
    var highestConcurrency = 0

    package init(configuration: SimulatorConfiguration) {
        self.init(configuration: configuration, capacity: Capacity())
    }

    init(configuration: SimulatorConfiguration, capacity: Capacity) {
        self.configuration = configuration
        self.capacity = capacity
        names = SeededNames(seed: configuration.seed)
        faults = configuration.faults
    }

    /// The head of a request was seen: counts it and says which fault it meets.
    package mutating func requestArrived(at endpoint: Endpoint) -> Fault? {
        calls[endpoint, default: Ledger.Calls()].received += 1
        return endpoint.isControl ? nil : faults.requestArrived(at: endpoint)
    }

    /// A request was read to its end: its effect is recorded before the reply exists.
    package mutating func requestRead(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> ProviderReply {
        calls[request.endpoint, default: Ledger.Calls()].read += 1
        let runsBefore = runs.count
        let reply = reply(to: request, fault: fault, at: now)
        if reply.arrives { calls[request.endpoint, default: Ledger.Calls()].answered += 1 }
        if runs.count > runsBefore { runs[runs.count - 1].replyArrives = reply.arrives }
        return reply
    }

    /// A request's body was longer than its endpoint takes; nothing of it was kept.
    package mutating func bodyRefused(at endpoint: Endpoint) -> ProviderReply {
        calls[endpoint, default: Ledger.Calls()].answered += 1
        guard endpoint.body == .multipart else { return .infrastructure(413) }
        var envelope = Envelope.failure(ProviderCode.fileTooLarge)
        if endpoint == .uploadV2 { envelope.messageName = "message" }
        return ProviderReply(json: envelope.json)
    }

    package mutating func faultsReplaced(by plan: FaultPlan) { faults = plan }

    package mutating func faultsAdded(_ rules: [FaultRule]) throws(SimulatorError) { try faults.append(rules) }

    private mutating func reply(to request: ProviderRequest, fault: Fault?, at now: Duration) -> ProviderReply {
        guard let fault else { return answer(request, fault: nil, at: now).reply }
        let takesEffect = fault.takesEffect ?? fault.kind.takesEffectByDefault
        if takesEffect { return fault.applied(to: answer(request, fault: fault, at: now)) }
        if request.endpoint == .create { createRefused(code: fault.code ?? ProviderCode.unknown, at: now) }
        guard fault.needsAnswer else { return fault.applied(to: .reply(.infrastructure(500))) }
        var copy = self
        return fault.applied(to: copy.answer(request, fault: fault, at: now))
    }

    private mutating func answer(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        if let refusal = refusal(of: request) { return refusal }
        switch request.endpoint {
        case .upload, .uploadV2: return upload(request)
        case .create: return create(request, fault: fault, at: now)
        case .status: return status(request, fault: fault, at: now)
        case .outputs: return outputs(request, fault: fault, at: now)
        case .cancel: return cancel(request, fault: fault, at: now)
        case .account: return accountStatus(request, at: now)
        case .graph: return graph(request)
        case .file: return file(request, fault: fault, at: now)
        case .ledger: return .reply(ProviderReply(json: ledger(at: now).json))
        case .faults: return faults(request)
        case .health: return .reply(ProviderReply(json: ["status": "ok"]))
        case .other: return unknownPath(request)
        }
    }

    /// A misspelt API path is answered as the provider does (412, sheet 2.12); the rest is plain HTTP.
    private func unknownPath(_ request: ProviderRequest) -> Answer {
        let isNearMiss = ["/task/openapi/", "/uc/openapi/", "/api/openapi/"].contains { request.path.hasPrefix($0) }
        return isNearMiss ? .envelope(.failure(ProviderCode.tokenInvalid)) : .reply(.infrastructure(404))
    }

    private func refusal(of request: ProviderRequest) -> Answer? {
        let endpoint = request.endpoint
        if endpoint != .other, !endpoint.methods.contains(request.method) { return .reply(.infrastructure(405)) }
        let wantsJSON = endpoint.body == .json && request.method == "POST"
        if wantsJSON, request.mediaType != "application/json" { return .reply(.infrastructure(415)) }
        return nil
    }
}

/// A reply before its faults: an envelope can still be bent, a finished reply only cut or replaced.
enum Answer: Sendable {
    case envelope(Envelope)
    case reply(ProviderReply)

    var reply: ProviderReply {
        switch self {
        case .envelope(let envelope): ProviderReply(json: envelope.json)
        case .reply(let reply): reply
        }
    }
}
