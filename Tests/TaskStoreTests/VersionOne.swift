import BackendAPI
import EngineCore

/// A file as the first released version wrote it. Frozen: it stays as it is, whatever the schema becomes.
enum VersionOne {
    static func write(_ records: [TaskRecord], with events: [TaskEvent], to path: String) throws {
        let raw = try Raw(path)
        try raw.execute("PRAGMA journal_mode = WAL")
        try raw.execute(schema)
        try raw.execute("PRAGMA application_id = \(0x5054_7364); PRAGMA user_version = 1")
        try raw.execute("INSERT INTO caller VALUES(1, 'alice'), (2, 'bob')")
        for record in records { try raw.execute("INSERT INTO task VALUES(\(values(record)))") }
        for event in events { try raw.execute("INSERT INTO event VALUES(\(values(event)))") }
    }

    static func values(_ image: StoredImage) -> String {
        "x'\(image.digest.hex)', \(image.sizeBytes), '\(image.mediaType)', \(image.width), \(image.height)"
    }

    private static func values(_ task: TaskRecord) -> String {
        let caller = task.caller == "alice" ? 1 : 2
        let images = [task.source, task.pose].compactMap { $0.stored.map(values) }.joined(separator: ", ")
        let times = task.times
        return """
            \(task.number), '\(task.id)', \(caller), '\(task.pipeline)', \(images), \(json(task.parameters)),
            '\(task.idempotencyKey)', x'\(task.contentDigest.hex)', \(task.priority), \(task.taskTimeoutMilliseconds),
            \(task.startByMilliseconds), \(json(task.labels)), '\(task.traceparent)', \(task.createdAt),
            \(task.state.rawValue), '\(task.step)', '\(task.engine)', \(task.attempt), \(task.queuedAt), '\(task.marker)',
            \(text(task.run?.rawValue)), \(task.charged.rawValue), \(text(task.cost?.coins)), \(text(task.cost?.money)),
            \(text(task.cost?.currency)), \(task.cancelRequested ? 1 : 0), \(text(task.failure?.reason.rawValue)),
            \(text(task.failure?.message)), \(json(task.outputs)), \(times.accepted), \(times.started), \(times.uploaded),
            \(times.submitted), \(times.running), \(times.downloaded), \(times.ended), '\(task.message)',
            \(task.lastSequence), \(task.lastCursor), \(task.lastEventAt)
            """
    }

    private static func values(_ event: TaskEvent) -> String {
        """
        \(event.cursor), \(event.taskNumber), \(event.caller == "alice" ? 1 : 2), \(event.sequence), \(event.state.rawValue),
        \(event.progress), \(event.queuePosition), '\(event.engine)', '\(event.step)', \(event.attempt), '\(event.message)',
        \(text(event.failure?.reason.rawValue)), \(text(event.failure?.message)), \(event.charged.rawValue),
        \(text(event.cost?.coins)), \(text(event.cost?.money)), \(text(event.cost?.currency)), \(event.at),
        \(json(event.outputs)), \(event.cancelRequested ? 1 : 0)
        """
    }

    private static func text(_ value: String?) -> String { value.map { "'\($0)'" } ?? "NULL" }

    private static func json(_ map: [String: String]) -> String {
        map.isEmpty ? "NULL" : "'{\(map.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ","))}'"
    }

    private static func json(_ outputs: [TaskOutput]) -> String {
        let items = outputs.map { output in
            let image = output.image
            return "{\"bytes\":\(image.sizeBytes),\"height\":\(image.height),\"name\":\"\(output.name)\","
                + "\"sha256\":\"\(image.digest.hex)\",\"type\":\"\(image.mediaType)\",\"width\":\(image.width)}"
        }
        return items.isEmpty ? "NULL" : "'[\(items.joined(separator: ","))]'"
    }

    static let schema = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
        INSERT INTO meta VALUES('instance_id', lower(hex(randomblob(16))));

        CREATE TABLE caller(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

        CREATE TABLE task(
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            caller INTEGER NOT NULL,
            pipeline TEXT NOT NULL,
            source_digest BLOB NOT NULL,
            source_bytes INTEGER NOT NULL,
            source_type TEXT NOT NULL,
            source_width INTEGER NOT NULL,
            source_height INTEGER NOT NULL,
            pose_digest BLOB NOT NULL,
            pose_bytes INTEGER NOT NULL,
            pose_type TEXT NOT NULL,
            pose_width INTEGER NOT NULL,
            pose_height INTEGER NOT NULL,
            parameters TEXT,
            idempotency_key TEXT NOT NULL,
            content_digest BLOB NOT NULL,
            priority INTEGER NOT NULL,
            task_timeout_ms INTEGER NOT NULL,
            start_by_ms INTEGER NOT NULL,
            labels TEXT,
            traceparent TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            state INTEGER NOT NULL,
            step TEXT NOT NULL,
            engine TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            queued_at INTEGER NOT NULL,
            marker TEXT NOT NULL,
            run TEXT,
            charged INTEGER NOT NULL,
            cost_coins TEXT,
            cost_money TEXT,
            cost_currency TEXT,
            cancel_requested INTEGER NOT NULL,
            failure_reason TEXT,
            failure_message TEXT,
            outputs TEXT,
            accepted_at INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            uploaded_at INTEGER NOT NULL,
            submitted_at INTEGER NOT NULL,
            running_at INTEGER NOT NULL,
            downloaded_at INTEGER NOT NULL,
            ended_at INTEGER NOT NULL,
            message TEXT NOT NULL,
            last_sequence INTEGER NOT NULL,
            last_cursor INTEGER NOT NULL,
            last_event_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX task_key ON task(caller, idempotency_key) WHERE idempotency_key <> '';
        CREATE INDEX task_caller ON task(caller, number);
        CREATE INDEX task_open ON task(number) WHERE state < 6;

        CREATE TABLE event(
            cursor INTEGER PRIMARY KEY,
            task INTEGER NOT NULL,
            caller INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            state INTEGER NOT NULL,
            progress REAL NOT NULL,
            queue_position INTEGER NOT NULL,
            engine TEXT NOT NULL,
            step TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            message TEXT NOT NULL,
            failure_reason TEXT,
            failure_message TEXT,
            charged INTEGER NOT NULL,
            cost_coins TEXT,
            cost_money TEXT,
            cost_currency TEXT,
            at INTEGER NOT NULL,
            outputs TEXT,
            cancel_requested INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX event_task ON event(task, sequence);
        -- The cursor, being the row's number, stands behind the caller in the index.
        CREATE INDEX event_caller ON event(caller);

        CREATE TABLE upload(
            engine TEXT NOT NULL,
            digest BLOB NOT NULL,
            handle TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY(engine, digest)
        ) WITHOUT ROWID, STRICT;

        CREATE TABLE image(
            caller INTEGER NOT NULL,
            digest BLOB NOT NULL,
            bytes INTEGER NOT NULL,
            type TEXT NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY(caller, digest)
        ) WITHOUT ROWID, STRICT;
        """
}
