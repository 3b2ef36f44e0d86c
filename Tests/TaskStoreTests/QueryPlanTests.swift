import CSQLite
import EngineCore
import TaskStore
import Testing

@testable import enum TaskStore.ListWalk
@testable import enum TaskStore.MarkQueries
@testable import enum TaskStore.RemovalQueries

/// How SQLite goes about the queries that run beside the engine: by an index, and without a sort.
@Suite struct QueryPlanTests {
    private let database: Raw

    init() throws {
        let path = try TemporaryFolder().path + "/data"
        try TaskStore.open(path: path).close()
        database = try Raw(path + "/tasks.sqlite")
    }

    private func plan(_ sql: String) throws -> String {
        try database.rows("EXPLAIN QUERY PLAN " + sql, column: 3).joined(separator: "\n")
    }

    @Test(
        "lists walk down an index",
        arguments: [
            (ListWalk.unsettled, "SEARCH task USING INDEX task_unknown (number<?)"),
            (.open, "SEARCH task USING INDEX task_open (number<?)"),
            (.ofCaller, "SEARCH task USING INDEX task_caller (caller=? AND number<?)"),
            (.all, "SEARCH task USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ] as [(ListWalk, String)])
    func lists(_ walk: ListWalk, _ wanted: String) throws {
        let plan = try plan(walk.sql)
        #expect(plan.hasPrefix(wanted), "\(plan)")
        #expect(plan.contains("SEARCH caller USING INTEGER PRIMARY KEY"))
        #expect(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "\(plan)")
    }

    @Test func aListTakesTheNarrowestWalk() {
        var query = TaskListQuery(caller: nil, limit: 1)
        #expect(ListWalk(query) == .all)
        query.states = [.running, .failed]
        #expect(ListWalk(query) == .all)
        query.states = [.running, .queued]
        #expect(ListWalk(query) == .open)
        query.caller = "alice"
        #expect(ListWalk(query) == .open)
        query.states = []
        #expect(ListWalk(query) == .ofCaller)
        query.isUnknownOnly = true
        #expect(ListWalk(query) == .unsettled)
    }

    @Test(
        "removal finds its rows by an index",
        arguments: [
            (RemovalQueries.ended, "SEARCH task USING INDEX task_ended (ended_at<?)"),
            (RemovalQueries.ofCaller, "SEARCH task USING INDEX task_caller (caller=? AND number>?)"),
            (RemovalQueries.events, "SEARCH event USING INDEX event_task (task=?)"),
            (MarkQueries.ofEnded, "SEARCH task USING INDEX task_ended (ended_at>?)"),
            (MarkQueries.ofOpen, "SCAN task USING INDEX task_open"),
            (MarkQueries.ofUnsettled, "SCAN task USING INDEX task_unknown"),
        ])
    func removal(_ sql: String, _ wanted: String) throws {
        let plan = try plan(sql)
        #expect(plan == wanted)
    }

    @Test func whetherACallerHasAnythingIsAskedOfIndexes() throws {
        let plan = try plan(RemovalQueries.callerWithAnything)
        #expect(!plan.contains("SCAN task") && !plan.contains("SCAN image"), "\(plan)")
    }
}

/// A read of a list is bounded, whatever it finds.
@Suite struct LongListTests {
    @Test func aReadLooksAtSoManyRowsAndTellsWhereToGoOn() throws {
        let store = try TaskStore.open(path: try TemporaryFolder().path + "/data")
        for start in stride(from: 1, through: 10_001, by: 2_000) as StrideThrough<Int64> {
            try store.journal.commit(
                (start...min(10_001, start + 1_999)).map { number in
                    var (record, event) = Samples.accepted(number)
                    record.labels = number == 1 ? ["rare": "1"] : [:]
                    return .insert(record, event)
                })
        }
        var query = TaskListQuery(caller: "alice", limit: 10)
        query.labels = ["rare": "1"]
        var pages: [TaskListPage] = []
        repeat {
            pages.append(try store.reader.list(query))
            query.below = pages.last?.next
        } while query.below != nil
        #expect(pages.map(\.next) == [5_002, 2, nil])
        #expect(pages.map { $0.tasks.map(\.number) } == [[], [], [1]])
        query.below = 5_001
        #expect(try store.reader.list(query).tasks.count == 1, "5,000 rows, and no more of them")
        query = TaskListQuery(caller: nil, limit: .max)
        #expect(try store.reader.list(query).tasks.count == 1_000)
        query.limit = 999
        #expect(try store.reader.list(query).tasks.count == 999)
    }
}
