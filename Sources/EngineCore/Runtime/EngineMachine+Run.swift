import BackendAPI
import HeapModule

/// A run at the provider, from its acceptance to the task's end: looks, cancel, download.
extension EngineMachine {
    /// Until the next look: the engine's interval, a little spread so that many runs are not read in one burst.
    func pollDelay(_ number: Int64) -> Int64 {
        guard let engine = open[number]?.record.engine, let plan = settings.engines[engine]?.plan else { return 3_000 }
        let interval = max(1, plan.pollIntervalMilliseconds)
        return interval - interval / 10 + Int64(random.next() % UInt64(max(1, interval / 5)))
    }

    mutating func look(_ number: Int64) {
        guard let task = open[number], let run = task.record.run else { return }
        place(.observe(run), engine: task.record.engine, for: .task(number))
    }

    mutating func looked(_ number: Int64, _ observation: Observation) {
        guard let task = open[number] else { return }
        if task.record.state == .downloading {
            lookedForOutputs(number, observation)
            return
        }
        switch observation {
        case .queued: stillRunning(number, progress: nil)
        case .running(let progress): stillRunning(number, progress: progress)
        case .succeeded(let outputs, let cost): runSucceeded(number, outputs, cost)
        case .failed(let error, let cost): runFailed(number, error, cost)
        case .cancelled(let cost): runCancelled(number, cost)
        case .lost(let error): runLost(number, error)
        case .succeededWithoutOutput:
            open[number]?.emptyLooks += 1
            if task.emptyLooks + 1 >= EngineLimits.emptyLooksMax {
                fail(
                    number, .resultUnavailable, "engine '\(task.record.engine)': the run ended without a usable output")
            } else {
                lookAgain(number)
            }
        case .noAnswer(let error): lookUnanswered(number, error)
        }
    }

    private mutating func stillRunning(_ number: Int64, progress: Double?) {
        open[number]?.lostLooks = 0
        open[number]?.emptyLooks = 0
        open[number]?.looksWithoutAnswer = 0
        if let progress, let task = open[number] {
            let shown = Float(min(max(progress, 0), 1))
            if shown > task.progress {
                open[number]?.progress = shown
                showTransient(number)
            }
        }
        lookAgain(number)
    }

    private mutating func lookAgain(_ number: Int64) {
        guard let task = open[number] else { return }
        if task.ending != nil {
            open[number]?.looksAfterCancel += 1
            if task.looksAfterCancel + 1 >= EngineLimits.looksAfterCancelMax {
                endWithoutWord(number)
                return
            }
        }
        wake(number, after: pollDelay(number))
    }

    private mutating func lookUnanswered(_ number: Int64, _ error: BackendError) {
        guard let task = open[number] else { return }
        open[number]?.looksWithoutAnswer += 1
        switch error.errorClass {
        case .auth, .quota: refuse(task.record.engine, error)
        default: break
        }
        if task.ending != nil {
            lookAgain(number)
        } else {
            let delay = retryDelay(error, failures: task.looksWithoutAnswer + 1)
            wake(number, after: max(pollDelay(number), delay))
        }
    }

    // MARK: Ends at the provider

    private mutating func runFailed(_ number: Int64, _ error: BackendError, _ cost: RunCost?) {
        guard let task = open[number] else { return }
        note(cost, on: number)
        if task.ending == .deadlinePassed {
            timedOut(number)
        } else if task.ending == .callerAsked, task.cancelOutcome != .alreadyEnded, task.cancelOutcome != .unsupported {
            end(number, as: .cancelled, cancelledText(number))
        } else if error.errorClass == .rejected {
            fail(number, .contentRejected, describe(error, engine: task.record.engine))
        } else {
            fail(number, .runFailed, describe(error, engine: task.record.engine))
        }
    }

    private mutating func runCancelled(_ number: Int64, _ cost: RunCost?) {
        note(cost, on: number)
        if open[number]?.ending == .deadlinePassed {
            timedOut(number)
        } else if open[number]?.ending == .callerAsked {
            end(number, as: .cancelled, cancelledText(number))
        } else {
            end(number, as: .cancelled, "the run was cancelled at the provider")
        }
    }

    private mutating func runLost(_ number: Int64, _ error: BackendError) {
        guard let task = open[number] else { return }
        if task.ending == .deadlinePassed {
            timedOut(number)
        } else if task.ending == .callerAsked {
            end(number, as: .cancelled, cancelledText(number))
        } else {
            open[number]?.lostLooks += 1
            if task.lostLooks + 1 >= EngineLimits.lostLooksMax {
                fail(number, .runLost, describe(error, engine: task.record.engine))
            } else {
                wake(number, after: pollDelay(number))
            }
        }
    }

    private mutating func note(_ cost: RunCost?, on number: Int64) {
        guard let cost, let task = open[number] else { return }
        open[number]?.record.cost = task.record.earlierCost.map { $0 + cost } ?? cost
    }

    private func cancelledText(_ number: Int64) -> String {
        let text = open[number]?.record.message ?? ""
        return text.isEmpty ? "cancelled by the caller" : text
    }

    private mutating func timedOut(_ number: Int64) {
        guard let task = open[number] else { return }
        let seconds = runMillisecondsMax(task.record) / 1_000
        fail(
            number, .taskTimeout,
            "engine '\(task.record.engine)': the run took longer than \(seconds) s and was cancelled there; raise 'timeout', or look at the run there"
        )
    }

    /// The provider did not say that the run has ended; the task ends all the same, and says so.
    private mutating func endWithoutWord(_ number: Int64) {
        guard let task = open[number] else { return }
        let warning =
            "the provider did not confirm the end of run \(task.record.run?.rawValue ?? "?"): it may go on there"
        if task.ending == .deadlinePassed {
            fail(number, .taskTimeout, "longer than \(runMillisecondsMax(task.record) / 1_000) s; \(warning)")
        } else {
            end(number, as: .cancelled, "\(cancelledText(number)); \(warning)")
        }
    }

    // MARK: Cancel

    /// The run is not wanted any more: cancel it there, then read once more, since a result that came first is kept.
    mutating func endRun(_ number: Int64, because ending: OpenTask.Ending) {
        guard let task = open[number] else { return }
        if task.ending == nil { open[number]?.ending = ending }
        open[number]?.deadline = nil
        if task.ending == nil { askCancel(number) }
    }

    mutating func askCancel(_ number: Int64) {
        guard let task = open[number], let run = task.record.run else { return }
        open[number]?.wakeAt = nil
        if settings.engines[task.record.engine]?.capabilities.cancels == true {
            open[number]?.cancelTries += 1
            place(.cancel(run), engine: task.record.engine, for: .task(number))
        } else {
            cancelEnded(number, .unsupported)
        }
    }

    mutating func cancelEnded(_ number: Int64, _ outcome: CancelOutcome) {
        guard let task = open[number] else { return }
        if case .noAnswer(let error) = outcome, task.cancelTries < EngineLimits.cancelTriesMax {
            wake(number, after: retryDelay(error, failures: task.cancelTries))
            return
        }
        open[number]?.cancelOutcome = outcome
        look(number)
    }

    /// The provider may bill what nobody waits for: its cancel is repeated like a task's own.
    mutating func cancelUnwanted(_ run: RunID) {
        guard let unwanted = unwantedRuns[run] else { return }
        unwantedRuns[run]?.cancelTries += 1
        place(.cancel(run), engine: unwanted.engine, for: .unwanted(run))
    }

    mutating func unwantedCancelEnded(_ run: RunID, _ reply: CallReply) {
        guard let unwanted = unwantedRuns[run] else { return }
        guard case .cancelled(.noAnswer(let error)) = reply, unwanted.cancelTries < EngineLimits.cancelTriesMax else {
            unwantedRuns[run] = nil
            return
        }
        let at = now.monotonic + retryDelay(error, failures: unwanted.cancelTries)
        timers.insert(Timer(at: at, subject: .unwanted(run)))
    }

    // MARK: Download

    private mutating func runSucceeded(_ number: Int64, _ outputs: [RunOutput], _ cost: RunCost?) {
        giveSlotBack(number, runEnded: true)
        open[number]?.deadline = nil
        note(cost, on: number)
        let wish = open[number]?.record.cancelRequested == true ? open[number]?.record.message : nil
        save(number, wish ?? "downloading the result") { $0.state = .downloading }
        download(number, outputs)
    }

    private mutating func download(_ number: Int64, _ outputs: [RunOutput]) {
        guard let engine = open[number]?.record.engine else { return }
        place(.download(outputs), engine: engine, for: .task(number))
    }

    /// While DOWNLOADING a look only serves to get fresh addresses.
    private mutating func lookedForOutputs(_ number: Int64, _ observation: Observation) {
        switch observation {
        case .succeeded(let outputs, let cost):
            note(cost, on: number)
            download(number, outputs)
        // Whatever kept the provider from answering says nothing about the result.
        case .noAnswer(let error): downloadFailed(number, error, mayPass: true)
        case .failed(let error, _), .lost(let error):
            downloadFailed(number, BackendError(.expired, code: error.code, message: error.message))
        case .queued, .running, .cancelled, .succeededWithoutOutput:
            downloadFailed(
                number, BackendError(.expired, code: "no output", message: "the run no longer shows its output"))
        }
    }

    mutating func downloadEnded(_ number: Int64, _ outputs: [TaskOutput]) {
        guard let task = open[number] else { return }
        open[number]?.record.times.downloaded = now.unix
        if task.record.isLastStep {
            open[number]?.record.outputs = outputs
            end(number, as: .succeeded, "done")
        } else if task.record.cancelRequested {
            end(number, as: .cancelled, "\(cancelledText(number)); the steps before were paid")
        } else if let made = outputs.first?.image {
            beginNextStep(number, source: made)
        } else {
            fail(number, .resultUnavailable, "step '\(task.record.step)' made no picture for the next one")
        }
    }

    /// What the step before made and cost is saved with the step that follows, so that a crash never repeats a paid step.
    private mutating func beginNextStep(_ number: Int64, source: StoredImage) {
        guard let task = open[number] else { return }
        let pipeline = settings.pipelines[task.record.pipeline]
        guard let next = pipeline?.step(named: task.record.step)?.next else {
            fail(
                number, .pipelineUnknown,
                "step '\(task.record.step)' is done, but pipeline '\(task.record.pipeline)' has no step behind it any more"
            )
            return
        }
        guard pipeline?.isEnabled == true else {
            fail(
                number, .pipelineDisabled,
                "step '\(task.record.step)' is done, but pipeline '\(task.record.pipeline)' is disabled since the last start"
            )
            return
        }
        guard let engine = next.engines.first(where: { gates[$0] != nil }) else {
            fail(
                number, .engineDisabled,
                "step '\(task.record.step)' is done, but no engine of step '\(next.name)' is configured since the last start"
            )
            return
        }
        let isLast = pipeline?.steps.last?.name == next.name
        let at = now.unix
        open[number]?.forgetRun()
        save(number, "step '\(task.record.step)' is done; waiting for a slot of engine '\(engine)'") {
            record in
            record.state = .queued
            record.step = next.name
            record.isLastStep = isLast
            record.stepSource = source
            record.earlierCost = record.cost
            record.engine = engine
            record.attempt = 1
            record.queuedAt = at
            record.marker = ""
            record.run = nil
        }
        joinQueue(number, startByLeft: task.record.startByMilliseconds)
    }

    /// A run that is paid for has its result at the provider for about a day: an outage is waited out, a useless answer is not.
    mutating func downloadFailed(_ number: Int64, _ error: BackendError) {
        switch error.errorClass {
        case .transient, .backpressure: downloadFailed(number, error, mayPass: true)
        default: downloadFailed(number, error, mayPass: false)
        }
    }

    private mutating func downloadFailed(_ number: Int64, _ error: BackendError, mayPass: Bool) {
        guard let task = open[number] else { return }
        let tries = task.downloadTries + 1
        let useless = task.uselessDownloads + (mayPass ? 0 : 1)
        open[number]?.downloadTries = tries
        open[number]?.uselessDownloads = useless
        if tries >= EngineLimits.downloadTriesMax || useless >= EngineLimits.uselessDownloadsMax {
            fail(number, .resultUnavailable, "\(describe(error, engine: task.record.engine)); tried \(tries) times")
        } else {
            // A fresh address may need as long as a look does; what is paid for is not given up within a second.
            wake(number, after: max(mayPass ? 0 : pollDelay(number), retryDelay(error, failures: tries)))
        }
    }
}
