internal import NIOCore

extension SimulatedProvider {
    /// The account of a request. The key comes as Bearer, in the body, or as both if they are the same.
    /// Nil is answered with 802.
    mutating func account(bearer: String?, body: String?) -> Int? {
        if let bearer, let body, bearer != body { return nil }
        guard let key = bearer ?? body, key.utf8.count <= SimulatorLimits.textBytesMax, isKnown(key) else { return nil }
        let digest = Digest.sha256(Array(key.utf8))
        if let number = accountNumbers[digest] { return number }
        guard accounts.count < capacity.accounts else { return nil }
        accounts.append(Account(balance: configuration.balance))
        accountNumbers[digest] = accounts.count - 1
        return accounts.count - 1
    }

    private func isKnown(_ key: String) -> Bool {
        configuration.keys.isEmpty
            ? key.count >= SimulatorLimits.keyCharactersMin && key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            : configuration.keys.contains(key)
    }

    /// The account and the body of a JSON request, or what to answer instead.
    mutating func opened(
        _ request: ProviderRequest, keyNames: [String] = ["apiKey"]
    ) -> Result<(account: Int, body: JSONValue), Refusal> {
        let bytes = Array(request.body.readableBytesView)
        guard let body = try? JSONValue(parsing: bytes), case .object = body else {
            return .failure(Refusal(ProviderCode.invalidParameters, "the request body is not a JSON object"))
        }
        let bodyKeys = keyNames.compactMap { body[$0] }.filter { $0 != .null }
        guard bodyKeys.allSatisfy({ $0.string != nil }), Set(bodyKeys.compactMap(\.string)).count <= 1,
            let account = account(bearer: request.bearerKey, body: bodyKeys.first?.string)
        else { return .failure(Refusal(ProviderCode.unauthorized)) }
        return .success((account, body))
    }

    mutating func accountStatus(_ request: ProviderRequest, at now: Duration) -> Answer {
        switch opened(request, keyNames: ["apikey", "apiKey"]) {
        case .failure(let refusal): return .envelope(refusal.envelope)
        case .success(let (account, _)):
            let data: JSONValue = [
                "remainCoins": .string(String(accounts[account].balance)),
                "currentTaskCounts": .string(String(unfinishedRuns(of: account, at: now))),
                "remainMoney": nil, "currency": nil, "apiType": "NORMAL",
            ]
            return .envelope(.success(data))
        }
    }

    /// Runs of the account that have not ended; forgets those that have.
    mutating func unfinishedRuns(of account: Int, at now: Duration) -> Int {
        accounts[account].unfinished.removeAll { runs[$0].isEnded(at: now) || runs[$0].isForgotten(at: now) }
        return accounts[account].unfinished.count
    }

    mutating func graph(_ request: ProviderRequest) -> Answer {
        switch opened(request) {
        case .failure(let refusal): return .envelope(refusal.envelope)
        case .success(let (_, body)):
            if let refusal = refusal(ofWorkflow: body["workflowId"]) { return .envelope(refusal.envelope) }
            return .envelope(.success(["prompt": .string(WorkflowGraph.json.text)]))
        }
    }

    func refusal(ofWorkflow value: JSONValue?) -> Refusal? {
        guard let id = value?.string, id != "" else {
            return Refusal(ProviderCode.invalidParameters, "workflowId must be a string")
        }
        let isNumber = id.utf8.count <= 40 && id.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        let isKnown = configuration.workflows.isEmpty ? isNumber : configuration.workflows.contains(id)
        return isKnown ? nil : Refusal(ProviderCode.workflowMissing)
    }
}

/// A request that the provider does not serve: its code and text.
struct Refusal: Error, Equatable, Sendable {
    let code: Int
    let message: String?

    init(_ code: Int, _ detail: String? = nil) {
        self.code = code
        let name = ProviderCode.names[code] ?? "ERROR_\(code)"
        message = detail.map { "\(name): \($0)" } ?? name
    }

    var envelope: Envelope { .failure(code, message) }
}
