import BackendAPI
import EngineCore

/// The reads that the journal and the readers share.
extension Database {
    func task(_ id: TaskID) throws(StoreError) -> TaskRecord? {
        let statement = try cached(Queries.taskByID)
        statement.bind(id.rawValue)
        return try statement.rows(TaskColumns.read).first
    }

    func task(caller: String, idempotencyKey: String) throws(StoreError) -> TaskRecord? {
        guard !idempotencyKey.isEmpty else { return nil }
        let statement = try cached(Queries.taskByKey)
        statement.bind(caller)
        statement.bind(idempotencyKey)
        return try statement.rows(TaskColumns.read).first
    }

    func task(run: RunID, engine: String) throws(StoreError) -> TaskRecord? {
        let statement = try cached(Queries.taskByRun)
        statement.bind(run.rawValue)
        statement.bind(engine)
        return try statement.rows(TaskColumns.read).first
    }

    func pausedEngines() throws(StoreError) -> Set<String> {
        Set(try prepare("SELECT name FROM paused_engine").rows { row throws(StoreError) in row.text() })
    }

    func openTasks() throws(StoreError) -> [TaskRecord] {
        try prepare(Queries.openTasks).rows(TaskColumns.read)
    }

    func uploads() throws(StoreError) -> [UploadRecord] {
        try prepare("SELECT engine, digest, handle, expires_at FROM upload ORDER BY engine, digest")
            .rows { row throws(StoreError) in
                UploadRecord(
                    engine: row.text(), digest: try row.digest(), handle: row.text(), expiresAt: try row.integer())
            }
    }

    func image(caller: String, digest: ContentDigest, now: Int64) throws(StoreError) -> (
        image: StoredImage, expiresAt: Int64
    )? {
        let statement = try cached(Queries.image)
        statement.bind(caller)
        statement.bind(digest)
        statement.bind(now)
        return try statement.rows { row throws(StoreError) in (try row.image(), try row.integer(Int64.self)) }.first
    }

    func events(task: TaskID, afterSequence: UInt64, limit: Int) throws(StoreError) -> [TaskEvent] {
        let statement = try cached(Queries.eventsOfTask)
        statement.bind(task.rawValue)
        statement.bind(Self.capped(afterSequence))
        statement.bind(limit)
        return try statement.rows(EventColumns.read)
    }

    func events(caller: String?, after: UInt64, upTo: UInt64, limit: Int) throws(StoreError) -> [TaskEvent] {
        let statement = try cached(caller == nil ? Queries.events : Queries.eventsOfCaller)
        if let caller { statement.bind(caller) }
        statement.bind(Self.capped(after))
        statement.bind(Self.capped(upTo))
        statement.bind(limit)
        return try statement.rows(EventColumns.read)
    }

    /// First the numbers of the tasks that have anything newer, then their events in one query.
    func events(tasks: [TaskID], after: UInt64, upTo: UInt64, limit: Int) throws(StoreError) -> [TaskEvent] {
        let find = try cached(Queries.numberWithNewerEvents)
        var numbers: Set<Int64> = []
        for task in tasks {
            find.bind(task.rawValue)
            find.bind(Self.capped(after))
            numbers.formUnion(try find.rows { row throws(StoreError) in try row.integer(Int64.self) })
        }
        guard !numbers.isEmpty else { return [] }
        let statement = try cached(Queries.eventsOfTasks)
        statement.bind("[\(numbers.map(String.init).joined(separator: ","))]")
        statement.bind(Self.capped(after))
        statement.bind(Self.capped(upTo))
        statement.bind(limit)
        return try statement.rows(EventColumns.read)
    }

    /// SQLite's numbers end at 2^63 - 1; none beyond was ever given out.
    private static func capped(_ number: UInt64) -> Int64 { Int64(clamping: number) }
}

private enum Queries {
    static let taskByID = TaskColumns.select() + " WHERE task.id = ?"
    static let taskByKey =
        TaskColumns.select()
        + " WHERE task.caller = (SELECT id FROM caller WHERE name = ?) AND task.idempotency_key = ? AND task.idempotency_key <> ''"
    static let taskByRun =
        TaskColumns.select("task INDEXED BY task_run")
        + " WHERE task.run = ? AND task.run IS NOT NULL AND task.engine = ?"
    static let openTasks =
        TaskColumns.select("task INDEXED BY task_open") + " WHERE task.state < 6 ORDER BY task.number"
    static let image =
        "SELECT digest, bytes, type, width, height, expires_at FROM image "
        + "WHERE caller = (SELECT id FROM caller WHERE name = ?) AND digest = ? AND expires_at > ?"

    private static let range = "event.cursor > ? AND event.cursor <= ? ORDER BY event.cursor LIMIT ?"
    static let events = EventColumns.select() + " WHERE " + range
    static let eventsOfCaller =
        EventColumns.select(by: "event_caller") + " WHERE event.caller = (SELECT id FROM caller WHERE name = ?) AND "
        + range
    static let eventsOfTasks =
        EventColumns.select(by: "event_task") + " WHERE event.task IN (SELECT value FROM json_each(?)) AND " + range
    static let numberWithNewerEvents = "SELECT number FROM task WHERE id = ? AND last_cursor > ?"
    static let eventsOfTask =
        EventColumns.select(by: "event_task")
        + " WHERE event.task = (SELECT number FROM task WHERE id = ?) AND event.sequence > ? ORDER BY event.sequence LIMIT ?"
}
