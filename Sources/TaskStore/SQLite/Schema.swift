import EngineCore

/// The file's shape, and the way from each older one to it.
///
/// What keeps a commit cheap: row numbers and cursors that only grow are the primary keys, ids are in order of time, callers are numbers,
/// and there are few and narrow indexes.
enum Schema {
    /// "PTsd": marks the file as ours.
    static let applicationID: Int64 = 0x5054_7364

    /// Each brings a file from the version that is its index to the next one. Never changed once released; new ones are added at the end.
    static let migrations = [version1, version2]

    static var version: Int64 { Int64(migrations.count) }

    /// Brings the file to this version. Throws `newer` where it is beyond it, and `corrupt` where it is not ours; both leave it untouched.
    static func bringUp(_ database: Database, path: String) throws(StoreError) {
        var found = try database.number("PRAGMA user_version")
        try checkOurs(database, path: path)
        guard found <= version else {
            throw StoreError(
                .newer,
                "\(path) has data format \(found), but this program knows formats up to \(version): "
                    + "run the newer program, or restore the copy from before its first start")
        }
        while found < version {
            try migrate(database, from: found)
            found += 1
        }
    }

    /// An empty file becomes ours.
    private static func checkOurs(_ database: Database, path: String) throws(StoreError) {
        let mark = try database.number("PRAGMA application_id")
        if mark == applicationID { return }
        let objects = try database.number("SELECT count(*) FROM sqlite_schema")
        guard mark == 0, objects == 0 else {
            throw StoreError(.corrupt, "\(path) is a database of another program: name another data folder")
        }
    }

    private static func migrate(_ database: Database, from version: Int64) throws(StoreError) {
        try database.execute("BEGIN IMMEDIATE")
        do {
            try database.execute(migrations[Int(version)])
            try database.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version + 1)")
            try database.execute("COMMIT")
        } catch {
            if database.isInTransaction { try? database.execute("ROLLBACK") }
            throw error
        }
    }

    /// Steps, addresses in place of pictures, settled tasks, paused engines, and what lists and the removal of old tasks look for.
    private static let version2 = """
        ALTER TABLE task ADD COLUMN source_url TEXT;
        ALTER TABLE task ADD COLUMN pose_url TEXT;
        ALTER TABLE task ADD COLUMN is_last_step INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE task ADD COLUMN step_source TEXT;
        ALTER TABLE task ADD COLUMN earlier_cost TEXT;
        ALTER TABLE task ADD COLUMN follows TEXT;
        ALTER TABLE task ADD COLUMN follow_up TEXT;
        ALTER TABLE task ADD COLUMN resolution TEXT;
        ALTER TABLE task ADD COLUMN resolution_run TEXT;
        CREATE INDEX task_run ON task(run) WHERE run IS NOT NULL;
        CREATE INDEX task_unknown ON task(number) WHERE failure_reason = 'SUBMISSION_UNKNOWN' AND resolution IS NULL;
        CREATE INDEX task_ended ON task(ended_at) WHERE state >= 6;

        CREATE TABLE paused_engine(name TEXT PRIMARY KEY) WITHOUT ROWID, STRICT;
        """

    /// Columns are read and written by name (`TaskColumns`, `EventColumns`). Times are Unix milliseconds; NULL is "none".
    private static let version1 = """
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
