package import BackendAPI
package import HTTPTransport

/// RunningHub in the dialect `workflow-v1`, the form that the replaced backend's first document describes. Nobody has seen it answer;
/// what the document leaves open is read as its author's first client read it, and leniently beyond that.
package struct WorkflowV1Backend: Backend {
    let configuration: RunningHubConfiguration
    let transport: any HTTPTransport
    let errors: StatusErrors
    let now: WallClock
    package let uploadScope: String

    package init(_ configuration: RunningHubConfiguration, transport: any HTTPTransport, now: WallClock? = nil) {
        self.configuration = configuration
        self.transport = transport
        self.now = now ?? ProviderClock.ofThisMachine
        errors = StatusErrors(reader: ErrorReader(configuration))
        uploadScope = configuration.uploadScope
    }

    /// The document has no call that ends a run; a deployment that has one says where.
    package var capabilities: Capabilities {
        Capabilities(
            reportsProgress: true, cancels: configuration.cancelPath != nil, reportsCost: false,
            mayCostMoney: configuration.mayCostMoney)
    }

    // MARK: Before a run

    package func prepare(_ image: ImageFile) async throws(BackendError) -> PreparedImage {
        try RunningHubLimits.checkUpload(image)
        let call = call(.post, "/v1/upload", .multipart([.init(image: image)]), RunningHubLimits.uploadTime)
        switch await transport.result(of: call) {
        case .failure(let error): throw errors.reader.error(error)
        case .success(let response) where !response.isSuccess: throw errors.error(response, missing: "call")
        case .success(let response):
            guard let address = LooseJSON(response.body)?.text("url", "file_url"),
                RunningHubBackend.isHandle(address, bytesMax: RunningHubLimits.handleAddressBytesMax)
            else { throw errors.reader.unreadable(status: response.status) }
            return PreparedImage(handle: address, lifetimeSeconds: RunningHubLimits.uploadLifetimeSeconds)
        }
    }

    package func submit(_ request: RunRequest) async -> SubmitOutcome {
        let inputs: [String: JSONScalar]
        do throws(BackendError) { inputs = try self.inputs(request) } catch { return .refused(error) }
        guard let bytes = RunningHubBackend.json(["inputs": inputs]) else {
            return .refused(RunningHubBackend.unwritable)
        }
        let path = "/v1/workflows/\(Self.segment(configuration.workflowID))/run"
        let call = call(.post, path, .json(bytes), RunningHubLimits.createTime, delivery: .once)
        return RunReply(errors: errors, isStrict: configuration.isStrictAboutUnknown)
            .outcome(await transport.result(of: call))
    }

    /// Pictures by their names, and the parameters beside them.
    private func inputs(_ request: RunRequest) throws(BackendError) -> [String: JSONScalar] {
        var inputs: [String: JSONScalar] = [:]
        for value in try RunValue.all(request, configuration, text: errors.reader.text) {
            let isSeed = value.name == RunValue.seedName && configuration.seed != nil
            inputs[isSeed ? value.place.field : value.name] = value.value
        }
        for name in [RunRequest.sourceInput, RunRequest.poseInput] {
            guard let image = request.images[name] else {
                throw BackendError(.permanent, code: "missing image", message: "the run has no image '\(name)'")
            }
            inputs[name] = .text(image.handle)
        }
        return inputs
    }

    // MARK: A run

    package func observe(_ run: RunID) async -> Observation {
        let call = call(.get, "/v1/tasks/\(Self.segment(run.rawValue))", .none, RunningHubLimits.readTime)
        return TaskReply(errors: errors, outputs: configuration.outputs)
            .observation(await transport.result(of: call))
    }

    package func cancel(_ run: RunID) async -> CancelOutcome {
        guard let path = configuration.cancelPath else { return .unsupported }
        let call = call(
            .post, path.replacing("{task_id}", with: Self.segment(run.rawValue)), .json(Array("{}".utf8)),
            RunningHubLimits.readTime)
        switch await transport.result(of: call) {
        case .failure(let error): return .noAnswer(errors.reader.error(error))
        case .success(let response) where response.isSuccess: return .accepted
        case .success(let response) where response.status == 409: return .alreadyEnded
        case .success(let response) where [404, 410].contains(response.status): return .unknownThere
        case .success(let response): return .noAnswer(errors.error(response, missing: "task"))
        }
    }

    package func download(_ output: RunOutput, to sink: any ByteSink) async throws(BackendError) {
        try await ResultDownload(configuration: configuration, transport: transport, errors: errors.reader)
            .read(output, to: sink)
    }
}
