internal import NIOCore

extension SimulatedProvider {
    /// The account of a request. The key comes as Bearer, in the body, or as both if they are the same. An unknown key is
    /// refused with 802, one of the other site with 806.
    mutating func account(bearer: String?, body: String?) throws(Refusal) -> Int {
        if let bearer, let body, bearer != body { throw Refusal(ProviderCode.unauthorized) }
        guard let key = bearer ?? body, key.utf8.count <= SimulatorLimits.textBytesMax else {
            throw Refusal(ProviderCode.unauthorized)
        }
        if configuration.foreignKeys.contains(key) { throw Refusal(ProviderCode.userNotFound) }
        guard isKnown(key) else { throw Refusal(ProviderCode.unauthorized) }
        let digest = Digest.sha256(Array(key.utf8))
        if let number = accountNumbers[digest] { return number }
        guard accounts.count < capacity.accounts else { throw Refusal(ProviderCode.unauthorized) }
        accounts.append(Account(balance: configuration.balance, maskedKey: Self.masked(key)))
        accountNumbers[digest] = accounts.count - 1
        return accounts.count - 1
    }

    private func isKnown(_ key: String) -> Bool {
        configuration.keys.isEmpty
            ? key.count >= SimulatorLimits.keyCharactersMin && key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            : configuration.keys.contains(key)
    }

    /// Two characters at each end, nothing else of the key.
    private static func masked(_ key: String) -> String { "\(key.prefix(2))****\(key.suffix(2))" }

    /// The account and the body of a JSON request, or what to answer instead.
    mutating func opened(
        _ request: ProviderRequest, keyNames: [String] = ["apiKey"]
    ) -> Result<(account: Int, body: JSONValue), Refusal> {
        do throws(Refusal) {
            let body = try Self.object(in: request)
            let bodyKeys = keyNames.compactMap { body[$0] }.filter { $0 != .null }
            guard bodyKeys.allSatisfy({ $0.string != nil }), Set(bodyKeys.compactMap(\.string)).count <= 1 else {
                throw Refusal(ProviderCode.unauthorized)
            }
            return .success((try account(bearer: request.bearerKey, body: bodyKeys.first?.string), body))
        } catch {
            return .failure(error)
        }
    }

    static func object(in request: ProviderRequest) throws(Refusal) -> JSONValue {
        guard let body = try? JSONValue(parsing: Array(request.body.readableBytesView)), case .object = body else {
            throw Refusal(ProviderCode.invalidParameters, "the request body is not a JSON object")
        }
        return body
    }

    mutating func accountStatus(_ request: ProviderRequest, at now: Duration) -> Answer {
        switch opened(request, keyNames: ["apikey", "apiKey"]) {
        case .failure(let refusal): return .envelope(refusal.envelope)
        case .success(let (account, _)):
            let balance = accounts[account].balance
            let isEnterprise = configuration.keyKind.isEnterprise
            let data: JSONValue = [
                "remainCoins": .string(isEnterprise ? "0" : String(balance)),
                "currentTaskCounts": .string(String(unfinishedRuns(of: account, at: now))),
                "remainMoney": isEnterprise ? .string("\(balance).00") : nil,
                "currency": isEnterprise ? .string(configuration.currency) : nil,
                "apiType": .string(configuration.keyKind.rawValue),
            ]
            return .envelope(.success(data))
        }
    }

    /// Runs of the account that have not ended; forgets those that have.
    mutating func unfinishedRuns(of account: Int, at now: Duration) -> Int {
        accounts[account].unfinished.removeAll { runs[$0].isEnded(at: now) || runs[$0].isForgotten(at: now) }
        return accounts[account].unfinished.count
    }

    /// What a run was charged, in the purse of the key's kind: coins, or money for an enterprise key.
    func charges(of run: SimulatedRun) -> (coins: JSONValue, money: JSONValue) {
        configuration.keyKind.isEnterprise ? (nil, .string("\(run.charged).00")) : (.string(String(run.charged)), nil)
    }

    mutating func graph(_ request: ProviderRequest) -> Answer {
        switch opened(request) {
        case .failure(let refusal): return .envelope(refusal.envelope)
        case .success(let (_, body)):
            if let refusal = refusal(ofWorkflow: body["workflowId"]) { return .envelope(refusal.envelope) }
            return .envelope(.success(["prompt": .string(WorkflowGraph.json.text)]))
        }
    }

    /// 380 for an id that is unknown or belongs to the other site, 810 for a workflow that never ran on the website.
    func refusal(ofWorkflow value: JSONValue?) -> Refusal? {
        guard let id = value?.string, id != "" else {
            return Refusal(ProviderCode.invalidParameters, "workflowId must be a string")
        }
        if configuration.neverRunWorkflows.contains(id) { return Refusal(ProviderCode.workflowNeverRun) }
        let isNumber = id.utf8.count <= 40 && id.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        let isKnown = configuration.workflows.isEmpty ? isNumber : configuration.workflows.contains(id)
        let isForeign = configuration.foreignWorkflows.contains(id)
        return isKnown && !isForeign ? nil : Refusal(ProviderCode.workflowMissing)
    }
}
