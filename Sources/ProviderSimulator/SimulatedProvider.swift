/// The provider as a value: accounts, uploads, runs, faults and the ledger. Requests in, replies out; time is passed in.
///
/// Equal configurations and equal calls at equal times give equal replies.
package struct SimulatedProvider: Sendable {
    struct Account: Sendable {
        /// Coins, or whole units of money for an enterprise key.
        var balance: Int
        let maskedKey: String
        /// Indices of runs that had not ended when last looked at.
        var unfinished: [Int] = []
    }

    /// How much is kept at most; beyond it requests are refused, or lines only counted.
    struct Capacity: Sendable {
        var runs = SimulatorLimits.runsMax
        var uploads = SimulatorLimits.uploadsMax
        var accounts = SimulatorLimits.accountsMax
        var refusals = SimulatorLimits.refusalsKeptMax
        var personalQueue = SimulatorLimits.personalQueueMax
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
    var webhooks = WebhookDesk()
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
        return Refusal(ProviderCode.fileTooLarge).answer(as: endpoint.face).reply
    }

    package mutating func faultsReplaced(by plan: FaultPlan) { faults = plan }

    package mutating func faultsAdded(_ rules: [FaultRule]) throws(SimulatorError) { try faults.append(rules) }

    private mutating func reply(to request: ProviderRequest, fault: Fault?, at now: Duration) -> ProviderReply {
        guard let fault else { return answer(request, fault: nil, at: now).reply }
        let takesEffect = fault.takesEffect ?? fault.kind.takesEffectByDefault
        let face = request.endpoint.face
        if takesEffect { return fault.applied(to: answer(request, fault: fault, at: now), behind: face) }
        if request.endpoint.isCreate { createRefused(code: fault.code ?? ProviderCode.unknown, at: now) }
        guard fault.needsAnswer else { return fault.applied(to: .reply(.infrastructure(500)), behind: face) }
        var copy = self
        return fault.applied(to: copy.answer(request, fault: fault, at: now), behind: face)
    }

    private mutating func answer(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        if let refusal = refusal(of: request) { return refusal }
        switch request.endpoint {
        case .upload, .uploadV2: return upload(request)
        case .uploadV1: return uploadV1(request)
        case .runV1: return runV1(request, fault: fault, at: now)
        case .taskV1: return taskV1(request, fault: fault, at: now)
        case .runV2: return runV2(request, fault: fault, at: now)
        case .queryV2: return queryV2(request, fault: fault, at: now)
        case .queueV2: return queueV2(request, at: now)
        case .keysV2: return keysV2(request)
        case .webhookDetail: return webhookDetail(request, at: now)
        case .webhookRetry: return webhookRetry(request, at: now)
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

    /// What the way of asking is refused with, before what is asked for is looked at.
    private func refusal(of request: ProviderRequest) -> Answer? {
        let endpoint = request.endpoint
        let wantsJSON = endpoint.body == .json && request.method == "POST"
        if endpoint != .other, !endpoint.methods.contains(request.method) {
            switch endpoint.face {
            case .flat: return Refusal(ProviderCode.methodWrong).answer(as: .flat)
            case .status: return .document(["error": "Method not allowed"], status: 405)
            case .envelope, .envelopeV2, .plain: return .reply(.infrastructure(405))
            }
        }
        if wantsJSON, request.mediaType != "application/json" {
            guard endpoint.face == .status else { return .reply(.infrastructure(415)) }
            return .document(["error": "Content-Type must be application/json"], status: 415)
        }
        return nil
    }
}
