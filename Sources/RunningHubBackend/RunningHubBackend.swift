package import BackendAPI
package import HTTPTransport

/// RunningHub in the dialect `task-openapi`: each method is one call of its API (`observe` asks again where the first answer was silent,
/// `probe` reads account and workflow), and says what the answer proves. It repeats nothing, remembers nothing and logs nothing.
package struct RunningHubBackend: Backend {
    let configuration: RunningHubConfiguration
    let transport: any HTTPTransport
    let errors: ErrorReader
    let now: WallClock
    package let uploadScope: String

    package init(_ configuration: RunningHubConfiguration, transport: any HTTPTransport, now: WallClock? = nil) {
        self.configuration = configuration
        self.transport = transport
        self.now = now ?? ProviderClock.ofThisMachine
        errors = ErrorReader(configuration)
        uploadScope = configuration.uploadScope
    }

    package var capabilities: Capabilities {
        Capabilities(
            reportsProgress: false, cancels: true, reportsCost: true, mayCostMoney: configuration.mayCostMoney)
    }

    // MARK: Before a run

    package func prepare(_ image: ImageFile) async throws(BackendError) -> PreparedImage {
        try RunningHubLimits.checkUpload(image)
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
        guard let bytes = Self.json(CreateBody(configuration, nodes: nodes)) else { return .refused(Self.unwritable) }
        let path =
            configuration.usesV2 ? "/openapi/v2/run/workflow/\(configuration.workflowID)" : "/task/openapi/create"
        let call = call(path, .json(bytes), RunningHubLimits.createTime, delivery: .once)
        return CreateReply(errors: errors, isStrict: configuration.isStrictAboutUnknown).outcome(await execute(call))
    }

    // MARK: A run

    package func observe(_ run: RunID) async -> Observation {
        guard !configuration.usesV2 else {
            return QueryReply(errors: errors, outputs: configuration.outputs)
                .observation(await execute(taskCall("/openapi/v2/query", run)))
        }
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
        try await ResultDownload(configuration: configuration, transport: transport, errors: errors)
            .read(output, to: sink)
    }

    // MARK: The account

    package func probe() async -> Probe {
        guard let account = Self.json(AccountBody(apikey: configuration.apiKey.reveal())) else {
            return Probe(configured: true, message: Self.unwritable.message)
        }
        let asked = now()
        let answer = await execute(call("/uc/openapi/accountStatus", .json(account), RunningHubLimits.readTime))
        var probe = AccountReply(errors: errors).probe(answer)
        probe.clockAheadMilliseconds = ProviderClock.ahead(answer, asked: asked, answered: now())
        if probe.authorised == true { await addWorkflow(to: &probe) }
        return probe
    }

    private func addWorkflow(to probe: inout Probe) async {
        let body = GraphBody(apiKey: configuration.apiKey.reveal(), workflowId: configuration.workflowID)
        guard let bytes = Self.json(body) else { return }
        var call = call("/api/openapi/getJsonApiFormat", .json(bytes), RunningHubLimits.readTime)
        call.bodyBytesMax = RunningHubLimits.graphBytesMax
        let judgement = GraphCheck(errors: errors, configuration: configuration).judgement(await execute(call))
        probe.workflowValid = judgement.isValid
        // Both know each other here; where the workflow is unknown it may be the site or the number that is wrong.
        if judgement.isValid == true { probe.siteMatches = true }
        probe.message = [probe.message, judgement.message].filter { !$0.isEmpty }.joined(separator: "; ")
    }
}
