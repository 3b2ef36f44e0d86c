import EngineCore

/// The one connection that writes.
final class JournalWriter {
    let database: Database
    private let path: String
    private let insertTask: Statement
    private let updateTask: Statement
    private let insertEvent: Statement
    private let replaceUpload: Statement
    private let replaceImage: Statement
    private let settleTask: Statement
    private let begin: Statement
    private let end: Statement
    /// Callers' numbers, as committed. There are as many as there are tokens in the configuration.
    private var callers: [String: Int64] = [:]
    /// Why nothing more may be written.
    private var fault: StoreError?

    /// Opens the file, brings it to this version and makes sure that a commit is durable.
    init(path: String, vfs: String?) throws(StoreError) {
        self.path = path
        database = try Database(path: path, access: .write, vfs: vfs)
        // The file is looked at before anything in it is changed; the switch to WAL would already be a change.
        try database.execute("PRAGMA busy_timeout = 0; PRAGMA trusted_schema = OFF")
        try Schema.bringUp(database, path: path)
        try Self.makeDurable(database, path: path)
        insertTask = try database.prepare(TaskColumns.insert)
        updateTask = try database.prepare(TaskColumns.update)
        insertEvent = try database.prepare(EventColumns.insert)
        replaceUpload = try database.prepare(
            "INSERT OR REPLACE INTO upload(engine, digest, handle, expires_at) VALUES(?, ?, ?, ?)")
        replaceImage = try database.prepare(
            "INSERT OR REPLACE INTO image(caller, digest, bytes, type, width, height, expires_at) VALUES(?, ?, ?, ?, ?, ?, ?)"
        )
        settleTask = try database.prepare(TaskColumns.settle)
        begin = try database.prepare("BEGIN IMMEDIATE")
        end = try database.prepare("COMMIT")
    }

    /// All of `writes` in one transaction, or none. After any failure but a full disk or a busy file nothing more is written: what the
    /// kernel still holds of a failed sync is unknown, so only a new start may judge by the file.
    func commit(_ writes: [JournalWrite]) throws(StoreError) {
        try inTransaction { () throws(StoreError) in for write in writes { try put(write) } }
    }

    /// Durable as a whole when it returns; see `commit`.
    func inTransaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        if let fault {
            throw StoreError(fault.code, "nothing is written to \(path) any more since: \(fault.message)")
        }
        do {
            try begin.run()
            try body()
            try end.run()
        } catch {
            undo(after: error)
            throw error
        }
        checkpointIfDue()
    }

    /// `synchronous` is per connection and has other defaults in other builds: set, then read back.
    private static func makeDurable(_ database: Database, path: String) throws(StoreError) {
        let mode = try database.text("PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw StoreError(
                .io,
                "\(path) cannot have a write-ahead log (journal mode \(mode ?? "unknown")): use a local file system")
        }
        try database.execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA cache_size = -\(TaskStoreLimits.writerCacheKiB);
            PRAGMA temp_store = MEMORY;
            """)
        _ = try database.number("PRAGMA journal_size_limit = \(TaskStoreLimits.logBytesKept)")
        let synchronous = try database.number("PRAGMA synchronous")
        guard synchronous == 2 else {
            throw StoreError(.io, "\(path) is not synced at each commit (synchronous is \(synchronous), not 2)")
        }
    }

    private func put(_ write: JournalWrite) throws(StoreError) {
        switch write {
        case .insert(let record, let event):
            let caller = try number(ofCaller: record.caller)
            try TaskColumns.bindAsked(record, caller: caller, to: insertTask)
            try TaskColumns.bindStanding(record, to: insertTask)
            try insertTask.run()
            try put(event, caller: caller)
        case .update(let record, let event):
            try TaskColumns.bindStanding(record, to: updateTask)
            updateTask.bind(record.number)
            try updateTask.run()
            guard database.changes == 1 else {
                throw StoreError(.corrupt, "\(path) holds no open task \(record.number) (\(record.id)) to be changed")
            }
            try put(event, caller: try number(ofCaller: record.caller))
        case .upload(let upload):
            replaceUpload.bind(upload.engine)
            replaceUpload.bind(upload.digest)
            replaceUpload.bind(upload.handle)
            replaceUpload.bind(upload.expiresAt)
            try replaceUpload.run()
        case .image(let caller, let image, let expiresAt):
            replaceImage.bind(try number(ofCaller: caller))
            replaceImage.bind(image)
            replaceImage.bind(expiresAt)
            try replaceImage.run()
        case .settle(let record):
            TaskColumns.bindSettled(record, to: settleTask)
            try settleTask.run()
            // None: it was removed for good meanwhile, at an operator's word.
            if database.changes == 0, try database.task(record.id) != nil {
                throw StoreError(.corrupt, "the task \(record.number) (\(record.id)) in \(path) has not ended")
            }
        case .pause(let engine, let isPaused): try pause(engine, isPaused)
        }
    }

    private func pause(_ engine: String, _ isPaused: Bool) throws(StoreError) {
        let statement = try database.cached(
            isPaused
                ? "INSERT OR IGNORE INTO paused_engine(name) VALUES(?)" : "DELETE FROM paused_engine WHERE name = ?")
        statement.bind(engine)
        try statement.run()
    }

    private func put(_ event: TaskEvent, caller: Int64) throws(StoreError) {
        try EventColumns.bind(event, caller: caller, to: insertEvent)
        try insertEvent.run()
    }

    private func number(ofCaller name: String) throws(StoreError) -> Int64 {
        if let number = callers[name] { return number }
        let find = try database.cached("SELECT id FROM caller WHERE name = ?")
        find.bind(name)
        var number = try find.rows { row throws(StoreError) in try row.integer(Int64.self) }.first
        if number == nil {
            let add = try database.cached("INSERT INTO caller(name) VALUES(?)")
            add.bind(name)
            try add.run()
            number = database.lastInsertedRow
        }
        guard let number else { throw StoreError(.corrupt, "\(path) holds no number for the caller \(name)") }
        callers[name] = number
        return number
    }

    private func undo(after error: StoreError) {
        callers = [:]
        var isUndone = true
        if database.isInTransaction {
            do { try database.execute("ROLLBACK") } catch { isUndone = false }
        }
        if !isUndone || (error.code != .full && error.code != .inUse) { fault = error }
    }

    /// The commit before it is durable already, so a failure here is told by the next one.
    private func checkpointIfDue() {
        guard database.logPages >= TaskStoreLimits.checkpointPages else { return }
        do { _ = try database.checkpoint() } catch { fault = error }
    }
}
