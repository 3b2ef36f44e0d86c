import BackendAPI
import EngineCore
import Testing

/// How lists of tasks are read.
@Suite struct ListConformance {
    /// Eighty tasks of two callers in every state, with labels and times of creation that go up in steps of two tasks.
    private struct Shelf {
        let store: StoreUnderTest
        var records: [TaskRecord] = []

        init(_ kind: StoreKind) throws {
            store = try StoreUnderTest(kind)
            var cursor: UInt64 = 0
            for number in 1...80 as ClosedRange<Int64> {
                cursor += 1
                var (record, event) = Samples.accepted(
                    number, caller: number % 3 == 0 ? "bob" : "alice", cursor: cursor)
                record.createdAt = 1_000 + number / 2
                record.labels = number % 4 == 0 ? [:] : ["team": number % 4 == 1 ? "a" : "b", "n": "\(number % 5)"]
                try store.journal.commit([.insert(record, event)])
                let state = TaskState.allCases[Int(number % 8)]
                if state != .queued {
                    cursor += 1
                    if state == .failed {
                        record.failure = TaskFailure(number % 16 == 6 ? .submissionUnknown : .runFailed, "why")
                    }
                    (record, event) = Samples.changed(record, to: state, cursor: cursor)
                    try store.journal.commit([.update(record, event)])
                }
                records.append(record)
            }
        }

        /// All pages, each no longer than the limit, read by their `next`.
        func all(_ query: TaskListQuery) throws -> [TaskRecord] {
            var (query, found) = (query, [TaskRecord]())
            repeat {
                let page = try store.lists.list(query)
                #expect(page.tasks.count <= query.limit)
                found += page.tasks
                query.below = page.next
            } while query.below != nil
            return found
        }

        func expected(_ isWanted: (TaskRecord) -> Bool) -> [TaskRecord] { records.reversed().filter(isWanted) }
    }

    @Test(arguments: StoreKind.allCases, [1, 2, 7, 79, 80, 81, 1_000]) func pagesTogetherAreTheWholeNewestFirst(
        _ kind: StoreKind, _ limit: Int
    ) throws {
        let shelf = try Shelf(kind)
        #expect(try shelf.all(TaskListQuery(caller: nil, limit: limit)) == shelf.expected { _ in true })
        #expect(
            try shelf.all(TaskListQuery(caller: "bob", limit: limit)) == shelf.expected { $0.caller == "bob" })
        #expect(try shelf.all(TaskListQuery(caller: "carol", limit: limit)) == [])
    }

    @Test(arguments: StoreKind.allCases, [nil, "alice", "bob"]) func everyConditionNarrows(
        _ kind: StoreKind, _ caller: String?
    )
        throws
    {
        let shelf = try Shelf(kind)
        func check(_ change: (inout TaskListQuery) -> Void, _ isWanted: (TaskRecord) -> Bool) throws {
            var query = TaskListQuery(caller: caller, limit: 5)
            change(&query)
            let expected = shelf.expected { (caller == nil || $0.caller == caller) && isWanted($0) }
            #expect(try shelf.all(query) == expected, "\(query)")
        }
        for states in [[.running], [.queued, .downloading], [.failed], [.running, .failed]] as [Set<TaskState>] {
            try check({ $0.states = states }, { states.contains($0.state) })
        }
        try check({ $0.states = Set(TaskState.allCases) }, { _ in true })
        for labels in [["team": "a"], ["team": "b", "n": "3"], ["team": "c"], ["other": ""], ["n": ""]] {
            try check({ $0.labels = labels }, { task in labels.allSatisfy { task.labels[$0.key] == $0.value } })
        }
        try check({ $0.isUnknownOnly = true }, { $0.failure?.reason == .submissionUnknown })
        try check(
            {
                $0.isUnknownOnly = true
                $0.states = [.succeeded]
            }, { _ in false })
        try check({ $0.below = 41 }, { $0.number < 41 })
        try check({ $0.below = 1 }, { _ in false })
        try check(
            {
                $0.states = [.succeeded, .cancelled, .queued]
                $0.labels = ["team": "a"]
                $0.createdFrom = 1_010
            },
            {
                $0.labels["team"] == "a" && [.succeeded, .cancelled, .queued].contains($0.state)
                    && $0.createdAt >= 1_010
            })
    }

    @Test(arguments: StoreKind.allCases) func theTimeOfCreationIsClosedBelowAndOpenAbove(_ kind: StoreKind) throws {
        let shelf = try Shelf(kind)
        for (from, before) in [(1_010, 1_020), (1_010, 1_011), (1_010, 1_010), (.min, 1_001), (1_040, .max)]
            as [(Int64, Int64)]
        {
            var query = TaskListQuery(caller: nil, limit: 3)
            (query.createdFrom, query.createdBefore) = (from, before)
            #expect(try shelf.all(query) == shelf.expected { (from..<before).contains($0.createdAt) })
        }
    }

    @Test(arguments: StoreKind.allCases) func aSettledTaskIsNotUnknownAnyMore(_ kind: StoreKind) throws {
        let shelf = try Shelf(kind)
        var query = TaskListQuery(caller: nil, limit: 100)
        query.isUnknownOnly = true
        var first = try #require(try shelf.all(query).first)
        let before = try shelf.all(query)
        first.resolution = .notCharged
        try shelf.store.journal.commit([.settle(first)])
        #expect(try shelf.all(query) == Array(before.dropFirst()))
    }

    @Test(arguments: StoreKind.allCases) func whatComesBetweenTwoPagesComesTwiceNowhere(_ kind: StoreKind) throws {
        let shelf = try Shelf(kind)
        var query = TaskListQuery(caller: nil, limit: 10)
        let first = try shelf.store.lists.list(query)
        let (record, event) = Samples.accepted(81, cursor: 1_000)
        try shelf.store.journal.commit([.insert(record, event)])
        query.below = first.next
        #expect(try first.tasks + shelf.all(query) == shelf.expected { _ in true })
    }

    @Test(arguments: StoreKind.allCases, [0, -1, .min]) func aPageHoldsOneTaskAtLeast(_ kind: StoreKind, _ limit: Int)
        throws
    {
        let page = try Shelf(kind).store.lists.list(TaskListQuery(caller: nil, limit: limit))
        #expect(page.tasks.map(\.number) == [80] && page.next == 80)
    }
}
