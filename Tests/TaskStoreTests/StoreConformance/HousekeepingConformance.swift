import BackendAPI
import EngineCore
import TaskStore
import Testing

/// What is removed, and when.
@Suite struct HousekeepingConformance {
    private static let day: Int64 = 86_400_000

    /// A store in which time is told. All files are old unless a test says otherwise.
    private struct House {
        let store: StoreUnderTest
        let now = wallClock()
        private(set) var cursor: UInt64 = 0

        init(_ kind: StoreKind) throws { store = try StoreUnderTest(kind) }

        func put(_ bytes: UInt8...) throws { try put(bytes) }

        func put(_ files: [UInt8], bytes: Int = 10) throws {
            for file in files {
                try store.images.put([UInt8](repeating: file, count: bytes), as: Samples.digest(file))
                try store.age(Samples.digest(file), now - 400 * day)
            }
        }

        /// A task that ended some milliseconds ago (nil: it is open), with the files that it names.
        @discardableResult
        mutating func task(
            _ number: Int64, endedAgo: Int64?, caller: String = "alice", inputs: (UInt8, UInt8) = (1, 2),
            results: [UInt8] = [], change: (inout TaskRecord) -> Void = { _ in }
        ) throws -> TaskRecord {
            cursor += 1
            var (record, event) = Samples.accepted(number, caller: caller, key: "k\(number)", cursor: cursor)
            record.source = .stored(Samples.image(inputs.0))
            record.pose = .stored(Samples.image(inputs.1))
            try store.journal.commit([.insert(record, event)])
            cursor += 1
            (record, event) = Samples.changed(record, to: endedAgo == nil ? .running : .succeeded, cursor: cursor)
            record.outputs = results.map { TaskOutput(name: "o", image: Samples.image($0)) }
            if let endedAgo { record.times.ended = now - endedAgo }
            change(&record)
            try store.journal.commit([.update(record, event)])
            return record
        }

        func files() -> [UInt8] { (0...255).filter { store.images.contains(Samples.digest($0)) } }

        func keep(_ policy: RetentionPolicy = RetentionPolicy(sweepMilliseconds: 0), at moment: Int64? = nil) throws
            -> Removal
        {
            try store.keepHouse(policy, moment ?? now)
        }
    }

    @Test(arguments: StoreKind.allCases, [-1, 0, 1]) func anEndedTaskGoesWithEventsAndKeyWhenItsTimeHasPassed(
        _ kind: StoreKind, _ late: Int64
    ) throws {
        var house = try House(kind)
        let task = try house.task(1, endedAgo: 30 * Self.day + late)
        let stays = try house.task(2, endedAgo: 0)
        try house.task(3, endedAgo: nil)
        let removal = try house.keep()
        #expect(removal.tasks == (late < 0 ? [] : [task.id]))
        #expect(try house.store.reader.task(task.id) == (late < 0 ? task : nil))
        #expect(try house.store.journal.task(caller: "alice", idempotencyKey: "k1") == (late < 0 ? task : nil))
        #expect(try house.store.reader.events(task: task.id, afterSequence: 0, limit: 9).count == (late < 0 ? 2 : 0))
        #expect(
            try house.store.reader.events(tasks: nil, caller: nil, after: 0, upTo: .max, limit: 9).count
                == (late < 0 ? 6 : 4))
        #expect(try house.store.reader.task(stays.id) == stays)
    }

    @Test(arguments: StoreKind.allCases, [-1, 0, 1]) func resultsAndInputsGoWhenTheirTimeHasPassed(
        _ kind: StoreKind, _ late: Int64
    ) throws {
        var house = try House(kind)
        try house.put(1, 2, 3, 4, 5, 6, 7, 8)
        try house.task(1, endedAgo: 7 * Self.day + late, inputs: (1, 1), results: [2, 3])
        try house.task(2, endedAgo: Self.day + late, inputs: (4, 5), results: [7]) {
            $0.stepSource = Samples.image(6)
        }
        try house.task(3, endedAgo: nil, inputs: (8, 8))
        let removal = try house.keep()
        #expect(house.files() == (late < 0 ? [2, 3, 4, 5, 6, 7, 8] : [7, 8]))
        #expect(removal.bytes == (late < 0 ? 10 : 60) && removal.tasks == [])
    }

    @Test(arguments: StoreKind.allCases) func whatAnOpenTaskNeedsStaysHoweverOldItIs(_ kind: StoreKind) throws {
        var house = try House(kind)
        try house.put(1, 2, 3)
        try house.task(1, endedAgo: nil) { $0.stepSource = Samples.image(3) }
        #expect(try house.keep(at: house.now + 1_000 * Self.day) == Removal())
        #expect(house.files() == [1, 2, 3])
    }

    @Test(arguments: StoreKind.allCases, [-1, 0, 1]) func aFileThatNobodyNamesGoesAfterItsGrace(
        _ kind: StoreKind, _ late: Int64
    )
        throws
    {
        let house = try House(kind)
        try house.put(1)
        try house.store.age(Samples.digest(1), house.now - 3_600_000 - late)
        #expect(try house.keep().bytes == (late < 0 ? 0 : 10))
        #expect(house.files() == (late < 0 ? [1] : []))
        // Found present by a new commit, it is young again.
        try house.put(2)
        try house.store.images.put([UInt8](repeating: 2, count: 10), as: Samples.digest(2))
        #expect(try house.keep() == Removal())
    }

    @Test(arguments: StoreKind.allCases, [-1, 0, 1]) func aPutImageStaysUntilItExpiresAndAGraceLonger(
        _ kind: StoreKind, _ late: Int64
    ) throws {
        let house = try House(kind)
        try house.put(1)
        try house.store.journal.commit([
            .image(caller: "alice", Samples.image(1), expiresAt: house.now - 3_600_000 - late)
        ])
        #expect(try house.keep().bytes == (late < 0 ? 0 : 10))
        let found = try house.store.journal.image(caller: "alice", digest: Samples.digest(1), now: 0)
        #expect((found == nil) == (late >= 0))
    }

    @Test(arguments: StoreKind.allCases) func anUnknownSubmissionStaysWithItsInputsUntilItIsSettled(_ kind: StoreKind)
        throws
    {
        var house = try House(kind)
        try house.put(1, 2, 3)
        var task = try house.task(1, endedAgo: 90 * Self.day, results: [3]) {
            $0.state = .failed
            $0.failure = TaskFailure(.submissionUnknown, "why")
        }
        #expect(try house.keep().tasks == [])
        #expect(house.files() == [1, 2])
        task.resolution = .notCharged
        try house.store.journal.commit([.settle(task)])
        #expect(try house.keep().tasks == [task.id])
        #expect(house.files() == [])
    }

    @Test(arguments: StoreKind.allCases) func aFileStaysForAsLongAsAnyoneNeedsIt(_ kind: StoreKind) throws {
        var house = try House(kind)
        try house.put(1, 2, 3, 4, 5)
        // 1: also an open task's of another caller. 2: also a result. 3: also a younger task's result. 4: also put. 5: nobody's.
        try house.task(1, endedAgo: 8 * Self.day, inputs: (1, 2), results: [3, 4, 5])
        try house.task(2, endedAgo: nil, caller: "bob", inputs: (1, 1))
        try house.task(3, endedAgo: 6 * Self.day, caller: "bob", inputs: (9, 9), results: [2, 3])
        try house.store.journal.commit([.image(caller: "carol", Samples.image(4), expiresAt: house.now + 1)])
        #expect(try house.keep().bytes == 10)
        #expect(house.files() == [1, 2, 3, 4])
    }

    @Test(arguments: StoreKind.allCases, [0, 29, 30, 31, 39, 40, 69, 70, 71, .max])
    func aboveTheBoundInBytesTheOldestResultsGo(_ kind: StoreKind, _ bound: Int64) throws {
        var house = try House(kind)
        try house.put(1, 2, 3, 4, 5, 6, 7)
        // 1 and 2 are an open task's; 3 is named by the oldest and by the youngest; 7 is an orphan that has just come.
        try house.store.age(Samples.digest(7), house.now)
        try house.task(1, endedAgo: nil)
        try house.task(2, endedAgo: 3 * Self.day, results: [4, 3])
        try house.task(3, endedAgo: 2 * Self.day, results: [5, 1])
        try house.task(4, endedAgo: Self.day, results: [6])
        try house.task(5, endedAgo: 0, results: [3])
        var policy = RetentionPolicy(sweepMilliseconds: 0)
        policy.bytesMax = bound
        let removal = try house.keep(policy)
        let order: [UInt8] = [4, 5, 6, 3]
        let gone = bound == 0 ? 0 : min(4, max(0, (70 - bound + 9) / 10))
        #expect(house.files() == ([1, 2, 7] + order.dropFirst(Int(gone))).sorted())
        #expect(removal.bytes == gone * 10)
    }

    @Test(arguments: StoreKind.allCases) func numbersAndCursorsSurviveTheirRows(_ kind: StoreKind) throws {
        var house = try House(kind)
        try house.task(1, endedAgo: 0)
        try house.task(7, endedAgo: 31 * Self.day)
        let before = try house.store.journal.recover()
        #expect(before.highestNumber == 7 && before.highestCursor == 4)
        #expect(try house.keep().tasks == [Samples.id(7)])
        #expect(try house.store.journal.recover() == before)
        #expect(try house.store.housekeeper.purge(caller: "alice")?.tasks == [Samples.id(1)])
        #expect(try house.store.journal.recover() == before)
        let (record, event) = Samples.accepted(8, cursor: 5)
        try house.store.journal.commit([.insert(record, event)])
        #expect(try house.store.journal.recover().highestNumber == 8)
    }

    @Test(arguments: StoreKind.allCases) func filesAreLookedAtEachSweepAndRowsEachRound(_ kind: StoreKind) throws {
        var house = try House(kind)
        let policy = RetentionPolicy(sweepMilliseconds: 600_000)
        #expect(try house.keep(policy) == Removal())
        try house.put(1)
        try house.task(1, endedAgo: 31 * Self.day)
        #expect(try house.keep(policy, at: house.now + 599_999).tasks.count == 1)
        #expect(house.files() == [1])
        #expect(try house.keep(policy, at: house.now + 600_000).bytes == 10)
        try house.put(1)
        #expect(try house.keep(policy, at: house.now - 1).bytes == 10, "a clock that was set back")
    }

    @Test(arguments: StoreKind.allCases) func linksToARemovedTaskStayAsText(_ kind: StoreKind) throws {
        var house = try House(kind)
        let old = try house.task(1, endedAgo: 31 * Self.day)
        var (record, event) = Samples.accepted(2, cursor: 9)
        record.follows = old.id
        try house.store.journal.commit([.insert(record, event)])
        #expect(try house.keep().tasks == [old.id])
        #expect(try house.store.reader.task(record.id) == record)
    }

    @Test(arguments: StoreKind.allCases) func aPurgeTakesAllOfACallersEndedTasksAndNothingElse(_ kind: StoreKind) throws
    {
        var house = try House(kind)
        try house.put(1, 2, 3, 4, 5, 6, 7, 8)
        let first = try house.task(1, endedAgo: 0, inputs: (1, 2), results: [3, 4])
        let unknown = try house.task(2, endedAgo: 0, inputs: (5, 5)) {
            $0.state = .failed
            $0.failure = TaskFailure(.submissionUnknown, "why")
        }
        let open = try house.task(3, endedAgo: nil, inputs: (2, 6))
        let other = try house.task(4, endedAgo: 0, caller: "bob", inputs: (8, 8), results: [4])
        for caller in ["alice", "bob"] {
            try house.store.journal.commit([
                .image(caller: caller, Samples.image(caller == "bob" ? 8 : 7), expiresAt: .max)
            ])
        }
        let removal = try #require(try house.store.housekeeper.purge(caller: "alice"))
        #expect(removal.tasks == [first.id, unknown.id])
        #expect(removal.bytes == 40)
        #expect(house.files() == [2, 4, 6, 8])
        #expect(try house.store.reader.task(first.id) == nil)
        #expect(try house.store.journal.task(caller: "alice", idempotencyKey: "k1") == nil)
        #expect(try house.store.reader.events(tasks: nil, caller: "alice", after: 0, upTo: .max, limit: 9).count == 2)
        #expect(try house.store.reader.image(caller: "alice", digest: Samples.digest(7), now: 0) == nil)
        #expect(try house.store.reader.image(caller: "bob", digest: Samples.digest(8), now: 0) != nil)
        #expect(try house.store.reader.task(open.id) == open)
        #expect(try house.store.reader.task(other.id) == other)
        #expect(try house.store.housekeeper.purge(caller: "alice") == Removal(), "it still has an open task")
    }

    @Test(arguments: StoreKind.allCases) func aCallerWithNothingIsTold(_ kind: StoreKind) throws {
        var house = try House(kind)
        #expect(try house.store.housekeeper.purge(caller: "alice") == nil)
        try house.store.journal.commit([.image(caller: "alice", Samples.image(1), expiresAt: .max)])
        #expect(try house.store.housekeeper.purge(caller: "alice") == Removal())
        #expect(try house.store.housekeeper.purge(caller: "alice") == nil)
        try house.task(1, endedAgo: 0)
        #expect(try house.store.housekeeper.purge(caller: "alice")?.tasks.count == 1)
        #expect(try house.store.housekeeper.purge(caller: "alice") == nil)
    }

    @Test(arguments: StoreKind.allCases) func aPurgeLeavesWhatHasJustBeenStoredToALaterRound(_ kind: StoreKind) throws {
        var house = try House(kind)
        try house.put(1, 2)
        try house.store.age(Samples.digest(2), wallClock())
        try house.task(1, endedAgo: 0)
        #expect(try house.store.housekeeper.purge(caller: "alice")?.bytes == 10)
        #expect(house.files() == [2])
        #expect(try house.keep(at: wallClock() + 3_600_001).bytes == 10)
    }
}
