extension SimulatedProvider {
    /// Provider sheet 2.4. Each create that gets as far as `record` is paid.
    mutating func create(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        do throws(Refusal) {
            let (account, body) = try opened(request).get()
            if let refusal = refusal(ofWorkflow: body["workflowId"]) { throw refusal }
            try checkOptions(of: body)
            let overrides = try Self.overrides(in: body["nodeInfoList"])
            let source = try digest(of: WorkflowGraph.sourceNode, in: overrides, account: account)
            let pose = try digest(of: WorkflowGraph.poseNode, in: overrides, account: account)
            try checkRoom(of: account, at: now)
            let draft = Draft(
                account: account, workflow: body["workflowId"]?.string ?? "", overrides: overrides, source: source,
                pose: pose)
            return .envelope(record(draft, fault: fault, origin: request.origin, at: now))
        } catch {
            createRefused(code: error.code, at: now)
            return .envelope(error.envelope)
        }
    }

    /// Notes a create that made nothing.
    mutating func createRefused(code: Int, at now: Duration) {
        refusalCount += 1
        guard refusals.count < capacity.refusals else { return }
        refusals.append(Ledger.RefusedCreate(seconds: now.inSeconds, code: code))
    }

    private struct Draft {
        let account: Int
        let workflow: String
        let overrides: [SimulatedRun.Override]
        let source: [UInt8]
        let pose: [UInt8]
    }

    private mutating func checkRoom(of account: Int, at now: Duration) throws(Refusal) {
        guard unfinishedRuns(of: account, at: now) < configuration.slots else {
            throw Refusal(ProviderCode.queueMaxed)
        }
        guard accounts[account].balance >= configuration.cost else { throw Refusal(ProviderCode.walletEmpty) }
        guard runs.count < capacity.runs else { throw Refusal(ProviderCode.unknown) }
    }

    private mutating func record(_ draft: Draft, fault: Fault?, origin: String, at now: Duration) -> Envelope {
        let number = runs.count + 1
        let startsAt = now + .seconds(configuration.queueTime)
        let run = SimulatedRun(
            number: number, id: names.taskID(number: number), account: draft.account, workflow: draft.workflow,
            overrides: draft.overrides, sourceDigest: draft.source, poseDigest: draft.pose,
            marker: draft.overrides.first { $0.field == "filename_prefix" }?.value.string, createdAt: now,
            startsAt: startsAt, endsAt: startsAt + .seconds(configuration.runTime), cost: configuration.cost,
            script: Self.script(for: fault), forgottenAt: nil)
        runs.append(run)
        runNumbers[run.id] = runs.count - 1
        runs[runs.count - 1].forgottenAt = Self.forgottenAt(run, fault: fault)
        accounts[draft.account].balance -= run.cost
        accounts[draft.account].unfinished.append(runs.count - 1)
        highestConcurrency = max(highestConcurrency, accounts[draft.account].unfinished.count)
        return reply(to: run, fault: fault, origin: origin, at: now)
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

    private static func forgottenAt(_ run: SimulatedRun, fault: Fault?) -> Duration? {
        switch fault?.kind {
        case .runLost: run.createdAt
        case .runForgotten: run.endsAt
        default: nil
        }
    }

    private func reply(to run: SimulatedRun, fault: Fault?, origin: String, at now: Duration) -> Envelope {
        let isRunning = run.state(at: now) != .queued
        let tips = fault?.kind == .nodeErrors ? WorkflowGraph.promptTipsWithErrors : WorkflowGraph.promptTips
        let id = fault?.kind == .sameTaskID ? runs.dropLast().last?.id ?? run.id : run.id
        let word = fault?.kind == .createState ? "CREATE" : isRunning ? "RUNNING" : "QUEUED"
        var data: [JSONValue.Member] = [
            .init(name: "netWssUrl", value: isRunning ? .string(socketLink(of: run, origin: origin)) : nil),
            .init(name: "taskId", value: .string(id)),
            .init(name: "clientId", value: .string(names.clientID(of: run.id))),
            .init(name: "taskStatus", value: .string(word)),
            .init(name: "promptTips", value: .string(tips.text)),
        ]
        if fault?.kind == .withoutTaskID { data.removeAll { $0.name == "taskId" } }
        return .success(.object(data))
    }

    /// Looks like the provider's, which carries a token that no log may show; nothing listens there.
    func socketLink(of run: SimulatedRun, origin: String) -> String {
        let authority = origin.split(separator: "/").last ?? "127.0.0.1"
        let client = names.clientID(of: run.id)
        return "wss://\(authority)/ws/c_instance?clientId=\(client)&workflowId=\(run.workflow)"
            + "&Rh-Comfy-Auth=\(names.fileToken(of: "socket " + run.id))"
    }
}
