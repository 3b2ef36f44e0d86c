package import EngineCore
import Synchronization

/// Reads of what is committed, over a few connections of its own: they never wait for the writer, and it never for them.
///
/// Each connection stands in a `Mutex` and is opened at its first use.
package final class SQLiteReader: TaskReader, TaskLists {
    private enum Slot {
        case unopened
        case open(Database)
        case closed
    }

    private final class Connection: Sendable {
        let slot = Mutex(Slot.unopened)
    }

    private let folder: DataFolder
    private let vfs: String?
    private let connections: [Connection]
    private let turn = Atomic<Int>(0)

    init(folder: DataFolder, vfs: String?) {
        self.folder = folder
        self.vfs = vfs
        connections = (0..<TaskStoreLimits.readConnections).map { _ in Connection() }
    }

    package func task(_ id: TaskID) throws(StoreError) -> TaskRecord? {
        try use { database throws(StoreError) in try database.task(id) }
    }

    /// Gives at most `TaskStoreLimits.eventsPerReadMax`.
    package func events(tasks: [TaskID]?, caller: String?, after: UInt64, upTo: UInt64, limit: Int) throws(StoreError)
        -> [TaskEvent]
    {
        let limit = Self.checked(limit)
        guard let tasks else {
            return try use { database throws(StoreError) in
                try database.events(caller: caller, after: after, upTo: upTo, limit: limit)
            }
        }
        return try use { database throws(StoreError) in
            try database.events(tasks: tasks, after: after, upTo: upTo, limit: limit)
        }
    }

    package func events(task: TaskID, afterSequence: UInt64, limit: Int) throws(StoreError) -> [TaskEvent] {
        let limit = Self.checked(limit)
        return try use { database throws(StoreError) in
            try database.events(task: task, afterSequence: afterSequence, limit: limit)
        }
    }

    package func image(caller: String, digest: ContentDigest, now: Int64) throws(StoreError) -> (
        image: StoredImage, expiresAt: Int64
    )? {
        try use { database throws(StoreError) in try database.image(caller: caller, digest: digest, now: now) }
    }

    /// Gives at most `TaskStoreLimits.tasksPerPageMax`, and looks at no more than `TaskStoreLimits.rowsPerListMax` rows.
    package func list(_ query: TaskListQuery) throws(StoreError) -> TaskListPage {
        try use { database throws(StoreError) in try database.list(query) }
    }

    func close() {
        for connection in connections { connection.slot.withLock { $0 = .closed } }
    }

    /// SQLite takes a negative limit for none.
    private static func checked(_ limit: Int) -> Int { min(max(1, limit), TaskStoreLimits.eventsPerReadMax) }

    /// A connection that nobody uses now, else the next in turn, after a wait.
    func use<Value: Sendable>(_ body: (Database) throws(StoreError) -> Value) throws(StoreError) -> Value {
        for connection in connections {
            let result = try connection.slot.withLockIfAvailable { slot throws(StoreError) in
                try body(try open(&slot))
            }
            if let result { return result }
        }
        let next = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return try connections[Int(UInt(bitPattern: next) % UInt(connections.count))].slot.withLock {
            slot throws(StoreError) in
            try body(try open(&slot))
        }
    }

    private func open(_ slot: inout Slot) throws(StoreError) -> Database {
        switch slot {
        case .open(let database): return database
        case .closed: throw StoreError(.io, "the store is closed")
        case .unopened:
            let database = try Database(path: folder.database, access: .read, vfs: vfs)
            try database.execute(
                "PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = \(TaskStoreLimits.readBusyMilliseconds)")
            slot = .open(database)
            return database
        }
    }
}
