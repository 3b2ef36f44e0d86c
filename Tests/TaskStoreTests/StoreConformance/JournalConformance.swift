import BackendAPI
import EngineCore
import Testing

/// What every journal with its reader promises.
@Suite struct JournalConformance {
    @Test(arguments: StoreKind.allCases) func everyFieldComesBackAsItWas(_ kind: StoreKind) throws {
        let store = try StoreUnderTest(kind)
        let (record, event) = Samples.everyFieldSet()
        try store.journal.commit([.insert(record, event)])
        #expect(try store.journal.task(record.id) == record)
        #expect(try store.reader.task(record.id) == record)
        #expect(try store.journal.task(caller: record.caller, idempotencyKey: record.idempotencyKey) == record)
        #expect(try store.reader.events(task: record.id, afterSequence: 0, limit: 9) == [event])
    }

    @Test(arguments: StoreKind.allCases) func everyFieldThatMayChangeChanges(_ kind: StoreKind) throws {
        let store = try StoreUnderTest(kind)
        let (full, fullEvent) = Samples.everyFieldSet()
        var (before, event) = Samples.accepted(7, caller: full.caller, key: full.idempotencyKey)
        (before.pipeline, before.parameters, before.labels) = (full.pipeline, full.parameters, full.labels)
        (before.priority, before.traceparent) = (full.priority, full.traceparent)
        before.taskTimeoutMilliseconds = full.taskTimeoutMilliseconds
        before.startByMilliseconds = full.startByMilliseconds
        try store.journal.commit([.insert(before, event)])
        #expect(try store.reader.task(full.id) == before)
        try store.journal.commit([.update(full, fullEvent)])
        #expect(try store.reader.task(full.id) == full)
        event = TaskEvent(latestOf: before)
        #expect(try store.reader.events(task: full.id, afterSequence: 0, limit: 9) == [event, fullEvent])
    }

    @Test(arguments: StoreKind.allCases) func recoveryFindsOpenTasksUploadsAndTheHighestNumbers(_ kind: StoreKind)
        throws
    {
        let store = try StoreUnderTest(kind)
        #expect(try store.journal.recover() == Recovery())
        let tasks = (1...8).map { Samples.accepted($0, key: "k\($0)") }
        try store.journal.commit(tasks.map { .insert($0.record, $0.event) })
        var expected = Recovery()
        for (task, state) in zip(tasks, TaskState.allCases) where state != .queued {
            let (record, event) = Samples.changed(task.record, to: state, cursor: 10 + UInt64(task.record.number))
            try store.journal.commit([.update(record, event)])
            if !state.isTerminal { expected.openTasks.append(record) }
        }
        expected.openTasks.insert(tasks[0].record, at: 0)
        expected.uploads = [
            UploadRecord(engine: "main", digest: Samples.digest(9), handle: "api/ä.png", expiresAt: .max)
        ]
        expected.highestNumber = 8
        expected.highestCursor = 18
        try store.journal.commit(expected.uploads.map { .upload($0) })
        #expect(try store.journal.recover() == expected)
    }

    @Test(arguments: StoreKind.allCases) func aLaterUploadOfTheSameContentReplacesTheEarlier(_ kind: StoreKind) throws {
        let store = try StoreUnderTest(kind)
        let first = UploadRecord(engine: "a", digest: Samples.digest(1), handle: "h1", expiresAt: .max - 1)
        let second = UploadRecord(engine: "a", digest: Samples.digest(1), handle: "h2", expiresAt: .max)
        let other = UploadRecord(engine: "b", digest: Samples.digest(1), handle: "h3", expiresAt: .max)
        try store.journal.commit([.upload(first), .upload(other)])
        try store.journal.commit([.upload(second)])
        #expect(try store.journal.recover().uploads == [second, other])
    }

    @Test(arguments: StoreKind.allCases) func aKeyBelongsToItsCallerAndNoKeyIsNone(_ kind: StoreKind) throws {
        let store = try StoreUnderTest(kind)
        let tasks = [
            Samples.accepted(1, caller: "alice", key: "k"), Samples.accepted(2, caller: "bob", key: "k"),
            Samples.accepted(3), Samples.accepted(4),
        ]
        try store.journal.commit(tasks.map { .insert($0.record, $0.event) })
        #expect(try store.journal.task(caller: "alice", idempotencyKey: "k")?.number == 1)
        #expect(try store.journal.task(caller: "bob", idempotencyKey: "k")?.number == 2)
        #expect(try store.journal.task(caller: "carol", idempotencyKey: "k") == nil)
        #expect(try store.journal.task(caller: "alice", idempotencyKey: "") == nil)
    }

    @Test(arguments: StoreKind.allCases) func aPutImageIsItsCallersUntilItExpires(_ kind: StoreKind) throws {
        let store = try StoreUnderTest(kind)
        let image = Samples.image(5)
        try store.journal.commit([.image(caller: "alice", image, expiresAt: 1_000)])
        #expect(try store.journal.image(caller: "alice", digest: image.digest, now: 999) == image)
        #expect(try store.journal.image(caller: "alice", digest: image.digest, now: 1_000) == nil)
        #expect(try store.journal.image(caller: "bob", digest: image.digest, now: 0) == nil)
        try store.journal.commit([.image(caller: "alice", image, expiresAt: 2_000)])
        let renewed = try store.reader.image(caller: "alice", digest: image.digest, now: 1_999)
        #expect(renewed?.image == image && renewed?.expiresAt == 2_000)
    }

    /// Each is refused as a whole, with the good writes round it.
    @Test(arguments: StoreKind.allCases, ["number", "id", "key", "cursor", "sequence", "absent", "ended"])
    func aBatchThatCannotBeIsRefusedAsAWhole(_ kind: StoreKind, _ reason: String) throws {
        let store = try StoreUnderTest(kind)
        let first = Samples.accepted(1, key: "k")
        let ended = Samples.changed(Samples.accepted(2).record, to: .cancelled, cursor: 3)
        try store.journal.commit([
            .insert(first.record, first.event), .insert(Samples.accepted(2).record, Samples.accepted(2).event),
            .update(ended.record, ended.event),
        ])
        var (record, event) = Samples.accepted(8, cursor: 8)
        var bad = JournalWrite.insert(record, event)
        switch reason {
        case "number": record.number = 1
        case "id": record.id = first.record.id
        case "key": record.idempotencyKey = "k"
        case "cursor": event.cursor = 3
        case "sequence": (event.taskNumber, event.sequence) = (1, 1)
        default: break
        }
        bad = .insert(record, event)
        if reason == "absent" { bad = .update(record, event) }
        if reason == "ended" {
            let again = Samples.changed(ended.record, to: .succeeded, cursor: 8)
            bad = .update(again.record, again.event)
        }
        let good = Samples.accepted(9, cursor: 9)
        let error = #expect(throws: StoreError.self) {
            try store.journal.commit([.insert(good.record, good.event), bad])
        }
        #expect(error?.code == .corrupt)
        #expect(try store.reader.task(good.record.id) == nil)
        #expect(try store.reader.task(first.record.id) == first.record)
        #expect(
            try store.reader.events(tasks: nil, caller: nil, after: 0, upTo: .max, limit: 9).map(\.cursor) == [1, 2, 3])
    }

    @Test(arguments: StoreKind.allCases) func nothingIsFoundOfAnUnknownTask(_ kind: StoreKind) throws {
        let store = try StoreUnderTest(kind)
        let unknown = TaskID(rawValue: "tsk_'; DROP TABLE task; --")
        #expect(try store.journal.task(unknown) == nil)
        #expect(try store.reader.task(unknown) == nil)
        #expect(try store.reader.events(task: unknown, afterSequence: 0, limit: 1) == [])
        try store.journal.commit([])
        #expect(try store.journal.recover() == Recovery())
    }

    @Test(arguments: StoreKind.allCases) func aSettledTaskKeepsItsStoryAndShowsItsResolution(_ kind: StoreKind) throws {
        let resolutions: [Resolution] = [.adopted(RunID(rawValue: "12 'x")), .notCharged, .submittedAgain]
        for (resolution, followUp) in zip(
            resolutions, [TaskID(rawValue: "tsk_next"), nil, TaskID(rawValue: "tsk_again")])
        {
            let store = try StoreUnderTest(kind)
            let (record, event) = Samples.everyFieldSet()
            try store.journal.commit([.insert(record, event)])
            var settled = record
            (settled.resolution, settled.followUp) = (resolution, followUp)
            // What else the write says about the task does not count.
            var write = settled
            (write.message, write.state, write.outputs, write.charged) = ("other", .succeeded, [], .no)
            try store.journal.commit([.settle(write)])
            #expect(try store.journal.task(record.id) == settled)
            #expect(try store.reader.task(record.id) == settled)
            #expect(try store.reader.events(task: record.id, afterSequence: 0, limit: 9) == [event])
        }
    }

    @Test(arguments: StoreKind.allCases) func onlyAnEndedTaskIsSettledAndARemovedOneIsPassedOver(_ kind: StoreKind)
        throws
    {
        let store = try StoreUnderTest(kind)
        let (open, event) = Samples.accepted(1)
        try store.journal.commit([.insert(open, event)])
        var removed = Samples.accepted(2).record
        removed.resolution = .notCharged
        try store.journal.commit([.settle(removed)])
        #expect(try store.journal.task(removed.id) == nil)
        var settled = open
        settled.resolution = .notCharged
        let error = #expect(throws: StoreError.self) { try store.journal.commit([.settle(settled)]) }
        #expect(error?.code == .corrupt)
        #expect(try store.reader.task(open.id) == open)
    }

    @Test(arguments: StoreKind.allCases) func aPauseStaysUntilItIsTakenBack(_ kind: StoreKind) throws {
        let store = try StoreUnderTest(kind)
        try store.journal.commit([.pause(engine: "a 'x", true), .pause(engine: "b", true), .pause(engine: "c", false)])
        try store.journal.commit([.pause(engine: "b", true)])
        #expect(try store.journal.recover().pausedEngines == ["a 'x", "b"])
        try store.journal.commit([.pause(engine: "a 'x", false), .pause(engine: "a 'x", false)])
        #expect(try store.journal.recover().pausedEngines == ["b"])
    }

    @Test(arguments: StoreKind.allCases) func aTaskIsFoundByTheRunOfItsEngine(_ kind: StoreKind) throws {
        let store = try StoreUnderTest(kind)
        var (record, event) = Samples.accepted(1, cursor: 1)
        try store.journal.commit([.insert(record, event)])
        let run = RunID(rawValue: "1234567890123456789")
        #expect(try store.journal.task(run: run, engine: "main") == nil)
        (record, event) = Samples.changed(record, to: .running, cursor: 2)
        record.run = run
        try store.journal.commit([.update(record, event)])
        #expect(try store.journal.task(run: run, engine: "main") == record)
        #expect(try store.journal.task(run: run, engine: "other") == nil)
        #expect(try store.journal.task(run: RunID(rawValue: ""), engine: "main") == nil)
        (record, event) = Samples.changed(record, to: .failed, cursor: 3)
        try store.journal.commit([.update(record, event)])
        #expect(try store.journal.task(run: run, engine: "main") == record, "also an ended one")
    }

    @Test(arguments: StoreKind.allCases) func anAddressIsKeptUntilAPictureTakesItsPlace(_ kind: StoreKind) throws {
        let store = try StoreUnderTest(kind)
        var (record, event) = Samples.accepted(1, cursor: 1)
        record.source = .url("https://host.example/ä?sig='\"x")
        record.pose = .url("")
        record.follows = TaskID(rawValue: "tsk_before")
        try store.journal.commit([.insert(record, event)])
        #expect(try store.reader.task(record.id) == record)
        #expect(try store.journal.recover().openTasks == [record])
        (record, event) = Samples.changed(record, to: .uploading, cursor: 2)
        record.source = .stored(Samples.image(9))
        try store.journal.commit([.update(record, event)])
        #expect(try store.reader.task(record.id) == record)
        record.pose = .stored(Samples.image(8))
        (record, event) = Samples.changed(record, to: .submitting, cursor: 3)
        try store.journal.commit([.update(record, event)])
        #expect(try store.reader.task(record.id) == record)
    }

    @Test(arguments: StoreKind.allCases) func whatTheStepBeforeMadeIsKept(_ kind: StoreKind) throws {
        let store = try StoreUnderTest(kind)
        var (record, event) = Samples.accepted(1, cursor: 1)
        record.isLastStep = false
        try store.journal.commit([.insert(record, event)])
        #expect(try store.reader.task(record.id) == record)
        (record, event) = Samples.changed(record, to: .queued, cursor: 2)
        (record.isLastStep, record.step, record.stepSource) = (true, "second", Samples.image(200))
        try store.journal.commit([.update(record, event)])
        #expect(try store.journal.recover().openTasks == [record])
        (record, event) = Samples.changed(record, to: .queued, cursor: 3)
        record.stepSource = nil
        try store.journal.commit([.update(record, event)])
        #expect(try store.reader.task(record.id) == record)
    }
}
