import BackendAPI
import HeapModule

/// The product's heart as one value: tasks, queues, slots, uploads and timers. Events in, effects out; time and randomness are passed in.
///
/// Production and the simulation under a seed feed it through the same `EngineLoop`. Its promises (each is an invariant of the simulation):
/// a submit goes out only after its intent is saved, and never again unless the provider surely took nothing; every accepted task has exactly one
/// terminal event and it is the last; sequences have no gap; an engine's slots are never exceeded.
///
/// Where to look: requests in `+Requests`, queue and slots in `+Scheduling`, the way of one attempt in `+Attempt` and `+Images`, the run at the provider
/// in `+Run`, a start from disk in `+Recovery`.
package struct EngineMachine: Sendable {
    enum CallOwner: Sendable, Equatable {
        case task(Int64)
        case upload(UploadKey)
        case probe(String)
        /// The image at an address, for a task.
        case fetch(Int64, url: String)
        /// The cancel of a run whose task has ended.
        case unwanted(RunID)
    }

    /// A run that goes on at the provider though its task has ended.
    struct UnwantedRun: Sendable {
        var engine: String
        var cancelTries = 0
    }

    struct UploadKey: Sendable, Hashable {
        /// Account and site (`EngineDefinition.uploadScope`), else the engine's name.
        var scope: String
        var digest: ContentDigest
    }

    enum Upload: Sendable {
        case ready(UploadRecord)
        case onItsWay(waiting: [Int64])
    }

    struct Timer: Sendable, Comparable {
        enum Subject: Sendable, Equatable {
            case task(Int64)
            case engine(String)
            case unwanted(RunID)
        }
        var at: Int64
        var subject: Subject
        static func < (left: Timer, right: Timer) -> Bool { left.at < right.at }
    }

    let settings: EngineSettings
    let random: any RandomSource

    var open: [Int64: OpenTask] = [:]
    var numbersByID: [TaskID: Int64] = [:]
    var numbersByKey: [KeyOwner: Int64] = [:]
    var openByCaller: [String: Int] = [:]
    var gates: [String: EngineGate] = [:]
    var lines: [Route: Line] = [:]
    /// Every route that a task ever waited for, in the order of their first one: what is served in turns must not depend on hashing.
    var routes: [Route] = []
    /// For each engine: behind which route the next turn begins.
    var routeTurns: [String: Int] = [:]
    var queuedCount = 0
    var uploads: [UploadKey: Upload] = [:]
    /// So many uploads in memory have the expired ones dropped.
    var uploadsSweptAt = EngineLimits.uploadsInMemoryMin
    var calls: [CallID: CallOwner] = [:]
    var unwantedRuns: [RunID: UnwantedRun] = [:]
    var timers = Heap<Timer>()
    var endedThisTurn: [Int64] = []
    /// Settled, and not on disk yet: what the journal still says of them is old.
    var settledThisTurn: [TaskID: TaskRecord] = [:]
    var nextNumber: Int64 = 1
    var nextCursor: UInt64 = 1
    var nextCall: CallID = 1
    var isDraining = false
    var standingsChanged = true

    /// The moment of the present step, and what it has decided so far.
    var now = EngineTime(monotonic: 0, unix: 0)
    var effects: [Effect] = []

    /// Keys are compared by their bytes, as on disk: two spellings of one letter are two keys.
    struct KeyOwner: Sendable, Hashable {
        var caller: String
        var key: [UInt8]

        init(caller: String, key: String) {
            self.caller = caller
            self.key = Array(key.utf8)
        }
    }

    package init(settings: EngineSettings, random: any RandomSource) {
        self.settings = settings
        self.random = random
        for (name, engine) in settings.engines where engine.disabled == nil {
            gates[name] = EngineGate(slotsLimit: engine.plan.concurrency)
        }
    }

    /// What is to be done because of `event`, in order.
    package mutating func step(_ event: EngineEvent, at now: EngineTime) -> [Effect] {
        self.now = now
        effects.removeAll()
        switch event {
        case .requestReceived(let request, let requester, let lookup):
            received(request, from: requester, lookup: lookup)
        case .replyReceived(let call, let reply): received(reply, to: call)
        case .ticked: break
        case .drainBegan: isDraining = true
        }
        fireTimers()
        startWhatMay()
        return effects
    }

    /// The turn's saves are on disk: tasks that ended in it may leave memory.
    package mutating func turnCommitted() {
        for number in endedThisTurn { forget(number) }
        endedThisTurn.removeAll()
        settledThisTurn.removeAll()
    }

    /// How the engines stand, if that changed since the last call.
    package mutating func takeStandings() -> [EngineStanding]? {
        guard standingsChanged else { return nil }
        standingsChanged = false
        return standings
    }

    /// Monotonic milliseconds of the next timer.
    package var nextTimerAt: Int64? { timers.min?.at }

    /// Submits whose outcome is not known yet: a program that ends should wait for them.
    package var submitsUnderWay: Int { open.values.count { $0.record.state == .submitting } }

    /// A task that is in memory: open, or ended in this turn.
    package func record(of id: TaskID) -> TaskRecord? { numbersByID[id].flatMap { open[$0]?.record } }

    // MARK: Replies

    private mutating func received(_ reply: CallReply, to call: CallID) {
        guard let owner = calls.removeValue(forKey: call) else { return }
        switch owner {
        case .upload(let key): uploadEnded(key, reply)
        case .probe(let engine): probeEnded(engine, reply)
        case .fetch(let number, let url): fetchEnded(number, url, reply)
        case .unwanted(let run): unwantedCancelEnded(run, reply)
        case .task(let number):
            // A reply that its task no longer waits for says nothing: it was overtaken by a cancel or an end.
            guard let task = open[number], task.call == call, !task.record.state.isTerminal else { return }
            open[number]?.call = nil
            switch reply {
            case .submitted(let outcome): submitEnded(number, outcome)
            case .observed(let observation): looked(number, observation)
            case .cancelled(let outcome): cancelEnded(number, outcome)
            case .downloaded(let outputs): downloadEnded(number, outputs)
            case .downloadFailed(let error): downloadFailed(number, error)
            case .fetched, .fetchFailed, .prepared, .prepareFailed, .probed: break
            }
        }
    }

    /// Asks the runner for a call on behalf of `owner`.
    mutating func place(_ kind: BackendCall.Kind, engine: String, for owner: CallOwner) {
        let call = BackendCall(id: nextCall, engine: engine, kind: kind)
        nextCall += 1
        calls[call.id] = owner
        if case .task(let number) = owner { open[number]?.call = call.id }
        effects.append(.call(call))
    }

    // MARK: Saving

    /// Changes a task and saves it with a stored event that tells the change. The one place where a state, sequence or cursor is set.
    mutating func save(_ number: Int64, _ message: String, _ change: (inout TaskRecord) -> Void) {
        guard var task = open[number] else { return }
        let before = task.record.state
        change(&task.record)
        assert(task.record.state.mayFollow(before), "\(task.record.state) must not follow \(before)")
        task.record.message = message
        stamp(&task.record)
        if task.record.state != .queued { task.queuePosition = 0 }
        if task.record.state.isTerminal {
            task.record.times.ended = task.record.lastEventAt
            endedThisTurn.append(number)
        }
        open[number] = task
        effects.append(.save(.update(task.record, task.view.latest)))
    }

    mutating func stamp(_ record: inout TaskRecord) {
        record.lastSequence += 1
        record.lastCursor = nextCursor
        nextCursor += 1
        record.lastEventAt = max(record.lastEventAt, now.unix)
    }

    /// Ends a task for good.
    mutating func end(_ number: Int64, as state: TaskState, _ message: String, failure: TaskFailure? = nil) {
        leaveQueue(number)
        giveSlotBack(number, runEnded: true)
        open[number]?.deadline = nil
        open[number]?.wakeAt = nil
        open[number]?.call = nil
        save(number, message) { record in
            record.state = state
            record.failure = failure
        }
    }

    mutating func fail(_ number: Int64, _ reason: FailureReason, _ message: String) {
        end(number, as: .failed, message, failure: TaskFailure(reason, message))
    }

    private mutating func forget(_ number: Int64) {
        guard let task = open.removeValue(forKey: number) else { return }
        numbersByID[task.record.id] = nil
        if !task.record.idempotencyKey.isEmpty {
            numbersByKey[KeyOwner(caller: task.record.caller, key: task.record.idempotencyKey)] = nil
        }
        if let count = openByCaller[task.record.caller] {
            openByCaller[task.record.caller] = count > 1 ? count - 1 : nil
        }
    }
}
