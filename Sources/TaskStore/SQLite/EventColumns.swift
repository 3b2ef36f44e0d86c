import EngineCore

/// A stored `TaskEvent` as columns. The task's name stands in `task` alone.
enum EventColumns {
    private static let names = [
        "task", "caller", "sequence", "cursor", "state", "progress", "queue_position", "engine", "step", "attempt",
        "message", "failure_reason", "failure_message", "charged", "cost_coins", "cost_money", "cost_currency", "at",
        "outputs", "cancel_requested",
    ]

    static let insert =
        "INSERT INTO event(\(names.joined(separator: ", "))) VALUES("
        + Array(repeating: "?", count: names.count).joined(separator: ", ") + ")"

    /// Goes on with a WHERE and an ORDER. CROSS JOIN keeps SQLite from beginning elsewhere than at `event`.
    static func select(by index: String? = nil) -> String {
        let columns = names.map { $0 == "caller" ? "caller.name" : "event.\($0)" }
        return
            "SELECT task.id, \(columns.joined(separator: ", ")) FROM event \(index.map { "INDEXED BY \($0) " } ?? "")"
            + "CROSS JOIN task ON task.number = event.task CROSS JOIN caller ON caller.id = event.caller"
    }

    static func bind(_ event: TaskEvent, caller: Int64, to statement: Statement) throws(StoreError) {
        statement.bind(event.taskNumber)
        statement.bind(caller)
        statement.bind(event.sequence)
        statement.bind(event.cursor)
        statement.bind(event.state.rawValue)
        statement.bind(event.progress)
        statement.bind(event.queuePosition)
        statement.bind(event.engine)
        statement.bind(event.step)
        statement.bind(event.attempt)
        statement.bind(event.message)
        statement.bind(event.failure)
        statement.bind(event.charged.rawValue)
        statement.bind(event.cost)
        statement.bind(event.at)
        statement.bind(try StoredJSON.text(event.outputs))
        statement.bind(event.cancelRequested)
    }

    static func read(_ row: Statement) throws(StoreError) -> TaskEvent {
        guard var event = blank else { throw StoreError(.io, "no event can be made") }
        event.task = TaskID(rawValue: row.text())
        event.taskNumber = try row.integer()
        event.caller = row.text()
        event.sequence = try row.integer()
        event.cursor = try row.integer()
        event.state = try row.state()
        event.progress = row.float()
        event.queuePosition = try row.integer()
        event.engine = row.text()
        event.step = row.text()
        event.attempt = try row.integer()
        event.message = row.text()
        event.failure = try row.failure()
        event.charged = try row.charged()
        event.cost = row.cost()
        event.at = try row.integer()
        event.outputs = try StoredJSON.outputs(row.optionalText())
        event.cancelRequested = row.bool()
        return event
    }

    /// What a read fills: an event is only ever made from a record.
    private static let blank: TaskEvent? = {
        guard let digest = ContentDigest(bytes: repeatElement(0, count: 32)) else { return nil }
        let image = StoredImage(digest: digest, sizeBytes: 0, mediaType: "", width: 0, height: 0)
        let asked = Submission(caller: "", pipeline: "", source: .stored(image), pose: .stored(image))
        return TaskEvent(
            latestOf: TaskRecord(
                number: 0, id: TaskID(rawValue: ""), submission: asked, source: .stored(image), pose: .stored(image),
                contentDigest: digest,
                step: "", engine: "", taskTimeoutMilliseconds: 0, startByMilliseconds: 0, createdAt: 0))
    }()
}
