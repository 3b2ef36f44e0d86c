import BackendAPI

/// What servers ask: submit, cancel, put.
extension EngineMachine {
    mutating func received(_ request: EngineRequest, from requester: Requester, lookup: JournalLookup) {
        let answer: EngineAnswer
        switch request {
        case .submit(let submission): answer = submitted(submission, lookup)
        case .cancel(let caller, let id, let reason): answer = cancelAsked(caller, id, reason, lookup)
        case .putImage(let caller, let image): answer = imagePut(caller, image)
        case .resolve(let id, let resolution): answer = resolved(id, resolution, lookup)
        case .setEngine(let name, let isPaused): answer = engineSet(name, isPaused)
        }
        effects.append(.answer(requester, answer))
    }

    /// What the loop must read from the journal before the machine sees the request: nil, if memory holds the task.
    package func taskToLookUp(for request: EngineRequest) -> TaskToLookUp? {
        switch request {
        case .submit(let submission):
            let key = submission.idempotencyKey
            let owner = KeyOwner(caller: submission.caller, key: key)
            return key.isEmpty || numbersByKey[owner] != nil ? nil : .key(caller: submission.caller, key: key)
        case .cancel(_, let id, _), .resolve(let id, _): return numbersByID[id] == nil ? .id(id) : nil
        case .putImage, .setEngine: return nil
        }
    }

    package enum TaskToLookUp: Sendable {
        case key(caller: String, key: String)
        case id(TaskID)
    }

    // MARK: Submit

    private mutating func submitted(_ submission: Submission, _ lookup: JournalLookup) -> EngineAnswer {
        let content = SubmissionContent.digest(
            pipeline: submission.pipeline, source: submission.source, pose: submission.pose,
            parameters: submission.parameters)
        if let earlier = earlierTask(of: submission, lookup) {
            guard earlier.record.contentDigest == content else { return .refused(.idempotencyKeyReused) }
            return .submitted(earlier, deduplicated: true)
        }
        if let refusal = submission.obstacle ?? refusal(of: submission) { return .refused(refusal) }
        guard let source = image(submission.source, lookup.source) else { return .refused(.imageUnknown(.source)) }
        guard let pose = image(submission.pose, lookup.pose) else { return .refused(.imageUnknown(.pose)) }
        guard let record = newRecord(submission, source, pose, content) else {
            return .refused(.pipelineUnknown(submission.pipeline))
        }
        return .submitted(accept(record), deduplicated: false)
    }

    private func earlierTask(of submission: Submission, _ lookup: JournalLookup) -> TaskView? {
        guard !submission.idempotencyKey.isEmpty else { return nil }
        let owner = KeyOwner(caller: submission.caller, key: submission.idempotencyKey)
        if let number = numbersByKey[owner] { return open[number]?.view }
        return lookup.task.map { TaskView(record: $0, latest: TaskEvent(latestOf: $0)) }
    }

    private func refusal(of submission: Submission) -> Refusal? {
        if isDraining { return .draining }
        if let refusal = refusal(ofPipeline: submission.pipeline) { return refusal }
        if let refusal = refusal(of: submission.parameters, pipeline: submission.pipeline) { return refusal }
        if let limit = settings.callerLimits[submission.caller]?.openTasksMax,
            openByCaller[submission.caller, default: 0] >= limit
        {
            return .callerLimit("at most \(limit) tasks that have not ended; wait for one to end, or cancel one")
        }
        if queuedCount >= settings.queuedTasksMax {
            return .queueFull(retryAfterMilliseconds: EngineLimits.queueFullRetryMilliseconds)
        }
        return nil
    }

    /// Each step must have an engine that can run it.
    func refusal(ofPipeline name: String) -> Refusal? {
        guard let pipeline = settings.pipelines[name], !pipeline.steps.isEmpty else { return .pipelineUnknown(name) }
        guard pipeline.isEnabled else { return .pipelineDisabled(name) }
        for step in pipeline.steps where step.engines.allSatisfy({ gates[$0] == nil }) {
            let engine = step.engines.first ?? ""
            return .engineDisabled(
                engine: engine, replacement: settings.engines[engine]?.disabled?.replacement ?? "runninghub")
        }
        return nil
    }

    /// A parameter is known when any engine of the pipeline declares it, and must satisfy each that does.
    private func refusal(of parameters: [String: String], pipeline name: String) -> Refusal? {
        let engines = Set(settings.pipelines[name]?.steps.flatMap(\.engines) ?? []).sorted()
        let rules = engines.flatMap { settings.engines[$0]?.plan.parameters ?? [] }
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            let own = rules.filter { $0.name == name }
            if own.isEmpty { return .parameterUnknown(name) }
            for rule in own {
                if let problem = rule.problem(with: value) { return .parameterInvalid(name, message: problem) }
            }
        }
        return nil
    }

    private func image(_ image: Submission.Image, _ looked: StoredImage?) -> InputImage? {
        switch image {
        case .stored(let stored): .stored(stored)
        case .named: looked.map(InputImage.stored)
        case .url(let url): .url(url)
        }
    }

    /// nil: the pipeline has no step with an engine.
    private mutating func newRecord(
        _ submission: Submission, _ source: InputImage, _ pose: InputImage, _ content: ContentDigest
    ) -> TaskRecord? {
        guard let steps = settings.pipelines[submission.pipeline]?.steps, let step = steps.first,
            let engine = step.engines.first(where: { gates[$0] != nil })
        else { return nil }
        let asked = submission.taskTimeoutMilliseconds
        // Each attempt is cut to its own engine's limit as well.
        let limit =
            steps.flatMap(\.engines).filter { gates[$0] != nil }
            .compactMap { settings.engines[$0]?.plan.timeoutMilliseconds }.max() ?? 0
        let number = nextNumber
        nextNumber += 1
        var record = TaskRecord(
            number: number, id: TaskID(unixMilliseconds: now.unix, random: random.next), submission: submission,
            source: source, pose: pose, contentDigest: content, step: step.name, engine: engine,
            taskTimeoutMilliseconds: asked > 0 ? min(asked, limit) : limit,
            startByMilliseconds: submission.startByMilliseconds > 0
                ? submission.startByMilliseconds : settings.defaultStartByMilliseconds,
            createdAt: now.unix)
        record.isLastStep = steps.count == 1
        return record
    }

    /// Makes a new task known, with its first event.
    mutating func accept(_ newRecord: TaskRecord) -> TaskView {
        var record = newRecord
        record.message = whyItWaits(record)
        stamp(&record)
        let number = record.number
        open[number] = OpenTask(record: record)
        numbersByID[record.id] = number
        if !record.idempotencyKey.isEmpty {
            numbersByKey[KeyOwner(caller: record.caller, key: record.idempotencyKey)] = number
        }
        openByCaller[record.caller, default: 0] += 1
        joinQueue(number, startByLeft: record.startByMilliseconds)
        let view = open[number]?.view ?? TaskView(record: record, latest: TaskEvent(latestOf: record))
        effects.append(.save(.insert(record, view.latest)))
        return view
    }

    /// Where its only engine begins no runs, the caller is told why, and not that a slot is missing.
    private func whyItWaits(_ record: TaskRecord) -> String {
        let engines = route(of: record).engines
        if engines.count == 1, let gate = gates[record.engine] {
            if gate.isPaused { return "waiting: engine '\(record.engine)' is paused" }
            if let refusal = gate.refusal { return "waiting: \(refusal.message)" }
        }
        return "waiting for a slot of engine '\(record.engine)'"
    }

    // MARK: Cancel and put

    private mutating func cancelAsked(
        _ caller: String, _ id: TaskID, _ reason: String, _ lookup: JournalLookup
    ) -> EngineAnswer {
        guard let number = numbersByID[id], let task = open[number] else {
            guard let record = lookup.task, record.caller == caller else { return .refused(.taskUnknown) }
            return .cancelled(TaskView(record: record, latest: TaskEvent(latestOf: record)))
        }
        guard task.record.caller == caller else { return .refused(.taskUnknown) }
        if !task.record.state.isTerminal, !task.record.cancelRequested { wishCancel(number, reason) }
        return .cancelled(open[number]?.view ?? task.view)
    }

    private mutating func wishCancel(_ number: Int64, _ reason: String) {
        guard let task = open[number] else { return }
        let message = reason.isEmpty ? "cancelled by the caller" : reason
        switch task.record.state {
        case .queued, .uploading:
            open[number]?.record.cancelRequested = true
            end(number, as: .cancelled, message)
        case .submitting, .downloading:
            save(number, message) { $0.cancelRequested = true }
        case .running:
            save(number, message) { $0.cancelRequested = true }
            endRun(number, because: .callerAsked)
        case .succeeded, .failed, .cancelled: break
        }
    }

    private mutating func imagePut(_ caller: String, _ image: StoredImage) -> EngineAnswer {
        let expiresAt = now.unix + EngineLimits.putImageLifetimeMilliseconds
        effects.append(.save(.image(caller: caller, image, expiresAt: expiresAt)))
        return .imagePut(expiresAt: expiresAt)
    }
}
