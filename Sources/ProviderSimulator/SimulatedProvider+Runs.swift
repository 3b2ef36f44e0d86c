extension SimulatedProvider {
    /// Provider sheet 2.5: `data` is the bare word, and `msg` says success even for FAILED.
    mutating func status(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        withRun(of: request, fault: fault, at: now) { provider, index in
            let run = provider.runs[index]
            var word = run.word(at: now)
            if fault?.kind == .earlySuccess, !run.isEnded(at: now) { word = "SUCCESS" }
            if fault?.kind == .unknownWord { word = fault?.word ?? word }
            var envelope = Envelope.success(.string(word))
            if fault?.kind == .emptyMessage { envelope.message = "" }
            return envelope
        }
    }

    /// Provider sheet 2.7. Cancel of an ended run answers 0 and changes nothing.
    mutating func cancel(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        withRun(of: request, fault: fault, at: now) { provider, index in
            guard fault?.kind != .cancelIgnored else { return .success(nil) }
            let wasEnded = provider.runs[index].isEnded(at: now)
            let word = fault?.kind == .cancelWord ? fault?.word ?? "CANCEL" : "FAILED"
            let refund = provider.runs[index].cancelAccepted(word: word, at: now)
            provider.accounts[provider.runs[index].account].balance += refund
            if fault?.kind == .cancelForgotten, !wasEnded { provider.runs[index].forgottenAt = now }
            return .success(nil)
        }
    }

    /// Provider sheet 2.6: one endpoint that tells every state.
    mutating func outputs(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        withRun(of: request, fault: fault, at: now) { provider, index in
            let run = provider.runs[index]
            if let bent = Self.bentOutputs(fault) { return bent }
            switch run.state(at: now) {
            case .queued: return .failure(ProviderCode.taskQueued)
            case .running:
                let link = provider.socketLink(of: run, origin: request.origin)
                return .failure(ProviderCode.taskRunning, data: ["netWssUrl": .string(link)])
            case .failed, .cancelled:
                return .failure(ProviderCode.taskFailed, data: Self.failedReason(of: run, fault: fault))
            case .succeeded:
                return .success(.array(provider.items(of: index, fault: fault, origin: request.origin)))
            }
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

    private static func failedReason(of run: SimulatedRun, fault: Fault?) -> JSONValue {
        var type = "InterruptedError"
        var message = "the task was cancelled"
        if case .fails(let failure, let text) = run.script, run.cancelledAt == nil {
            type = failure
            message = text
        }
        if fault?.kind == .reasonMissing { return nil }
        if fault?.kind == .reasonAsString { return ["failedReason": .string(message)] }
        return [
            "failedReason": [
                "node_id": .string(WorkflowGraph.samplerNode), "node_name": "PoseTransfer",
                "exception_type": .string(type), "exception_message": .string(message),
                "traceback": "[\"  File \\\"execution.py\\\", line 1, in execute\"]", "current_inputs": "{}",
                "current_outputs": "{}",
            ]
        ]
    }

    private mutating func items(of index: Int, fault: Fault?, origin: String) -> [JSONValue] {
        let result = item(of: index, isComparison: false, fault: fault, origin: origin)
        let comparison = item(of: index, isComparison: true, fault: nil, origin: origin)
        switch fault?.kind {
        case .comparisonFirst: return [comparison, result]
        case .otherNodesOnly: return [comparison]
        case .noImage: return [item(of: index, isComparison: false, fault: fault, origin: origin, fileType: "txt")]
        default: return [result, comparison]
        }
    }

    private mutating func item(
        of index: Int, isComparison: Bool, fault: Fault?, origin: String, fileType: String = "png"
    ) -> JSONValue {
        let run = runs[index]
        let token = names.fileToken(of: "\(run.id) \(isComparison)")
        files[token] = .result(run: index, isComparison: isComparison)
        let prefix = run.marker.map { $0.utf8.allSatisfy(Self.isPlain) ? $0 : "ComfyUI" } ?? "ComfyUI"
        let name = "\(isComparison ? "Comparison" : prefix)_00001_.\(fileType)"
        let link = "\(origin)\(Endpoint.filePrefix)\(token)/\(name)"
        return [
            "fileUrl": .string(fault?.kind == .resultLink ? fault?.link ?? link : link),
            "fileType": .string(fileType), "taskCostTime": .string(String(run.costSeconds)),
            "nodeId": .string(isComparison ? WorkflowGraph.comparisonNode : WorkflowGraph.resultNode),
            "thirdPartyConsumeMoney": nil, "consumeMoney": nil, "consumeCoins": .string(String(run.charged)),
        ]
    }

    /// Letters, digits, hyphen, underscore: what may stand in a link without escapes.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    private mutating func withRun(
        of request: ProviderRequest, fault: Fault?, at now: Duration,
        _ serve: (inout SimulatedProvider, Int) -> Envelope
    ) -> Answer {
        switch opened(request) {
        case .failure(let refusal): return .envelope(refusal.envelope)
        case .success(let (account, body)):
            guard let id = Self.taskID(in: body["taskId"]) else {
                return .envelope(.failure(ProviderCode.invalidParameters, "taskId must be positive"))
            }
            guard let index = runNumbers[id], runs[index].account == account, !runs[index].isForgotten(at: now) else {
                let code = fault?.kind == .notFound423 ? ProviderCode.taskMissing : ProviderCode.taskNotFound
                return .envelope(.failure(code))
            }
            return .envelope(serve(&self, index))
        }
    }

    /// A positive integer of 64 bits, as a string or a number.
    private static func taskID(in value: JSONValue?) -> String? {
        let number = value?.integer ?? value?.string.flatMap { Int64($0) }
        guard let number, number > 0 else { return nil }
        return String(number)
    }
}
