import BackendAPI

/// A start: what the journal holds becomes live again.
extension EngineMachine {
    /// Takes over what is on disk and says what is to be done about it. Called once, before the first step.
    ///
    /// A task found SUBMITTING has no run id: its call may have reached the provider, so it ends SUBMISSION_UNKNOWN and is not sent again.
    /// Every run that is known is observed further.
    package mutating func recover(_ recovery: Recovery, at now: EngineTime) -> [Effect] {
        self.now = now
        effects.removeAll()
        nextNumber = recovery.highestNumber + 1
        nextCursor = recovery.highestCursor + 1
        for upload in recovery.uploads where upload.expiresAt > now.unix {
            uploads[UploadKey(scope: upload.engine, digest: upload.digest)] = .ready(upload)
        }
        for engine in recovery.pausedEngines { gates[engine]?.isPaused = true }
        for record in recovery.openTasks { adopt(record) }
        // Runs first: they hold slots at the provider whatever else happens.
        for record in recovery.openTasks where record.state != .queued && record.state != .uploading { resume(record) }
        for record in recovery.openTasks where record.state == .uploading { resume(record) }
        for record in recovery.openTasks where record.state == .queued { resume(record) }
        probeAll()
        fireTimers()
        startWhatMay()
        return effects
    }

    private mutating func adopt(_ record: TaskRecord) {
        open[record.number] = OpenTask(record: record)
        open[record.number]?.chargedBefore = record.charged
        if record.state == .queued || record.state == .uploading {
            open[record.number]?.doubtfulMarker = record.marker
        }
        numbersByID[record.id] = record.number
        openByCaller[record.caller, default: 0] += 1
        if !record.idempotencyKey.isEmpty {
            numbersByKey[KeyOwner(caller: record.caller, key: record.idempotencyKey)] = record.number
        }
    }

    private mutating func resume(_ record: TaskRecord) {
        guard isConfigured(record) else { return }
        let number = record.number
        switch record.state {
        case .queued: joinQueue(number, startByLeft: left(of: record.startByMilliseconds, since: record.queuedAt))
        // It surely took nothing; the engine is asked how it stands before anything starts again.
        case .uploading: putOff(number, "waiting for a slot of engine '\(record.engine)' after a restart")
        case .submitting: submitUnknown(number, "the service stopped while the submit was on its way")
        case .running: resumeRunning(record)
        case .downloading: wake(number, after: 0)
        case .succeeded, .failed, .cancelled: break
        }
    }

    /// Ends a task whose engine or pipeline the configuration has no more. A run that goes on there is named in the message.
    private mutating func isConfigured(_ record: TaskRecord) -> Bool {
        // What is not known of a submit stays unknown whatever the configuration says now.
        if record.state == .submitting { return true }
        let isWaiting = record.state == .queued || record.state == .uploading
        if isWaiting, let refusal = whyNotStartable(record) {
            giveUp(record, refusal)
            return false
        }
        if open[record.number]?.doubtfulMarker.isEmpty == false, gates[record.engine] != nil,
            settings.engines[record.engine]?.plan.resubmitsUnknown != true
        {
            let text = "engine '\(record.engine)' is not to send a submit in doubt again since the last start"
            giveUp(record, TaskFailure(.submissionUnknown, text))
            return false
        }
        let engines = isWaiting ? route(of: record).engines : [record.engine]
        guard engines.allSatisfy({ gates[$0] == nil }) else { return true }
        let run = record.run.map { "; run \($0) may go on there" } ?? ""
        let text = "engine '\(record.engine)' is not configured or disabled since the last start\(run)"
        giveUp(record, TaskFailure(.engineDisabled, text))
        return false
    }

    /// A submit in doubt stays the reason, so that an operator finds it.
    mutating func giveUp(_ record: TaskRecord, _ failure: TaskFailure) {
        guard let task = open[record.number], !task.doubtfulMarker.isEmpty else {
            fail(record.number, failure.reason, failure.message)
            return
        }
        fail(
            record.number, .submissionUnknown,
            "\(failure.message); it is not known whether the provider started (and bills) a run: look at its call records for marker \(task.doubtfulMarker.prefix(8)) before you submit again"
        )
    }

    /// nil: the configuration still has the task's pipeline and step.
    func whyNotStartable(_ record: TaskRecord) -> TaskFailure? {
        let name = record.pipeline
        guard let pipeline = settings.pipelines[name] else {
            return TaskFailure(.pipelineUnknown, "pipeline '\(name)' is not configured since the last start")
        }
        guard pipeline.isEnabled else {
            return TaskFailure(.pipelineDisabled, "pipeline '\(name)' is disabled since the last start")
        }
        guard pipeline.step(named: record.step) != nil else {
            return TaskFailure(
                .pipelineUnknown, "pipeline '\(name)' has no step '\(record.step)' since the last start")
        }
        return nil
    }

    private mutating func resumeRunning(_ record: TaskRecord) {
        let number = record.number
        gates[record.engine]?.takeSlot()
        open[number]?.holdsSlot = true
        if record.cancelRequested {
            endRun(number, because: .callerAsked)
            return
        }
        // Even a deadline that passed meanwhile leaves room for one look: the run may have succeeded while nobody watched.
        let grace = 2 * (settings.engines[record.engine]?.plan.pollIntervalMilliseconds ?? 3_000)
        let left = left(of: runMillisecondsMax(record), since: record.times.running)
        open[number]?.deadline = now.monotonic + max(left, grace)
        wake(number, after: 0)
    }

    /// What is left of a duration by the wall clock, which alone goes on over a restart; a clock that jumped back gives no more than the whole.
    private func left(of duration: Int64, since start: Int64) -> Int64 {
        duration - min(max(now.unix - start, 0), duration)
    }
}
