package import Logging
import Synchronization

/// The engine as it runs in production: one thread that takes events in turns, commits, and lets effects out.
///
/// Its face is synchronous: requests go in with a token from any thread, answers come back in batches to the sink they came from. While one
/// turn commits, the next one's events gather: one submit alone waits for one commit, a thousand together wait for two.
package final class Engine: Sendable {
    /// What is committed, for reads from any thread.
    package let board = TaskBoard()

    private struct Inbox {
        var events: [EngineEvent] = []
        var sinks: [any EngineSink] = []
        var stopsAt: Int64?
        var hasFailed = false
        /// `run` has returned: nobody takes what comes now.
        var hasStopped = false
        /// A turn waits for room on the disk.
        var isFull = false
    }

    private let settings: EngineSettings
    private let runner: BackendRunner
    private let clock: any EngineClock
    private let random: any RandomSource
    private let doorbell: any Doorbell
    private let log: TaskLog
    private let inbox = Mutex(Inbox())

    package init(
        settings: EngineSettings, runner: BackendRunner, clock: any EngineClock, random: any RandomSource,
        doorbell: any Doorbell, logger: Logger
    ) {
        self.settings = settings
        self.runner = runner
        self.clock = clock
        self.random = random
        self.doorbell = doorbell
        self.log = TaskLog(logger: logger)
    }

    /// The sink's number, for `send`. Sinks stay for the engine's life: one for each event loop.
    package func register(_ sink: any EngineSink) -> Int {
        inbox.withLock { inbox in
            inbox.sinks.append(sink)
            return inbox.sinks.count - 1
        }
    }

    /// Takes a request from any thread; never blocks. It is answered once, through `sink`.
    package func send(_ request: EngineRequest, token: UInt64, sink: Int) {
        let requester = Requester(sink: sink, token: token)
        let refusal: Refusal? = inbox.withLock { inbox in
            if inbox.hasFailed { return .internalFault }
            if inbox.hasStopped { return .draining }
            if inbox.isFull { return .storageFull }
            inbox.events.append(.requestReceived(request, from: requester, lookup: JournalLookup()))
            return nil
        }
        if let refusal { refuse([requester], refusal) } else { doorbell.ring() }
    }

    /// From now on submits are refused as draining and no new attempt begins; what is under way goes on.
    package func beginDrain() { post(.drainBegan) }

    /// Begins no new attempt and lets `run` return once no submit is under way, at the latest after `milliseconds`: a submit whose outcome is not waited for becomes
    /// SUBMISSION_UNKNOWN at the next start.
    package func stop(withinMilliseconds milliseconds: Int64) {
        let at = clock.now().monotonic + milliseconds
        inbox.withLock { $0.stopsAt = $0.stopsAt.map { min($0, at) } ?? at }
        post(.drainBegan)
    }

    /// The store failed: nothing more is accepted, and the program should end and begin anew from the disk.
    package var hasFailed: Bool { inbox.withLock { $0.hasFailed } }

    private func post(_ event: EngineEvent) {
        inbox.withLock { $0.events.append(event) }
        doorbell.ring()
    }

    /// The engine's thread: returns after `stop`, throws when the store fails. The journal is used from here alone.
    package func run(journal: any TaskJournal, ready: () -> Void = {}) throws(StoreError) {
        var loop = EngineLoop(settings: settings, random: random, journal: journal)
        do {
            let outcome = try loop.start(at: clock.now()) { recovery in
                board.recover(recovery.openTasks, cursor: recovery.highestCursor)
                log.recovered(recovery)
            }
            perform(outcome)
            ready()
            while turn(&loop, try next(&loop)) {}
            stopped()
        } catch {
            failed(error)
            throw error
        }
    }

    /// Waits for events or a timer, and takes one turn. nil: time to stop.
    private func next(_ loop: inout EngineLoop) throws(StoreError) -> EngineLoop.Outcome? {
        while true {
            let (events, stopsAt) = takeEvents()
            let now = clock.now()
            if let stopsAt, events.isEmpty, loop.machine.submitsUnderWay == 0 || now.monotonic >= stopsAt { return nil }
            let timerAt = loop.machine.nextTimerAt
            if events.isEmpty, timerAt.map({ $0 > now.monotonic }) ?? true {
                let wakeAt = [timerAt, stopsAt].compactMap { $0 }.min()
                doorbell.wait(milliseconds: wakeAt.map { max(0, $0 - now.monotonic) })
                continue
            }
            return try take(events.isEmpty ? [.ticked] : events, &loop, at: now)
        }
    }

    private func take(
        _ events: [EngineEvent], _ loop: inout EngineLoop, at now: EngineTime
    ) throws(StoreError) -> EngineLoop.Outcome {
        do throws(StoreError) {
            do throws(StoreError) { return try loop.turn(events, at: now) } catch {
                guard loop.hasUnsavedTurn else { throw error }
                return try waitForRoom(&loop, error)
            }
        } catch {
            refuse(Self.requesters(of: events), .internalFault)
            throw error
        }
    }

    /// A full disk ends nothing: the turn may hold the id of a run that the provider has just taken, and only this process knows it. It is kept
    /// until there is room; what is asked meanwhile is refused.
    private func waitForRoom(_ loop: inout EngineLoop, _ full: StoreError) throws(StoreError) -> EngineLoop.Outcome {
        log.waitsForRoom(full)
        inbox.withLock { $0.isFull = true }
        defer { inbox.withLock { $0.isFull = false } }
        while true {
            if let stopsAt = inbox.withLock({ $0.stopsAt }), clock.now().monotonic >= stopsAt { throw full }
            doorbell.wait(milliseconds: EngineLimits.fullDiskRetryMilliseconds)
            do throws(StoreError) { return try loop.commitAgain() } catch {
                if !loop.hasUnsavedTurn { throw error }
            }
        }
    }

    private func turn(_ loop: inout EngineLoop, _ outcome: EngineLoop.Outcome?) -> Bool {
        guard let outcome else { return false }
        perform(outcome)
        return true
    }

    private func takeEvents() -> (events: [EngineEvent], stopsAt: Int64?) {
        inbox.withLock { inbox in
            let limit = EngineLimits.requestsPerTurnMax
            var events: [EngineEvent] = []
            if inbox.events.count <= limit {
                swap(&events, &inbox.events)
            } else {
                events = Array(inbox.events.prefix(limit))
                inbox.events.removeFirst(limit)
            }
            return (events, inbox.stopsAt)
        }
    }

    // MARK: After the commit

    /// The one place that lets anything out: first the board, then answers and events, then calls.
    private func perform(_ outcome: EngineLoop.Outcome) {
        if let standings = outcome.standings { log.stand(standings, before: board.standings) }
        board.post(outcome.views, standings: outcome.standings)
        board.settle(outcome.settled)
        for view in outcome.views where !view.latest.isTransient { log.stored(view) }
        deliver(outcome)
        for call in outcome.calls { start(call) }
    }

    private func deliver(_ outcome: EngineLoop.Outcome) {
        let sinks = inbox.withLock { $0.sinks }
        guard !sinks.isEmpty, !(outcome.views.isEmpty && outcome.answers.isEmpty) else { return }
        var batch = EngineBatch()
        batch.events = outcome.views.map(\.latest)
        var batches = Array(repeating: batch, count: sinks.count)
        for (requester, answer) in outcome.answers where batches.indices.contains(requester.sink) {
            batches[requester.sink].answers.append((requester.token, answer))
        }
        for (sink, batch) in zip(sinks, batches) where !batch.isEmpty { sink.deliver(batch) }
    }

    private func start(_ call: BackendCall) {
        log.calling(call)
        Task {
            let reply = await runner.perform(call)
            log.replied(call, reply)
            post(.replyReceived(call.id, reply))
        }
    }

    private func stopped() {
        let waiting = inbox.withLock { inbox in
            inbox.hasStopped = true
            let events = inbox.events
            inbox.events = []
            return events
        }
        refuse(Self.requesters(of: waiting), .draining)
    }

    private func failed(_ error: StoreError) {
        log.failed(error)
        let waiting = inbox.withLock { inbox in
            inbox.hasFailed = true
            let events = inbox.events
            inbox.events = []
            return events
        }
        refuse(Self.requesters(of: waiting), .internalFault)
    }

    private static func requesters(of events: [EngineEvent]) -> [Requester] {
        events.compactMap { if case .requestReceived(_, let requester, _) = $0 { requester } else { nil } }
    }

    private func refuse(_ requesters: [Requester], _ refusal: Refusal) {
        let sinks = inbox.withLock { $0.sinks }
        var batches = Array(repeating: EngineBatch(), count: sinks.count)
        for requester in requesters where batches.indices.contains(requester.sink) {
            batches[requester.sink].answers.append((requester.token, .refused(refusal)))
        }
        for (sink, batch) in zip(sinks, batches) where !batch.isEmpty { sink.deliver(batch) }
    }
}
