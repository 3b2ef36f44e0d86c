/// One turn of the engine: events in, one commit, effects out. Production and the simulation run this same code.
package struct EngineLoop {
    package private(set) var machine: EngineMachine
    private let journal: any TaskJournal
    /// A turn that the disk had no room for: nothing of it is out.
    private var unsaved: (writes: [JournalWrite], outcome: Outcome)?

    /// What a turn lets out, all of it after its commit.
    package struct Outcome: Sendable {
        /// Tasks as they are now, each with the event that tells it, in order (transient ones marked).
        package var views: [TaskView] = []
        package var answers: [(requester: Requester, answer: EngineAnswer)] = []
        package var calls: [BackendCall] = []
        /// Ended tasks that were settled: nothing new in their story, but in what is known beside it.
        package var settled: [TaskRecord] = []
        package var standings: [EngineStanding]?
        package init() {}
    }

    package init(settings: EngineSettings, random: any RandomSource, journal: any TaskJournal) {
        machine = EngineMachine(settings: settings, random: random)
        self.journal = journal
    }

    /// Begins with what the journal holds. `found` tells the recovered tasks before anything was done about them.
    package mutating func start(at now: EngineTime, found: (Recovery) -> Void) throws(StoreError) -> Outcome {
        let recovery = try journal.recover()
        found(recovery)
        return try finish(machine.recover(recovery, at: now))
    }

    /// All events of the turn, one commit, then what may go out. After an error nothing of the turn may: the caller stops, or where the error is
    /// `full` tries `commitAgain`.
    package mutating func turn(_ events: [EngineEvent], at now: EngineTime) throws(StoreError) -> Outcome {
        var effects: [Effect] = []
        for event in events { effects += machine.step(try lookedUp(event, at: now), at: now) }
        return try finish(effects)
    }

    /// Whether a turn waits for `commitAgain`.
    package var hasUnsavedTurn: Bool { unsaved != nil }

    /// Commits the turn that failed for want of room.
    package mutating func commitAgain() throws(StoreError) -> Outcome {
        guard let (writes, outcome) = unsaved else { return Outcome() }
        return try commit(writes, outcome)
    }

    private mutating func finish(_ effects: [Effect]) throws(StoreError) -> Outcome {
        var writes: [JournalWrite] = []
        var outcome = Outcome()
        for effect in effects {
            switch effect {
            case .save(let write):
                writes.append(write)
                outcome.views += Self.view(of: write)
                if case .settle(let record) = write { outcome.settled.append(record) }
            case .show(let view): outcome.views.append(view)
            case .call(let call): outcome.calls.append(call)
            case .answer(let requester, let answer): outcome.answers.append((requester, answer))
            }
        }
        return try commit(writes, outcome)
    }

    private mutating func commit(_ writes: [JournalWrite], _ decided: Outcome) throws(StoreError) -> Outcome {
        var outcome = decided
        unsaved = nil
        do throws(StoreError) {
            if !writes.isEmpty { try journal.commit(writes) }
        } catch {
            if error.code == .full { unsaved = (writes, outcome) }
            throw error
        }
        machine.turnCommitted()
        outcome.standings = machine.takeStandings()
        return outcome
    }

    private static func view(of write: JournalWrite) -> [TaskView] {
        switch write {
        case .insert(let record, let event), .update(let record, let event): [TaskView(record: record, latest: event)]
        case .upload, .image, .settle, .pause: []
        }
    }

    /// Adds what only the journal knows: the earlier task of a key, the images that a digest names.
    private func lookedUp(_ event: EngineEvent, at now: EngineTime) throws(StoreError) -> EngineEvent {
        guard case .requestReceived(let request, let requester, var lookup) = event else { return event }
        switch machine.taskToLookUp(for: request) {
        case .key(let caller, let key)?: lookup.task = try journal.task(caller: caller, idempotencyKey: key)
        case .id(let id)?: lookup.task = try journal.task(id)
        case nil: break
        }
        if case .submit(let submission) = request {
            lookup.source = try named(submission.source, submission.caller, now)
            lookup.pose = try named(submission.pose, submission.caller, now)
        }
        if case .resolve(let id, let resolution) = request {
            guard let task = machine.record(of: id) ?? lookup.task else { return event }
            if let followUp = task.followUp { lookup.followUp = try journal.task(followUp) }
            if case .adopted(let run) = resolution {
                lookup.runOwner = try journal.task(run: run, engine: task.engine)
            }
        }
        return .requestReceived(request, from: requester, lookup: lookup)
    }

    private func named(
        _ image: Submission.Image, _ caller: String, _ now: EngineTime
    ) throws(StoreError) -> StoredImage? {
        guard case .named(let digest) = image else { return nil }
        return try journal.image(caller: caller, digest: digest, now: now.unix)
    }
}
