import BackendAPI
import EngineCore

/// A `TaskRecord` as columns. Names, binds and reads stand in the same order.
enum TaskColumns {
    /// Written once, at acceptance.
    private static let asked = [
        "number", "id", "caller", "pipeline",
        "parameters", "idempotency_key", "content_digest", "priority", "task_timeout_ms", "start_by_ms", "labels",
        "traceparent", "created_at", "follows",
    ]
    /// Written with each stored event.
    private static let standing = [
        "source_digest", "source_bytes", "source_type", "source_width", "source_height", "source_url",
        "pose_digest", "pose_bytes", "pose_type", "pose_width", "pose_height", "pose_url",
        "state", "step", "is_last_step", "step_source", "earlier_cost", "engine", "attempt", "queued_at", "marker",
        "run", "charged",
        "cost_coins", "cost_money", "cost_currency", "cancel_requested", "failure_reason", "failure_message", "outputs",
        "accepted_at", "started_at", "uploaded_at", "submitted_at", "running_at", "downloaded_at", "ended_at",
        "message", "last_sequence", "last_cursor", "last_event_at",
    ]
    /// Written by an operator's word alone, after the end.
    private static let settled = ["resolution", "resolution_run", "follow_up"]

    static let insert =
        "INSERT INTO task(\((asked + standing).joined(separator: ", "))) VALUES("
        + Array(repeating: "?", count: asked.count + standing.count).joined(separator: ", ") + ")"

    static let update =
        "UPDATE task SET \(standing.map { "\($0) = ?" }.joined(separator: ", ")) WHERE number = ? AND state < 6"

    static let settle =
        "UPDATE task SET resolution = ?, resolution_run = ?, follow_up = ? WHERE number = ? AND state >= 6"

    /// Goes on with an index hint, a WHERE and an ORDER.
    static func select(_ source: String = "task") -> String {
        let columns = (asked + standing + settled).map { $0 == "caller" ? "caller.name" : "task.\($0)" }
        return "SELECT \(columns.joined(separator: ", ")) FROM \(source) JOIN caller ON caller.id = task.caller"
    }

    static func bindAsked(_ record: TaskRecord, caller: Int64, to statement: Statement) throws(StoreError) {
        statement.bind(record.number)
        statement.bind(record.id.rawValue)
        statement.bind(caller)
        statement.bind(record.pipeline)
        statement.bind(try StoredJSON.text(record.parameters))
        statement.bind(record.idempotencyKey)
        statement.bind(record.contentDigest)
        statement.bind(record.priority)
        statement.bind(record.taskTimeoutMilliseconds)
        statement.bind(record.startByMilliseconds)
        statement.bind(try StoredJSON.text(record.labels))
        statement.bind(record.traceparent)
        statement.bind(record.createdAt)
        statement.bind(record.follows?.rawValue)
    }

    static func bindStanding(_ record: TaskRecord, to statement: Statement) throws(StoreError) {
        statement.bind(record.source)
        statement.bind(record.pose)
        statement.bind(record.state.rawValue)
        statement.bind(record.step)
        statement.bind(record.isLastStep)
        statement.bind(try StoredJSON.text(record.stepSource))
        statement.bind(try StoredJSON.text(record.earlierCost))
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

    static func bindSettled(_ record: TaskRecord, to statement: Statement) {
        statement.bind(record.resolution)
        statement.bind(record.followUp?.rawValue)
        statement.bind(record.number)
    }

    static func read(_ row: Statement) throws(StoreError) -> TaskRecord {
        var record = try readAsked(row)
        record.source = try row.inputImage()
        record.pose = try row.inputImage()
        record.state = try row.state()
        record.step = row.text()
        record.isLastStep = row.bool()
        record.stepSource = try StoredJSON.image(row.optionalText())
        record.earlierCost = try StoredJSON.cost(row.optionalText())
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
        record.resolution = try row.resolution()
        record.followUp = row.optionalText().map(TaskID.init)
        return record
    }

    private static func readAsked(_ row: Statement) throws(StoreError) -> TaskRecord {
        let (number, id) = (try row.integer(Int64.self), TaskID(rawValue: row.text()))
        let (caller, pipeline) = (row.text(), row.text())
        // The images come with the columns that change: an address becomes an image.
        var asked = Submission(caller: caller, pipeline: pipeline, source: .url(""), pose: .url(""))
        asked.parameters = try StoredJSON.map(row.optionalText())
        asked.idempotencyKey = row.text()
        let contentDigest = try row.digest()
        asked.priority = try row.integer()
        asked.taskTimeoutMilliseconds = try row.integer()
        asked.startByMilliseconds = try row.integer()
        asked.labels = try StoredJSON.map(row.optionalText())
        asked.traceparent = row.text()
        var record = TaskRecord(
            number: number, id: id, submission: asked, source: .url(""), pose: .url(""), contentDigest: contentDigest,
            step: "", engine: "", taskTimeoutMilliseconds: asked.taskTimeoutMilliseconds,
            startByMilliseconds: asked.startByMilliseconds, createdAt: try row.integer())
        record.follows = row.optionalText().map(TaskID.init)
        return record
    }
}
