/// What a create asks for, whatever the dialect.
struct RunOrder: Sendable {
    let account: Int
    let workflow: String
    let overrides: [SimulatedRun.Override]
    let source: [UInt8]
    let pose: [UInt8]
    let dialect: Dialect
    var webhook: WebhookTarget?
    var usesPersonalQueue = false
}

extension SimulatedProvider {
    /// Provider sheet 2.4.
    mutating func create(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        do throws(Refusal) {
            let (account, body) = try opened(request).get()
            let order = try order(body, workflow: body["workflowId"], account: account, dialect: .taskOpenAPI)
            let index = try accepted(order, fault: fault, origin: request.origin, at: now)
            return .envelope(created(index, fault: fault, origin: request.origin, at: now))
        } catch {
            createRefused(code: error.code, at: now)
            return .envelope(error.envelope)
        }
    }

    /// The order in a body of the first or second family.
    func order(_ body: JSONValue, workflow: JSONValue?, account: Int, dialect: Dialect) throws(Refusal) -> RunOrder {
        if let refusal = refusal(ofWorkflow: workflow) { throw refusal }
        try checkOptions(of: body)
        let overrides = try Self.overrides(in: body["nodeInfoList"])
        var order = RunOrder(
            account: account, workflow: workflow?.string ?? "", overrides: overrides,
            source: try digest(of: WorkflowGraph.sourceNode, in: overrides, account: account),
            pose: try digest(of: WorkflowGraph.poseNode, in: overrides, account: account), dialect: dialect)
        if let link = body["webhookUrl"]?.string { order.webhook = try WebhookTarget.read(link) }
        order.usesPersonalQueue = body["usePersonalQueue"]?.bool ?? (body["usePersonalQueue"]?.string == "true")
        return order
    }

    /// Notes a create that made nothing.
    mutating func createRefused(code: Int, at now: Duration) {
        refusalCount += 1
        guard refusals.count < capacity.refusals else { return }
        refusals.append(Ledger.RefusedCreate(seconds: now.inSeconds, code: code))
    }

    /// Makes and charges the run: each order that gets this far is paid. Returns the run's index.
    mutating func accepted(
        _ order: RunOrder, fault: Fault?, origin: String, at now: Duration
    ) throws(Refusal) -> Int {
        let startsAt = try start(of: order, at: now)
        guard accounts[order.account].balance >= configuration.cost else {
            throw Refusal(configuration.keyKind.isEnterprise ? ProviderCode.fundsMissing : ProviderCode.walletEmpty)
        }
        guard runs.count < capacity.runs else { throw Refusal(ProviderCode.unknown) }
        let index = runs.count
        let run = run(for: order, number: index + 1, startsAt: startsAt, fault: fault, at: now)
        runs.append(run)
        runNumbers[run.id] = index
        accounts[order.account].balance -= run.cost
        accounts[order.account].unfinished.append(index)
        highestConcurrency = max(highestConcurrency, accounts[order.account].unfinished.count)
        if let target = order.webhook { addWebhook(target, ofRun: index, fault: fault, origin: origin, at: now) }
        return index
    }

    private func run(
        for order: RunOrder, number: Int, startsAt: Duration, fault: Fault?, at now: Duration
    ) -> SimulatedRun {
        var run = SimulatedRun(
            number: number, id: names.taskID(number: number), account: order.account, workflow: order.workflow,
            dialect: order.dialect, overrides: order.overrides, sourceDigest: order.source, poseDigest: order.pose,
            createdAt: now, startsAt: startsAt, endsAt: startsAt + .seconds(configuration.runTime),
            cost: configuration.cost, script: Self.script(for: fault), forgottenAt: nil)
        switch fault?.kind {
        case .runLost: run.forgottenAt = run.createdAt
        case .runForgotten: run.forgottenAt = run.endsAt
        default: break
        }
        return run
    }

    private static func script(for fault: Fault?) -> SimulatedRun.Script {
        switch fault?.kind {
        case .runFails:
            .fails(type: "RuntimeError", message: fault?.message ?? "CUDA error: an illegal memory access")
        case .contentRejected: .fails(type: "RuntimeError", message: "Porn content detected, the task was stopped")
        case .gpuMemory: .fails(type: "OutOfMemoryError", message: "显存告警: GPU memory is not enough")
        case .nodeErrors: .fails(type: "ValidationError", message: "Prompt outputs failed validation")
        case .runStuck: .stuck
        default: .succeeds
        }
    }

    private func created(_ index: Int, fault: Fault?, origin: String, at now: Duration) -> Envelope {
        let run = runs[index]
        let isRunning = run.state(at: now) != .queued
        var data: [JSONValue.Member] = [
            .init(name: "netWssUrl", value: isRunning ? .string(socketLink(of: run, origin: origin)) : nil),
            .init(name: "taskId", value: .string(shownID(of: index, fault: fault))),
            .init(name: "clientId", value: .string(names.clientID(of: run.id))),
            .init(name: "taskStatus", value: .string(Self.firstWord(of: run, fault: fault, at: now))),
            .init(name: "promptTips", value: .string(Self.promptTips(fault).text)),
        ]
        if fault?.kind == .withoutTaskID { data.removeAll { $0.name == "taskId" } }
        return .success(.object(data))
    }

    /// The id that the reply to a create shows: the run's own, unless a fault gives that of the run before.
    func shownID(of index: Int, fault: Fault?) -> String {
        fault?.kind == .sameTaskID && index > 0 ? runs[index - 1].id : runs[index].id
    }

    static func firstWord(of run: SimulatedRun, fault: Fault?, at now: Duration) -> String {
        if fault?.kind == .createState { return "CREATE" }
        return run.state(at: now) == .queued ? "QUEUED" : "RUNNING"
    }

    static func promptTips(_ fault: Fault?) -> JSONValue {
        fault?.kind == .nodeErrors ? WorkflowGraph.promptTipsWithErrors : WorkflowGraph.promptTips
    }

    /// Looks like the provider's, which carries a token that no log may show; nothing listens there.
    func socketLink(of run: SimulatedRun, origin: String) -> String {
        let authority = origin.split(separator: "/").last ?? "127.0.0.1"
        let client = names.clientID(of: run.id)
        return "wss://\(authority)/ws/c_instance?clientId=\(client)&workflowId=\(run.workflow)"
            + "&Rh-Comfy-Auth=\(names.fileToken(of: "socket " + run.id))"
    }
}
