import EngineCore

/// Lists of tasks: SQL walks the narrowest index from the newest task down, and the conditions that no index knows are judged by row.
extension Database {
    func list(_ query: TaskListQuery) throws(StoreError) -> TaskListPage {
        let limit = min(max(1, query.limit), TaskStoreLimits.tasksPerPageMax)
        let walk = ListWalk(query)
        let statement = try cached(walk.sql)
        if walk == .ofCaller { statement.bind(query.caller) }
        statement.bind(query.below ?? .max)
        var page = TaskListPage(tasks: [], next: nil)
        var (looked, last) = (0, Int64(0))
        try statement.scan { row throws(StoreError) in
            let number = try row.integer(Int64.self)
            guard page.tasks.count < limit, looked < TaskStoreLimits.rowsPerListMax else {
                page.next = last
                return false
            }
            (looked, last) = (looked + 1, number)
            if try query.admits(row) { page.tasks.append(try TaskColumns.read(row)) }
            return true
        }
        return page
    }
}

/// Where a list's rows come from.
enum ListWalk: CaseIterable {
    /// Tasks that ended SUBMISSION_UNKNOWN and are not settled: few.
    case unsettled
    /// Tasks that have not ended: as many as the queue holds.
    case open
    case ofCaller
    case all

    init(_ query: TaskListQuery) {
        let isOpenOnly = !query.states.isEmpty && !query.states.contains(where: \.isTerminal)
        if query.isUnknownOnly {
            self = .unsettled
        } else if isOpenOnly {
            self = .open
        } else {
            self = query.caller == nil ? .all : .ofCaller
        }
    }

    /// Its columns before the record's are what `TaskListQuery.admits` reads, behind the number.
    var sql: String {
        let first = ["task.number", "caller.name", "task.state", "task.created_at", "task.labels"]
        return TaskColumns.select(source, first: first)
            + " WHERE \(condition) AND task.number < ? ORDER BY task.number DESC"
    }

    private var source: String {
        switch self {
        case .unsettled: "task INDEXED BY task_unknown"
        case .open: "task INDEXED BY task_open"
        case .ofCaller: "task INDEXED BY task_caller"
        case .all: "task"
        }
    }

    private var condition: String {
        switch self {
        case .unsettled: "task.failure_reason = 'SUBMISSION_UNKNOWN' AND task.resolution IS NULL AND task.state >= 6"
        case .open: "task.state < 6"
        case .ofCaller: "task.caller = (SELECT id FROM caller WHERE name = ?)"
        case .all: "task.number > 0"
        }
    }
}

extension TaskListQuery {
    /// Reads the columns that stand between the number and the record.
    fileprivate func admits(_ row: Statement) throws(StoreError) -> Bool {
        let (name, state, createdAt) = (row.text(), try row.state(), try row.integer(Int64.self))
        let stored = row.optionalText()
        guard caller == nil || caller == name, states.isEmpty || states.contains(state) else { return false }
        guard createdFrom.map({ $0 <= createdAt }) ?? true, createdBefore.map({ createdAt < $0 }) ?? true else {
            return false
        }
        if labels.isEmpty { return true }
        let found = try StoredJSON.map(stored)
        return labels.allSatisfy { found[$0.key] == $0.value }
    }
}
