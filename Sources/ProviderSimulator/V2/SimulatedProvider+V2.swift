extension SimulatedProvider {
    /// Provider sheet 3.2, run: the workflow is in the path, the key in the header alone.
    mutating func runV2(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        do throws(Refusal) {
            let account = try account(bearer: request.bearerKey, body: nil)
            let body = try Self.object(in: request)
            let workflow = request.pathID.map { JSONValue.string($0) }
            let order = try order(body, workflow: workflow, account: account, dialect: .openAPIV2)
            let index = try accepted(order, fault: fault, origin: request.origin, at: now)
            return .document(bent(startedV2(index, fault: fault, at: now).json, by: fault), status: 200)
        } catch {
            createRefused(code: error.code, at: now)
            return error.answer(as: .flat)
        }
    }

    private func startedV2(_ index: Int, fault: Fault?, at now: Duration) -> FlatReply {
        var reply = FlatReply()
        reply.taskID = shownID(of: index, fault: fault)
        reply.status = Self.firstWord(of: runs[index], fault: fault, at: now)
        reply.more = [
            .init(name: "clientId", value: .string(names.clientID(of: runs[index].id))),
            .init(name: "promptTips", value: .string(Self.promptTips(fault).text)),
        ]
        return reply
    }

    /// Provider sheet 3.2, query: one call that tells every state.
    mutating func queryV2(_ request: ProviderRequest, fault: Fault?, at now: Duration) -> Answer {
        do throws(Refusal) {
            let account = try account(bearer: request.bearerKey, body: nil)
            let index = try run(try Self.object(in: request)["taskId"], of: account, at: now)
            let reply = queriedV2(index, fault: fault, origin: request.origin, at: now)
            return .document(bent(reply.json, by: fault), status: 200)
        } catch {
            return error.answer(as: .flat)
        }
    }

    private mutating func queriedV2(_ index: Int, fault: Fault?, origin: String, at now: Duration) -> FlatReply {
        var reply = FlatReply()
        reply.taskID = runs[index].id
        switch seenState(of: index, fault: fault, at: now) {
        case .queued: reply.status = fault?.kind == .earlySuccess ? "SUCCESS" : "QUEUED"
        case .running: reply.status = fault?.kind == .earlySuccess ? "SUCCESS" : "RUNNING"
        case .succeeded:
            reply.status = "SUCCESS"
            reply.results = resultsV2(of: index, fault: fault, origin: origin)
            reply.more = [usage(of: index)]
        case .failed: fail(&reply, index, fault: fault)
        case .cancelled:
            reply.status = runs[index].cancelledWord ?? "CANCEL"
            reply.more = [usage(of: index)]
        }
        if fault?.kind == .unknownWord { reply.status = fault?.word ?? reply.status }
        return reply
    }

    private mutating func resultsV2(of index: Int, fault: Fault?, origin: String) -> JSONValue {
        switch fault?.kind {
        case .outputsNull: return nil
        case .outputsEmpty: return []
        default:
            let outputs = producedOutputs(of: index, fault: fault, origin: origin)
            return .array(
                outputs.map { output in
                    [
                        "url": .string(output.link), "nodeId": .string(output.node),
                        "outputType": .string(output.fileType), "text": nil,
                    ]
                })
        }
    }

    private func fail(_ reply: inout FlatReply, _ index: Int, fault: Fault?) {
        let isModeration = Self.failure(of: runs[index]).message.contains("Porn")
        reply.status = "FAILED"
        reply.errorCode = isModeration ? "1501" : "1000"
        reply.errorMessage = isModeration ? "content moderation" : "unknown error"
        let reason = Self.failedReason(of: runs[index], fault: fault)
        reply.more = [.init(name: "failedReason", value: reason), usage(of: index)]
    }

    private func usage(of index: Int) -> JSONValue.Member {
        let charges = charges(of: runs[index])
        let usage: JSONValue = [
            "consumeMoney": charges.money, "consumeCoins": charges.coins,
            "taskCostTime": .string(String(runs[index].costSeconds)), "thirdPartyConsumeMoney": nil,
        ]
        return .init(name: "usage", value: usage)
    }

    /// The other spellings of a flat reply: no task id, an error code that is null or a number (provider sheet 3.1).
    private func bent(_ json: JSONValue, by fault: Fault?) -> JSONValue {
        switch fault?.kind {
        case .withoutTaskID: json.without("taskId")
        case .errorCodeNull: json.replacing("errorCode") { $0 == "" ? nil : $0 }
        case .errorCodeNumber: json.replacing("errorCode") { .integer($0.string.flatMap { Int64($0) } ?? 0) }
        default: json
        }
    }
}

// Provider sheet 3.5.
extension SimulatedProvider {
    mutating func queueV2(_ request: ProviderRequest, at now: Duration) -> Answer {
        withBearer(request) { provider, account in
            let (queued, running) = provider.load(of: account, at: now)
            return [
                "apiKeyType": .string(provider.configuration.keyKind.rawValue),
                "concurrentLimit": JSONValue(provider.configuration.slots),
                "runningCount": .string(String(running)), "queuedCount": .string(String(queued)),
                "totalCurrentTasks": .string(String(queued + running)),
            ]
        }
    }

    /// The one key that asks, masked. The shape of a line is what runninghub-sdk reads.
    mutating func keysV2(_ request: ProviderRequest) -> Answer {
        withBearer(request) { provider, account in
            [
                [
                    "key": .string(provider.accounts[account].maskedKey),
                    "apiKeyName": .string("account-\(account + 1)"), "status": 1, "quotaLimit": nil,
                    "quotaUsed": .string(String(provider.configuration.balance - provider.accounts[account].balance)),
                    "visible": false, "expireAt": nil, "expireInMinute": nil, "createdAt": "0",
                ]
            ]
        }
    }

    private mutating func withBearer(
        _ request: ProviderRequest, _ serve: (inout SimulatedProvider, Int) -> JSONValue
    ) -> Answer {
        do throws(Refusal) {
            let account = try account(bearer: request.bearerKey, body: nil)
            var envelope = Envelope.success(serve(&self, account))
            envelope.messageNames = ["msg", "message"]
            return .envelope(envelope)
        } catch {
            return error.answer(as: request.endpoint.face)
        }
    }
}
