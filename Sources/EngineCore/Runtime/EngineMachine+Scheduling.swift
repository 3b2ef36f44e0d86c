import BackendAPI
import HeapModule

/// Queues, slots, timers and how engines stand.
extension EngineMachine {
    /// The line of a waiting task's present step: the engines that can run it, as configured now. One of which a submit may have been taken stays where
    /// it is.
    func route(of record: TaskRecord) -> Route {
        guard record.marker.isEmpty, let step = settings.pipelines[record.pipeline]?.step(named: record.step)?.step
        else {
            return Route(only: record.engine)
        }
        var route = Route(step)
        route.engines.removeAll { gates[$0] == nil }
        return route.engines.isEmpty ? Route(only: record.engine) : route
    }

    mutating func joinQueue(_ number: Int64, startByLeft: Int64) {
        guard let task = open[number] else { return }
        let route = route(of: task.record)
        if lines[route] == nil {
            lines[route] = Line()
            routes.append(route)
        }
        lines[route]?.queue.insert(task.queueEntry, caller: task.record.caller)
        queuedCount += 1
        open[number]?.route = route
        open[number]?.deadline = now.monotonic + max(0, startByLeft)
        open[number]?.wakeAt = nil
        let position = lines[route]?.queue.position(of: task.queueEntry, caller: task.record.caller) ?? 0
        open[number]?.queuePosition = UInt32(clamping: position)
        arm(number)
    }

    mutating func leaveQueue(_ number: Int64) {
        guard let task = open[number], task.record.state == .queued, let route = task.route else { return }
        open[number]?.route = nil
        if lines[route]?.queue.remove(task.queueEntry, caller: task.record.caller) == true {
            queuedCount -= 1
            lines[route]?.positionsChanged = true
        }
    }

    /// Starts attempts wherever an engine may, callers in turn.
    mutating func startWhatMay() {
        if !isDraining {
            let engines = gates.keys.sorted()
            while engines.contains(where: { startOne(on: $0) }) {}
            for route in routes { armWhereHeld(route) }
        }
        showPositions()
    }

    /// Whether there was a task for a free slot of the engine. Its lines take turns.
    private mutating func startOne(on engine: String) -> Bool {
        guard gates[engine]?.mayStart(at: now.monotonic) == true, !routes.isEmpty else { return false }
        let first = routeTurns[engine, default: 0]
        for step in 0..<routes.count {
            let index = (first + step) % routes.count
            let route = routes[index]
            guard lines[route]?.queue.count ?? 0 > 0, route.offers(engine, gates: gates, at: now.monotonic),
                let number = lines[route]?.queue.popNext()
            else { continue }
            routeTurns[engine] = index + 1
            queuedCount -= 1
            lines[route]?.positionsChanged = true
            gates[engine]?.takeSlot()
            standingsChanged = true
            open[number]?.route = nil
            open[number]?.holdsSlot = true
            startAttempt(number, on: engine)
            return true
        }
        return false
    }

    /// Tasks that wait for an engine in its back-off are looked at again when it ends.
    private mutating func armWhereHeld(_ route: Route) {
        guard lines[route]?.queue.count ?? 0 > 0 else { return }
        for engine in route.engines {
            guard let gate = gates[engine], gate.slotsUsed < gate.slotsLimit, gate.refusal == nil, !gate.isPaused,
                gate.notBefore > now.monotonic
            else { continue }
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
            case .unwanted(let run): cancelUnwanted(run)
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
        let engines = task.route?.engines ?? [task.record.engine]
        let refusals = engines.compactMap { gates[$0]?.refusal }
        if let refusal = refusals.first, refusals.count == engines.count {
            giveUp(task.record, TaskFailure(refusal.reason, refusal.message))
        } else {
            let seconds = task.record.startByMilliseconds / 1_000
            let why = whyNotStarted(task, on: engines)
            let text =
                "not started within \(seconds) s: engine '\(task.record.engine)' \(why); submit again with more time"
            giveUp(task.record, TaskFailure(.startByPassed, text))
        }
    }

    private func whyNotStarted(_ task: OpenTask, on engines: [String]) -> String {
        if engines.allSatisfy({ gates[$0]?.isPaused == true }) { return "is paused" }
        // Then the message says why it was put off.
        return task.record.attempt > 1 ? "did not take it (\(task.record.message))" : "had no free slot"
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

    /// Shows waiting tasks their new place, at most once a second for each line and to the first thousand.
    private mutating func showPositions() {
        for route in routes {
            guard let line = lines[route], line.positionsChanged else { continue }
            guard now.monotonic >= line.positionsShownAt + 1_000 else {
                if let engine = route.engines.first(where: { gates[$0] != nil }) {
                    armEngine(engine, at: line.positionsShownAt + 1_000)
                }
                continue
            }
            lines[route]?.positionsChanged = false
            lines[route]?.positionsShownAt = now.monotonic
            let numbers = line.queue.firstInOrder(1_000)
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
        refuse(engine, reason: reason, describe(error, engine: engine))
    }

    private mutating func refuse(_ engine: String, reason: FailureReason, _ message: String) {
        let at = now.monotonic + EngineLimits.probeMilliseconds
        gates[engine]?.refuse(EngineGate.Refusal(reason: reason, message: message), probeAt: at)
        standingsChanged = true
        armEngine(engine, at: at)
    }

    private mutating func probeIfDue(_ engine: String) {
        guard let gate = gates[engine], let at = gate.probeAt, at <= now.monotonic else { return }
        gates[engine]?.probeAt = nil
        place(.probe, engine: engine, for: .probe(engine))
    }

    /// What is surely wrong with key or workflow refuses the engine before money is spent. An empty account does not: the provider's own
    /// word at the submit costs nothing and is never out of date.
    mutating func probeEnded(_ engine: String, _ reply: CallReply) {
        guard case .probed(let probe) = reply else { return }
        gates[engine]?.probed(probe)
        standingsChanged = true
        if probe.authorised == false {
            refuse(engine, reason: .engineAuth, "engine '\(engine)': \(probe.message)")
        } else if probe.workflowValid == false || probe.configured == false {
            refuse(engine, reason: .workflowUnusable, "engine '\(engine)': \(probe.message)")
        } else if gates[engine]?.refusal != nil {
            probeAgain(engine, after: EngineLimits.probeMilliseconds)
        } else if let interval = settings.probeIntervalMilliseconds {
            probeAgain(engine, after: interval)
        }
    }

    private mutating func probeAgain(_ engine: String, after milliseconds: Int64) {
        let at = now.monotonic + milliseconds
        gates[engine]?.probeAt = at
        armEngine(engine, at: at)
    }

    /// Asks every engine once how it stands, so that health has an answer soon after a start. Nothing is started before it is back, or has had
    /// its time.
    mutating func probeAll() {
        let until = now.monotonic + EngineLimits.firstProbeMillisecondsMax
        for engine in gates.keys.sorted() {
            gates[engine]?.awaitsProbeUntil = until
            armEngine(engine, at: until)
            place(.probe, engine: engine, for: .probe(engine))
        }
    }

    /// How each configured engine stands.
    package var standings: [EngineStanding] { settings.engines.keys.sorted().compactMap(standing) }

    func standing(of name: String) -> EngineStanding? {
        guard let engine = settings.engines[name] else { return nil }
        guard let gate = gates[name] else {
            var standing = EngineStanding(name: name, type: engine.type, state: .disabled)
            standing.message = engine.disabled?.reason ?? ""
            return standing
        }
        let state: EngineStanding.State = gate.isPaused ? .paused : gate.refusal == nil ? .serving : .degraded
        var standing = EngineStanding(name: name, type: engine.type, state: state)
        standing.configured = gate.lastProbe?.configured
        standing.reachable = gate.lastProbe?.reachable
        standing.authorised = gate.lastProbe?.authorised
        standing.funded = gate.lastProbe?.funded
        standing.workflowValid = gate.lastProbe?.workflowValid
        standing.message = gate.refusal?.message ?? gate.lastProbe?.message ?? ""
        standing.lastSuccessAt = gate.lastSuccessAt
        standing.slotsUsed = gate.slotsUsed
        standing.slotsLimit = gate.slotsLimit
        standing.foreignRuns = gate.foreignRuns
        return standing
    }

    func describe(_ error: BackendError, engine: String) -> String {
        "engine '\(engine)': \(error.message) (\(error.code))"
    }
}
