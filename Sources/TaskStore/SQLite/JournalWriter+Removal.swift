import EngineCore

/// What one transaction has removed.
struct RemovedRows: Sendable {
    var tasks: [TaskID] = []
    /// The highest number among them.
    var last: Int64 = 0
    /// Every file that they named.
    var files: Set<ContentDigest> = []
}

/// Removal of rows, in transactions so small that the engine's next commit waits for some milliseconds only.
extension JournalWriter {
    /// Tasks that ended at `moment` or earlier, the earliest first, but for those that await an operator's word.
    func removeTasks(endedBy moment: Int64) throws(StoreError) -> RemovedRows {
        let find = try database.cached(RemovalQueries.ended)
        find.bind(moment)
        find.bind(TaskStoreLimits.tasksPerRemovalMax)
        return try remove(find)
    }

    /// Ended tasks of a caller with a number above `number`, in their order. Also those that await an operator's word.
    func removeEndedTasks(ofCaller caller: Int64, above number: Int64) throws(StoreError) -> RemovedRows {
        let find = try database.cached(RemovalQueries.ofCaller)
        find.bind(caller)
        find.bind(number)
        find.bind(TaskStoreLimits.tasksPerRemovalMax)
        return try remove(find)
    }

    /// The images that a caller put.
    func removeImages(ofCaller caller: Int64) throws(StoreError) -> Set<ContentDigest> {
        let find = try database.cached("SELECT digest FROM image WHERE caller = ?")
        find.bind(caller)
        let found = Set(try find.rows { row throws(StoreError) in try row.digest() })
        if found.isEmpty { return [] }
        let delete = try database.cached("DELETE FROM image WHERE caller = ?")
        delete.bind(caller)
        try inTransaction { () throws(StoreError) in try delete.run() }
        return found
    }

    /// Uploads and put images past their time: memory aids, which no task refers to.
    func removeExpired(uploadsBy: Int64, imagesBy: Int64) throws(StoreError) {
        try inTransaction { () throws(StoreError) in
            try database.execute(
                "DELETE FROM upload WHERE expires_at <= \(uploadsBy); DELETE FROM image WHERE expires_at <= \(imagesBy)"
            )
        }
    }

    /// The number of a caller that has a task or an image; nil: it has nothing.
    func callerWithAnything(_ name: String) throws(StoreError) -> Int64? {
        let find = try database.cached(RemovalQueries.callerWithAnything)
        find.bind(name)
        return try find.rows { row throws(StoreError) in try row.integer(Int64.self) }.first
    }

    private func remove(_ find: Statement) throws(StoreError) -> RemovedRows {
        var removed = RemovedRows()
        let numbers = try find.rows { row throws(StoreError) in try removed.take(row) }
        if numbers.isEmpty { return removed }
        let (events, task) = (
            try database.cached(RemovalQueries.events), try database.cached("DELETE FROM task WHERE number = ?")
        )
        try inTransaction { () throws(StoreError) in
            // Neither a number nor a cursor is ever given out twice, however much is removed.
            try database.execute(Highest.keep)
            for number in numbers {
                for statement in [events, task] {
                    statement.bind(number)
                    try statement.run()
                }
            }
        }
        return removed
    }
}

extension RemovedRows {
    /// Takes a row of `RemovalQueries` and gives its number.
    fileprivate mutating func take(_ row: Statement) throws(StoreError) -> Int64 {
        let number = try row.integer(Int64.self)
        last = max(last, number)
        tasks.append(TaskID(rawValue: row.text()))
        files.formUnion([try row.digest(), try row.digest()])
        if let image = try StoredJSON.image(row.optionalText()) { files.insert(image.digest) }
        files.formUnion(try StoredJSON.outputs(row.optionalText()).map(\.image.digest))
        return number
    }
}

enum RemovalQueries {
    private static let columns = "number, id, source_digest, pose_digest, step_source, outputs"
    static let ended =
        "SELECT \(columns) FROM task INDEXED BY task_ended WHERE state >= 6 AND ended_at <= ? "
        + "AND (failure_reason IS NOT 'SUBMISSION_UNKNOWN' OR resolution IS NOT NULL) ORDER BY ended_at LIMIT ?"
    static let ofCaller =
        "SELECT \(columns) FROM task INDEXED BY task_caller WHERE caller = ? AND number > ? AND state >= 6 "
        + "ORDER BY number LIMIT ?"
    static let events = "DELETE FROM event INDEXED BY event_task WHERE task = ?"
    static let callerWithAnything =
        "SELECT id FROM caller WHERE name = ? AND (EXISTS(SELECT 1 FROM task INDEXED BY task_caller WHERE caller = caller.id) "
        + "OR EXISTS(SELECT 1 FROM image WHERE image.caller = caller.id))"
}

/// The highest number and cursor ever given out: of the rows that are there, and of those that were removed.
enum Highest {
    static let number = highest("number", of: "task")
    static let cursor = highest("cursor", of: "event")

    static let keep =
        "INSERT OR REPLACE INTO meta(key, value) VALUES('highest_number', CAST(\(number) AS TEXT)), "
        + "('highest_cursor', CAST(\(cursor) AS TEXT))"

    private static func highest(_ column: String, of table: String) -> String {
        "max(coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'highest_\(column)'), 0), "
            + "coalesce((SELECT max(\(column)) FROM \(table)), 0))"
    }
}
