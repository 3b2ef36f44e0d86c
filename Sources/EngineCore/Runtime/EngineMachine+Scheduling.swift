import BackendAPI
import HeapModule

/// Queues, slots, timers and how engines stand.
extension EngineMachine {
    mutating func joinQueue(_ number: Int64, startByLeft: Int64) {
        guard let task = open[number] else { return }
        let engine = task.record.engine
        queues[engine, default: FairQueue()].insert(task.queueEntry, caller: task.record.caller)
        queuedCount += 1
        open[number]?.deadline = now.monotonic + max(0, startByLeft)
        open[number]?.wakeAt = nil
        let position = queues[engine]?.position(of: task.queueEntry, caller: task.record.caller) ?? 0
        open[number]?.queuePosition = UInt32(clamping: position)
        arm(number)
    }

    mutating func leaveQueue(_ number: Int64) {
        guard let task = open[number], task.record.state == .queued else { return }
        if queues[task.record.engine]?.remove(task.queueEntry, caller: task.record.caller) == true {
            queuedCount -= 1
            gates[task.record.engine]?.positionsChanged = true
        }
    }

    /// Starts attempts wherever an engine may, callers in turn.
    mutating func startWhatMay() {
        if !isDraining {
            for engine in gates.keys.sorted() { startWhatMay(on: engine) }
        }
        showPositions()
    }

    private mutating func startWhatMay(on engine: String) {
        while let gate = gates[engine], gate.mayStart(at: now.monotonic), let number = queues[engine]?.popNext() {
            queuedCount -= 1
            gates[engine]?.positionsChanged = true
            gates[engine]?.takeSlot()
            standingsChanged = true
            open[number]?.holdsSlot = true
            startAttempt(number)
        }
        guard let gate = gates[engine], queues[engine]?.count ?? 0 > 0 else { return }
        if gate.slotsUsed < gate.slotsLimit, gate.refusal == nil, gate.notBefore > now.monotonic {
            armEngine(engine, at: gate.notBefore)
        }
    }

    mutating func giveSlotBack(_ number: Int64, runEnded: Bool) {
        guard let task = open[number], task.holdsSlot else { return }
        open[number]?.holdsSlot = false
        gates[task.record.engine]?.giveSlotBack(runEnded: runEnded)
        standingsChanged = true
    }

    // MARK: Timers

    /// Lets a timer stand for the task's nearest time. A timer whose task has ended or moved on is passed over when it fires.
    mutating func arm(_ number: Int64) {
        guard let task = open[number] else { return }
        let times = [task.deadline, task.wakeAt].compactMap { $0 }
        guard let nearest = times.min() else {
            open[number]?.armedAt = nil
            return
        }
        guard task.armedAt != nearest else { return }
        open[number]?.armedAt = nearest
        timers.insert(Timer(at: nearest, subject: .task(number)))
    }

    private mutating func armEngine(_ engine: String, at time: Int64) {
        guard gates[engine]?.timersAt.insert(time).inserted == true else { return }
        timers.insert(Timer(at: time, subject: .engine(engine)))
    }

    mutating func fireTimers() {
        while let timer = timers.min, timer.at <= now.monotonic {
            timers.removeMin()
            switch timer.subject {
            case .engine(let engine):
                gates[engine]?.timersAt.remove(timer.at)
                probeIfDue(engine)
            case .task(let number): fireTimer(of: number, at: timer.at)
            }
        }
    }

    private mutating func fireTimer(of number: Int64, at time: Int64) {
        guard let task = open[number], task.armedAt == time, !task.record.state.isTerminal else { return }
        open[number]?.armedAt = nil
        if let deadline = task.deadline, deadline <= now.monotonic {
            open[number]?.deadline = nil
            deadlinePassed(number)
        } else if let wakeAt = task.wakeAt, wakeAt <= now.monotonic {
            open[number]?.wakeAt = nil
            woke(number)
        }
        arm(number)
    }

    private mutating func deadlinePassed(_ number: Int64) {
        guard let task = open[number] else { return }
        switch task.record.state {
        case .queued: startByPassed(number)
        case .running: endRun(number, because: .deadlinePassed)
        case .uploading, .submitting, .downloading, .succeeded, .failed, .cancelled: break
        }
    }

    private mutating func startByPassed(_ number: Int64) {
        guard let task = open[number] else { return }
        if let refusal = gates[task.record.engine]?.refusal {
            fail(number, refusal.reason, refusal.message)
        } else {
            let seconds = task.record.startByMilliseconds / 1_000
            fail(
                number, .startByPassed,
                "not started within \(seconds) s: engine '\(task.record.engine)' had no free slot; submit again with more time"
            )
        }
    }

    private mutating func woke(_ number: Int64) {
        guard let task = open[number], task.call == nil else { return }
        switch task.record.state {
        case .uploading: continueAttempt(number)
        case .running: task.ending != nil && task.cancelOutcome == nil ? askCancel(number) : look(number)
        case .downloading: look(number)
        case .queued, .submitting, .succeeded, .failed, .cancelled: break
        }
    }

    // MARK: Positions

    /// Shows waiting tasks their new place, at most once a second for each engine and to the first thousand.
    private mutating func showPositions() {
        for engine in gates.keys.sorted() {
            guard let gate = gates[engine], gate.positionsChanged else { continue }
            guard now.monotonic >= gate.positionsShownAt + 1_000 else {
                armEngine(engine, at: gate.positionsShownAt + 1_000)
                continue
            }
            gates[engine]?.positionsChanged = false
            gates[engine]?.positionsShownAt = now.monotonic
            let numbers = queues[engine]?.firstInOrder(1_000) ?? []
            for (index, number) in numbers.enumerated() { showPosition(number, UInt32(index + 1)) }
        }
    }

    private mutating func showPosition(_ number: Int64, _ position: UInt32) {
        guard let task = open[number], task.record.state == .queued, task.queuePosition != position else { return }
        open[number]?.queuePosition = position
        showTransient(number)
    }

    mutating func showTransient(_ number: Int64) {
        guard var view = open[number]?.view else { return }
        view.latest.isTransient = true
        view.latest.at = max(view.latest.at, now.unix)
        effects.append(.show(view))
    }

    // MARK: Engines that are refused

    /// The provider refuses this engine as a whole: its tasks wait, and it is asked now and then how it stands.
    mutating func refuse(_ engine: String, _ error: BackendError) {
        let reason: FailureReason
        switch error.errorClass {
        case .auth: reason = .engineAuth
        case .quota: reason = .engineQuota
        default: reason = .workflowUnusable
        }
        let at = now.monotonic + EngineLimits.probeMilliseconds
        let refusal = EngineGate.Refusal(reason: reason, message: describe(error, engine: engine))
        gates[engine]?.refuse(refusal, probeAt: at)
        standingsChanged = true
        armEngine(engine, at: at)
    }

    private mutating func probeIfDue(_ engine: String) {
        guard let gate = gates[engine], let at = gate.probeAt, at <= now.monotonic else { return }
        gates[engine]?.probeAt = nil
        place(.probe, engine: engine, for: .probe(engine))
    }

    mutating func probeEnded(_ engine: String, _ reply: CallReply) {
        guard case .probed(let probe) = reply else { return }
        let next = now.monotonic + EngineLimits.probeMilliseconds
        gates[engine]?.probed(probe, nextProbeAt: next)
        standingsChanged = true
        if gates[engine]?.probeAt != nil { armEngine(engine, at: next) }
    }

    /// Asks every engine once how it stands, so that health has an answer soon after a start.
    mutating func probeAll() {
        for engine in gates.keys.sorted() { place(.probe, engine: engine, for: .probe(engine)) }
    }

    /// How each configured engine stands.
    package var standings: [EngineStanding] {
        settings.engines.keys.sorted().compactMap { name in
            guard let engine = settings.engines[name] else { return nil }
            guard let gate = gates[name] else {
                var standing = EngineStanding(name: name, type: engine.type, state: .disabled)
                standing.message = engine.disabled?.reason ?? ""
                return standing
            }
            var standing = EngineStanding(
                name: name, type: engine.type, state: gate.refusal == nil ? .serving : .degraded)
            standing.configured = gate.lastProbe?.configured
            standing.reachable = gate.lastProbe?.reachable
            standing.authorised = gate.lastProbe?.authorised
            standing.funded = gate.lastProbe?.funded
            standing.workflowValid = gate.lastProbe?.workflowValid
            standing.message = gate.refusal?.message ?? gate.lastProbe?.message ?? ""
            standing.lastSuccessAt = gate.lastSuccessAt
            standing.slotsUsed = gate.slotsUsed
            standing.slotsLimit = gate.slotsLimit
            return standing
        }
    }

    func describe(_ error: BackendError, engine: String) -> String {
        "engine '\(engine)': \(error.message) (\(error.code))"
    }
}
