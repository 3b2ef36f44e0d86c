import BackendAPI
import EngineCore

/// A `TaskRecord` as columns. Names, binds and reads stand in the same order.
enum TaskColumns {
    /// Written once, at acceptance.
    private static let asked = [
        "number", "id", "caller", "pipeline",
        "source_digest", "source_bytes", "source_type", "source_width", "source_height",
        "pose_digest", "pose_bytes", "pose_type", "pose_width", "pose_height",
        "parameters", "idempotency_key", "content_digest", "priority", "task_timeout_ms", "start_by_ms", "labels",
        "traceparent", "created_at",
    ]
    /// Written with each stored event.
    private static let standing = [
        "state", "step", "engine", "attempt", "queued_at", "marker", "run", "charged",
        "cost_coins", "cost_money", "cost_currency", "cancel_requested", "failure_reason", "failure_message", "outputs",
        "accepted_at", "started_at", "uploaded_at", "submitted_at", "running_at", "downloaded_at", "ended_at",
        "message", "last_sequence", "last_cursor", "last_event_at",
    ]

    static let insert =
        "INSERT INTO task(\((asked + standing).joined(separator: ", "))) VALUES("
        + Array(repeating: "?", count: asked.count + standing.count).joined(separator: ", ") + ")"

    static let update =
        "UPDATE task SET \(standing.map { "\($0) = ?" }.joined(separator: ", ")) WHERE number = ? AND state < 6"

    /// Goes on with an index hint, a WHERE and an ORDER.
    static func select(_ source: String = "task") -> String {
        let columns = (asked + standing).map { $0 == "caller" ? "caller.name" : "task.\($0)" }
        return "SELECT \(columns.joined(separator: ", ")) FROM \(source) JOIN caller ON caller.id = task.caller"
    }

    static func bindAsked(_ record: TaskRecord, caller: Int64, to statement: Statement) throws(StoreError) {
        statement.bind(record.number)
        statement.bind(record.id.rawValue)
        statement.bind(caller)
        statement.bind(record.pipeline)
        statement.bind(record.source)
        statement.bind(record.pose)
        statement.bind(try StoredJSON.text(record.parameters))
        statement.bind(record.idempotencyKey)
        statement.bind(record.contentDigest)
        statement.bind(record.priority)
        statement.bind(record.taskTimeoutMilliseconds)
        statement.bind(record.startByMilliseconds)
        statement.bind(try StoredJSON.text(record.labels))
        statement.bind(record.traceparent)
        statement.bind(record.createdAt)
    }

    static func bindStanding(_ record: TaskRecord, to statement: Statement) throws(StoreError) {
        statement.bind(record.state.rawValue)
        statement.bind(record.step)
        statement.bind(record.engine)
        statement.bind(record.attempt)
        statement.bind(record.queuedAt)
        statement.bind(record.marker)
        statement.bind(record.run?.rawValue)
        statement.bind(record.charged.rawValue)
        statement.bind(record.cost)
        statement.bind(record.cancelRequested)
        statement.bind(record.failure)
        statement.bind(try StoredJSON.text(record.outputs))
        statement.bind(record.times)
        statement.bind(record.message)
        statement.bind(record.lastSequence)
        statement.bind(record.lastCursor)
        statement.bind(record.lastEventAt)
    }

    static func read(_ row: Statement) throws(StoreError) -> TaskRecord {
        var record = try readAsked(row)
        record.state = try row.state()
        record.step = row.text()
        record.engine = row.text()
        record.attempt = try row.integer()
        record.queuedAt = try row.integer()
        record.marker = row.text()
        record.run = row.optionalText().map(RunID.init)
        record.charged = try row.charged()
        record.cost = row.cost()
        record.cancelRequested = row.bool()
        record.failure = try row.failure()
        record.outputs = try StoredJSON.outputs(row.optionalText())
        record.times = try row.times()
        record.message = row.text()
        record.lastSequence = try row.integer()
        record.lastCursor = try row.integer()
        record.lastEventAt = try row.integer()
        return record
    }

    private static func readAsked(_ row: Statement) throws(StoreError) -> TaskRecord {
        let (number, id) = (try row.integer(Int64.self), TaskID(rawValue: row.text()))
        let (caller, pipeline) = (row.text(), row.text())
        let (source, pose) = (try row.image(), try row.image())
        var asked = Submission(caller: caller, pipeline: pipeline, source: .stored(source), pose: .stored(pose))
        asked.parameters = try StoredJSON.map(row.optionalText())
        asked.idempotencyKey = row.text()
        let contentDigest = try row.digest()
        asked.priority = try row.integer()
        asked.taskTimeoutMilliseconds = try row.integer()
        asked.startByMilliseconds = try row.integer()
        asked.labels = try StoredJSON.map(row.optionalText())
        asked.traceparent = row.text()
        return TaskRecord(
            number: number, id: id, submission: asked, source: source, pose: pose, contentDigest: contentDigest,
            step: "",
            engine: "", taskTimeoutMilliseconds: asked.taskTimeoutMilliseconds,
            startByMilliseconds: asked.startByMilliseconds, createdAt: try row.integer())
    }
}
