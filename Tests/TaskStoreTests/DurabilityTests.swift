import EngineCore
import Glibc
import Synchronization
import TaskStore
import Testing

/// What survives, and what happens when the disk fails. Serialized, as the faults are the process's.
@Suite(.serialized) struct DurabilityTests {
    private let path: String

    init() throws {
        FaultyVFS.heal()
        path = try TemporaryFolder().path + "/data"
    }

    private func open() throws -> TaskStore { try TaskStore.open(path: path, vfs: FaultyVFS.name) }

    private func insert(_ numbers: ClosedRange<Int64>, into store: TaskStore) throws {
        try store.journal.commit(numbers.map { .insert(Samples.accepted($0).record, Samples.accepted($0).event) })
    }

    /// About two pages each.
    private func insertLong(_ numbers: ClosedRange<Int64>, into store: TaskStore) throws {
        try store.journal.commit(
            numbers.map { number in
                var (record, event) = Samples.accepted(number)
                record.message = String(repeating: "m", count: 8_000)
                event.message = ""
                return .insert(record, event)
            })
    }

    private func openNumbers(_ store: TaskStore) throws -> [Int64] {
        try store.journal.recover().openTasks.map(\.number)
    }

    @Test func everythingIsThereAfterANewStart() throws {
        var store = try open()
        let (record, event) = Samples.everyFieldSet()
        try insert(1...3, into: store)
        try store.journal.commit([.insert(record, event)])
        try store.images.put([1, 2, 3], as: Samples.digest(1))
        let (instance, recovery) = (store.instanceID, try store.journal.recover())
        #expect(instance.count == 32)
        store.close()
        store = try open()
        #expect(store.instanceID == instance)
        #expect(try store.journal.recover() == recovery)
        #expect(try store.reader.task(record.id) == record)
        #expect(try store.images.open(Samples.digest(1)).all() == [1, 2, 3])
    }

    /// A copy of the open folder is what a kill leaves: nothing was closed or written out at the end.
    @Test func everythingCommittedIsInACopyOfTheOpenFolder() throws {
        let store = try open()
        try insert(1...3, into: store)
        try store.journal.commit([.image(caller: "alice", Samples.image(1), expiresAt: .max)])
        #expect(try run("/bin/cp", "-rp", path, path + "-copy") == 0)
        let copy = try TaskStore.open(path: path + "-copy")
        #expect(try openNumbers(copy) == [1, 2, 3])
        #expect(try copy.journal.image(caller: "alice", digest: Samples.digest(1), now: 0) == Samples.image(1))
        #expect(copy.instanceID == store.instanceID)
        copy.close()
        #expect(try Raw(path + "-copy/tasks.sqlite").text("PRAGMA integrity_check") == "ok")
    }

    @Test func oneBatchIsOneSyncHoweverLongItIs() throws {
        let store = try open()
        try insert(1...1, into: store)
        for batch in [2...2, 3...1_002] as [ClosedRange<Int64>] {
            let before = FaultyVFS.logSyncs.load(ordering: .relaxed)
            try insert(batch, into: store)
            #expect(FaultyVFS.logSyncs.load(ordering: .relaxed) - before == 1)
        }
        #expect(try openNumbers(store) == Array(1...1_002))
    }

    @Test func aFullDiskRefusesTheBatchAndTheNextOneMaySucceed() throws {
        let store = try open()
        try insert(1...1, into: store)
        for writesThatWork in [0, 1, 3, 10] {
            FaultyVFS.failsLogWriteAfter.store(writesThatWork, ordering: .relaxed)
            let stranger = Samples.accepted(201, caller: "new in the refused batch")
            let error = #expect(throws: StoreError.self) {
                try store.journal.commit(
                    [.insert(stranger.record, stranger.event)]
                        + (2...200).map { .insert(Samples.accepted($0).record, Samples.accepted($0).event) })
            }
            #expect(error?.code == .full)
            FaultyVFS.heal()
            #expect(try openNumbers(store) == [1])
            #expect(try store.reader.task(Samples.id(2)) == nil)
        }
        let other = Samples.accepted(2, caller: "new in the refused batch")
        try store.journal.commit([.insert(other.record, other.event)])
        #expect(try store.reader.task(other.record.id) == other.record)
        store.close()
        #expect(try openNumbers(open()) == [1, 2])
    }

    @Test func afterAFailedSyncNothingIsWrittenUntilANewStart() throws {
        var store = try open()
        try insert(1...1, into: store)
        FaultyVFS.failsLogSync.store(true, ordering: .relaxed)
        let first = #expect(throws: StoreError.self) { try insert(2...2, into: store) }
        FaultyVFS.heal()
        let second = #expect(throws: StoreError.self) { try insert(3...3, into: store) }
        #expect(first?.code == .io && second?.code == .io)
        #expect(try store.reader.task(Samples.id(1)) != nil)
        store.close()
        store = try open()
        #expect(try openNumbers(store) == [1])
        try insert(4...4, into: store)
    }

    /// The commit itself was durable; only its copy into the main file was not.
    @Test func aFailedCheckpointStopsTheNextCommitAndLosesNothing() throws {
        var store = try open()
        FaultyVFS.failsMainSync.store(true, ordering: .relaxed)
        try insertLong(1...700, into: store)
        let error = #expect(throws: StoreError.self) { try insert(701...701, into: store) }
        #expect(error?.code == .io)
        FaultyVFS.heal()
        store.close()
        store = try open()
        #expect(try openNumbers(store).count == 700)
    }

    @Test func theLogIsCopiedBackAndUsedAgain() throws {
        let store = try open()
        var sizes: [Int64] = []
        for round in 0..<8 as Range<Int64> {
            try insertLong(round * 200 + 1...round * 200 + 200, into: store)
            var status = stat()
            #expect(stat(path + "/tasks.sqlite-wal", &status) == 0)
            sizes.append(Int64(status.st_size))
        }
        // 1,000 pages, and what one commit adds to them.
        #expect((sizes.max() ?? .max) < 1_000 * 4_200 + sizes[0], "\(sizes)")
        #expect(sizes[0] * 8 > 1_000 * 4_200 + sizes[0], "it would have grown beyond")
    }

    @Test func aReadGivesAtMostItsLimitOfEvents() throws {
        let store = try open()
        try insert(1...10_001, into: store)
        for (limit, count) in [(0, 1), (-1, 1), (9_999, 9_999), (10_000, 10_000), (10_001, 10_000), (.max, 10_000)] {
            let events = try store.reader.events(tasks: nil, caller: nil, after: 0, upTo: .max, limit: limit)
            #expect(events.count == count)
        }
    }

    @Test func readersSeeWholeBatchesWhileTheJournalWrites() async throws {
        let store = try open()
        let reader = store.reader
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var seen: UInt64 = 0
                    while seen < 400 {
                        let events = try reader.events(tasks: nil, caller: nil, after: seen, upTo: .max, limit: 10_000)
                        #expect(events.count % 10 == 0)
                        #expect(events.map(\.cursor) == (0..<UInt64(events.count)).map { seen + 1 + $0 })
                        seen += UInt64(events.count)
                    }
                }
            }
            for round in 0..<40 as Range<Int64> { try insert(round * 10 + 1...round * 10 + 10, into: store) }
            try await group.waitForAll()
        }
    }

    @Test func uploadsAndPutImagesThatHaveEndedGoAtTheNextStart() throws {
        var store = try open()
        let uploads = [Int64(1), .max].map {
            UploadRecord(engine: "e\($0)", digest: Samples.digest(1), handle: "h", expiresAt: $0)
        }
        try store.journal.commit(uploads.map { .upload($0) })
        try store.journal.commit([.image(caller: "a", Samples.image(1), expiresAt: 1)])
        store.close()
        store = try open()
        #expect(try store.journal.recover().uploads == [uploads[1]])
        #expect(try store.journal.image(caller: "a", digest: Samples.digest(1), now: 0) == nil)
    }
}
