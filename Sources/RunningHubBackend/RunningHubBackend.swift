package import BackendAPI
import FoundationEssentials
package import HTTPTransport

/// RunningHub in the dialect `task-openapi`: each method is one call of its API (`observe` asks again where the first answer was silent),
/// and says what the answer proves. It repeats nothing, remembers nothing and logs nothing.
package struct RunningHubBackend: Backend {
    let configuration: RunningHubConfiguration
    let transport: any HTTPTransport
    let errors: ErrorReader

    package init(_ configuration: RunningHubConfiguration, transport: any HTTPTransport) {
        self.configuration = configuration
        self.transport = transport
        errors = ErrorReader(text: ProviderText(key: configuration.apiKey))
    }

    package var capabilities: Capabilities {
        Capabilities(
            reportsProgress: false, cancels: true, reportsCost: true, mayCostMoney: configuration.mayCostMoney)
    }

    // MARK: Before a run

    package func prepare(_ image: ImageFile) async throws(BackendError) -> PreparedImage {
        guard image.sizeBytes <= RunningHubLimits.uploadBytesMax else {
            throw BackendError(
                .permanent, code: "too large",
                message: "the image has \(image.sizeBytes) bytes; the provider takes \(RunningHubLimits.uploadBytesMax)"
            )
        }
        let reply = Reply(await execute(upload(image)), as: UploadContent.self)
        if let error = errors.error(reply) { throw error }
        guard case .answered(let envelope) = reply, let name = envelope.content?.fileName, Self.isHandle(name) else {
            throw errors.unreadable(status: 200)
        }
        return PreparedImage(handle: name, lifetimeSeconds: RunningHubLimits.uploadLifetimeSeconds)
    }

    package func submit(_ request: RunRequest) async -> SubmitOutcome {
        let nodes: [CreateBody.NodeInfo]
        do throws(BackendError) { nodes = try nodeInfo(request) } catch { return .refused(error) }
        let body = CreateBody(
            apiKey: configuration.apiKey.reveal(), workflowId: configuration.workflowID, nodeInfoList: nodes)
        guard let bytes = Self.json(body) else { return .refused(Self.unwritable) }
        let call = call("/task/openapi/create", .json(bytes), RunningHubLimits.createTime, delivery: .once)
        return CreateReply(errors: errors).outcome(await execute(call))
    }

    // MARK: A run

    package func observe(_ run: RunID) async -> Observation {
        switch await outputs(run) {
        case .known(let observation): return observation
        case .askStatus: break
        }
        let answer = await execute(taskCall("/task/openapi/status", run))
        switch StatusReply(errors: errors).reading(answer) {
        case .known(let observation): return observation
        case .failed: return await failure(run)
        }
    }

    /// `status` said that the run failed; the reason, if it is told at all, stands in `outputs`.
    private func failure(_ run: RunID) async -> Observation {
        switch await outputs(run) {
        case .known(.failed(let error, let cost)): .failed(error, cost: cost)
        case .known(.succeeded(let outputs, let cost)): .succeeded(outputs: outputs, cost: cost)
        case .known, .askStatus: .failed(OutputsReply.withoutReason, cost: nil)
        }
    }

    private func outputs(_ run: RunID) async -> OutputsReply.Reading {
        OutputsReply(errors: errors, outputs: configuration.outputs)
            .reading(await execute(taskCall("/task/openapi/outputs", run)))
    }

    package func cancel(_ run: RunID) async -> CancelOutcome {
        let reply = Reply(await execute(taskCall("/task/openapi/cancel", run)), as: LenientText.self)
        guard case .answered(let envelope) = reply, let code = envelope.code else {
            return .noAnswer(errors.error(reply) ?? errors.unreadable(status: 200))
        }
        switch code {
        case ProviderCodes.success: return .accepted
        case ProviderCodes.ended: return .alreadyEnded
        case _ where ProviderCodes.notFound.contains(code): return .unknownThere
        default: return .noAnswer(errors.error(code: code, message: envelope.message))
        }
    }

    package func download(_ output: RunOutput, to sink: any ByteSink) async throws(BackendError) {
        let request = HTTPRequest(
            .get, output.url, egress: configuration.resultEgress, time: RunningHubLimits.downloadTime,
            bodyBytesMax: RunningHubLimits.resultBytesMax, sink: SinkAdapter(sink: sink))
        switch await execute(request) {
        case .failure(let error): throw downloadError(error)
        case .success(let response) where response.isSuccess: return
        case .success(let response): throw downloadError(response)
        }
    }

    private func downloadError(_ error: HTTPTransportError) -> BackendError {
        var mapped = errors.error(error)
        if error.code == .placeRefused { mapped.message += "; add the host to result_hosts if it is the provider's" }
        return mapped
    }

    /// A file's host knows neither our key nor our workflow: its refusals say something about the address alone.
    private func downloadError(_ response: HTTPResponse) -> BackendError {
        var mapped = errors.error(response)
        switch response.status {
        case 401, 403, 404, 410:
            mapped.errorClass = .expired
            mapped.message = "the result's address no longer works (HTTP \(response.status))"
        case 405: mapped.errorClass = .permanent
        default: break
        }
        return mapped
    }

    // MARK: The account

    package func probe() async -> Probe {
        guard let bytes = Self.json(AccountBody(apikey: configuration.apiKey.reveal())) else {
            return Probe(configured: true, message: Self.unwritable.message)
        }
        let call = call("/uc/openapi/accountStatus", .json(bytes), RunningHubLimits.readTime)
        let reply = Reply(await execute(call), as: AccountContent.self)
        guard let error = errors.error(reply) else { return Self.healthy(reply) }
        var probe = Probe(configured: true, message: error.message)
        if case .answered = reply { probe.reachable = true } else { probe.reachable = false }
        switch error.errorClass {
        case .auth: (probe.reachable, probe.authorised) = (true, false)
        case .quota: (probe.authorised, probe.funded) = (true, false)
        default: break
        }
        return probe
    }

    private static func healthy(_ reply: Reply<AccountContent>) -> Probe {
        var probe = Probe(configured: true, reachable: true, authorised: true)
        guard case .answered(let envelope) = reply, let account = envelope.content else { return probe }
        let amounts = [account.coins, account.money].compactMap { $0 }
        probe.funded = amounts.isEmpty ? nil : amounts.contains { $0 > 0 }
        if probe.funded == false { probe.message = "the account is empty; top it up" }
        return probe
    }
}

/// Hands a body on to the port's sink.
private struct SinkAdapter: HTTPBodySink {
    let sink: any ByteSink
    func write(_ bytes: UnsafeRawBufferPointer) throws { try sink.write(bytes) }
}
