internal import NIOCore

extension SimulatedProvider {
    /// `GET /files/<token>/<name>`, without a key, as the provider's storage does.
    func file(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        let token = request.pathID?.split(separator: "/").first.map { String($0) }
        switch token.flatMap({ files[$0] }) {
        case nil: return .reply(.infrastructure(404))
        case .upload(let name):
            guard let upload = uploads[name], let content = upload.content else { return .reply(.infrastructure(404)) }
            return .reply(ProviderReply(contentType: upload.contentType, body: .bytes(content)))
        case .result(let index, let isComparison):
            let run = runs[index]
            guard now < run.endsAt + .seconds(configuration.linkTime) else { return .reply(.infrastructure(403)) }
            let type = "image/\(configuration.resultFormat.rawValue)"
            return .reply(ProviderReply(contentType: type, body: .result(result(of: run, isComparison))))
        }
    }

    private func result(of run: SimulatedRun, _ isComparison: Bool) -> SimulatedResult {
        var result = SimulatedResult(
            sourceDigest: run.sourceDigest, poseDigest: run.poseDigest, parameters: run.parameters,
            minimumBytes: configuration.resultBytes)
        result.format = configuration.resultFormat
        return isComparison ? result.comparison : result
    }

    /// `GET` shows the rules that are left, `POST {"rules":[...]}` replaces them, `POST {"add":[...]}` adds to them.
    mutating func faults(_ request: ProviderRequest) -> Answer {
        guard request.method == "POST" else { return .reply(ProviderReply(json: faults.json)) }
        do throws(SimulatorError) {
            guard let body = try? JSONValue(parsing: Array(request.body.readableBytesView)) else {
                throw SimulatorError(.invalidFaults, "the body is not JSON")
            }
            if body["add"] != nil {
                try faultsAdded(FaultRule.list(named: "add", in: body))
            } else {
                faultsReplaced(by: try FaultPlan(FaultRule.list(named: "rules", in: body)))
            }
            return .reply(ProviderReply(json: faults.json))
        } catch {
            return .reply(ProviderReply(status: 400, json: ["error": .string(error.message)]))
        }
    }

    package func ledger(at now: Duration) -> Ledger {
        var ledger = Ledger()
        ledger.paid = runs.map { $0.ledgerLine(at: now) }
        ledger.refused = refusals
        ledger.refusedCount = refusalCount
        ledger.calls = calls
        ledger.highestConcurrency = highestConcurrency
        ledger.webhooks = webhooks.all.map { webhook in
            Ledger.Webhook(runID: runs[webhook.run].id, attempts: webhook.attempts, state: webhook.state.rawValue)
        }
        return ledger
    }
}

extension SimulatedRun {
    func ledgerLine(at now: Duration) -> Ledger.PaidCreate {
        Ledger.PaidCreate(
            runID: id, seconds: createdAt.inSeconds, account: "account-\(account + 1)", dialect: dialect,
            workflow: workflow,
            nodes: overrides.map { Ledger.Node(node: $0.node, field: $0.field, value: $0.value) },
            sourceDigest: hexadecimal(sourceDigest), poseDigest: hexadecimal(poseDigest), marker: marker,
            outcome: state(at: now).rawValue, cost: charged, replied: replyArrives)
    }
}
