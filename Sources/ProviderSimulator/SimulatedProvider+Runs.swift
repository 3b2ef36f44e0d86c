extension SimulatedProvider {
    /// Provider sheet 2.5: `data` is the bare word, and `msg` says success even for FAILED.
    mutating func status(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        withRun(of: request, fault: fault, at: now) { provider, index in
            let run = provider.runs[index]
            var word = run.word(at: now)
            switch provider.seenState(of: index, fault: fault, at: now) {
            case .queued: word = "QUEUED"
            case .running: word = "RUNNING"
            default: break
            }
            if fault?.kind == .earlySuccess, !run.isEnded(at: now) { word = "SUCCESS" }
            if fault?.kind == .unknownWord { word = fault?.word ?? word }
            var envelope = Envelope.success(.string(word))
            if fault?.kind == .emptyMessage { envelope.message = "" }
            return envelope
        }
    }

    /// The state that a poll sees: the run's own, unless a fault holds it back.
    func seenState(of index: Int, fault: Fault?, at now: Duration) -> SimulatedRun.State {
        switch fault?.kind {
        case .stillQueued: .queued
        case .stillRunning: .running
        default: runs[index].state(at: now)
        }
    }

    /// Provider sheet 2.7. Cancel of an ended run answers 0 and changes nothing.
    mutating func cancel(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        withRun(of: request, fault: fault, at: now) { provider, index in
            guard fault?.kind != .cancelIgnored else { return .success(nil) }
            let wasEnded = provider.runs[index].isEnded(at: now)
            let word = fault?.kind == .cancelWord ? fault?.word : nil
            let refund = provider.runs[index].cancelAccepted(word: word, at: now)
            provider.accounts[provider.runs[index].account].balance += refund
            if fault?.kind == .cancelForgotten, !wasEnded { provider.runs[index].forgottenAt = now }
            if !wasEnded { provider.webhooks.timesChanged() }
            return .success(nil)
        }
    }

    /// Provider sheet 2.6: one endpoint that tells every state.
    mutating func outputs(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        withRun(of: request, fault: fault, at: now) { provider, index in
            Self.bentOutputs(fault) ?? provider.outputs(of: index, fault: fault, origin: request.origin, at: now)
        }
    }

    mutating func outputs(of index: Int, fault: Fault?, origin: String, at now: Duration) -> Envelope {
        switch seenState(of: index, fault: fault, at: now) {
        case .queued: return .failure(ProviderCode.taskQueued)
        case .running:
            let link = socketLink(of: runs[index], origin: origin)
            return .failure(ProviderCode.taskRunning, data: ["netWssUrl": .string(link)])
        case .failed, .cancelled:
            let reason = Self.failedReason(of: runs[index], fault: fault)
            return .failure(ProviderCode.taskFailed, data: reason == .null ? nil : ["failedReason": reason])
        case .succeeded:
            let outputs = producedOutputs(of: index, fault: fault, origin: origin)
            return .success(.array(outputs.map { item(of: index, $0) }))
        }
    }

    private static func bentOutputs(_ fault: Fault?) -> Envelope? {
        switch fault?.kind {
        case .outputsNull: .success(nil)
        case .outputsEmpty: .success([])
        case .queuedInMessage: Envelope(code: 0, message: "APIKEY_TASK_IS_QUEUED", data: nil)
        default: nil
        }
    }

    /// Type and message of what ended a run that did not succeed.
    static func failure(of run: SimulatedRun) -> (type: String, message: String) {
        guard case .fails(let type, let message) = run.script, run.cancelledAt == nil else {
            return ("InterruptedError", "the task was cancelled")
        }
        return (type, message)
    }

    static func failedReason(of run: SimulatedRun, fault: Fault?) -> JSONValue {
        let (type, message) = failure(of: run)
        if fault?.kind == .reasonMissing { return nil }
        if fault?.kind == .reasonAsString { return .string(message) }
        return [
            "node_id": .string(WorkflowGraph.samplerNode), "node_name": "PoseTransfer",
            "exception_type": .string(type), "exception_message": .string(message),
            "traceback": "[\"  File \\\"execution.py\\\", line 1, in execute\"]", "current_inputs": "{}",
            "current_outputs": "{}",
        ]
    }

    private func item(of index: Int, _ output: ProducedOutput) -> JSONValue {
        let charges = charges(of: runs[index])
        return [
            "fileUrl": .string(output.link), "fileType": .string(output.fileType),
            "taskCostTime": .string(String(runs[index].costSeconds)), "nodeId": .string(output.node),
            "thirdPartyConsumeMoney": nil, "consumeMoney": charges.money, "consumeCoins": charges.coins,
        ]
    }

    private mutating func withRun(
        of request: ProviderRequest, fault: Fault?, at now: Duration,
        _ serve: (inout SimulatedProvider, Int) -> Envelope
    ) -> Answer {
        do throws(Refusal) {
            let (account, body) = try opened(request).get()
            return .envelope(serve(&self, try run(body["taskId"], of: account, at: now)))
        } catch {
            let isOther = error.code == ProviderCode.taskNotFound && fault?.kind == .notFound423
            return .envelope(isOther ? .failure(ProviderCode.taskMissing) : error.envelope)
        }
    }

    /// The run that a body names, if it is known and of this account.
    func run(_ value: JSONValue?, of account: Int, at now: Duration) throws(Refusal) -> Int {
        guard let id = Self.taskID(in: value) else {
            throw Refusal(code: ProviderCode.invalidParameters, text: "taskId must be positive")
        }
        guard let index = runNumbers[id], runs[index].account == account, !runs[index].isForgotten(at: now) else {
            throw Refusal(ProviderCode.taskNotFound)
        }
        return index
    }

    /// A positive integer of 64 bits, as a string or a number.
    private static func taskID(in value: JSONValue?) -> String? {
        let number = value?.integer ?? value?.string.flatMap { Int64($0) }
        guard let number, number > 0 else { return nil }
        return String(number)
    }
}
