package import BackendAPI
package import EngineCore
import Synchronization

/// The durable record of tasks and events in a SQLite file: WAL, synced at each commit.
///
/// The engine's thread uses it, and the housekeeper between two commits; the lock (some nanoseconds when nobody else has it) keeps them
/// apart.
package final class SQLiteJournal: TaskJournal, Sendable {
    private let writer: Mutex<JournalWriter?>
    /// Kept, so that the folder stays locked for as long as anyone may write to it.
    private let folder: DataFolder

    init(folder: DataFolder, vfs: String?) throws(StoreError) {
        self.folder = folder
        writer = Mutex(try JournalWriter(path: folder.database, vfs: vfs))
    }

    package func recover() throws(StoreError) -> Recovery {
        try use { writer throws(StoreError) in
            var recovery = Recovery()
            recovery.openTasks = try writer.database.openTasks()
            recovery.uploads = try writer.database.uploads()
            recovery.pausedEngines = try writer.database.pausedEngines()
            recovery.highestNumber = try writer.database.number("SELECT \(Highest.number)")
            recovery.highestCursor = UInt64(max(0, try writer.database.number("SELECT \(Highest.cursor)")))
            return recovery
        }
    }

    package func commit(_ writes: [JournalWrite]) throws(StoreError) {
        if writes.isEmpty { return }
        try use { writer throws(StoreError) in try writer.commit(writes) }
    }

    package func task(caller: String, idempotencyKey: String) throws(StoreError) -> TaskRecord? {
        try use { writer throws(StoreError) in
            try writer.database.task(caller: caller, idempotencyKey: idempotencyKey)
        }
    }

    package func task(_ id: TaskID) throws(StoreError) -> TaskRecord? {
        try use { writer throws(StoreError) in try writer.database.task(id) }
    }

    package func task(run: RunID, engine: String) throws(StoreError) -> TaskRecord? {
        try use { writer throws(StoreError) in try writer.database.task(run: run, engine: engine) }
    }

    package func image(caller: String, digest: ContentDigest, now: Int64) throws(StoreError) -> StoredImage? {
        try use { writer throws(StoreError) in
            try writer.database.image(caller: caller, digest: digest, now: now)?.image
        }
    }

    func instanceID() throws(StoreError) -> String {
        try use { writer throws(StoreError) in
            guard let id = try writer.database.text("SELECT value FROM meta WHERE key = 'instance_id'") else {
                throw StoreError(.corrupt, "\(folder.database) has no instance id")
            }
            return id
        }
    }

    func close() { writer.withLock { $0 = nil } }

    /// Between two commits of the engine, which waits meanwhile.
    func use<Value: Sendable>(_ body: (JournalWriter) throws(StoreError) -> Value) throws(StoreError) -> Value {
        try writer.withLock { writer throws(StoreError) in
            guard let writer else { throw StoreError(.io, "the store is closed") }
            return try body(writer)
        }
    }
}
