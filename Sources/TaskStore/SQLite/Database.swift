import CSQLite
import EngineCore

/// One connection to a SQLite file.
///
/// Opened without SQLite's own mutex: whoever holds it sees to it that one thread at a time uses it (the journal and each read
/// connection stand in a `Mutex`). Not `Sendable`, so the compiler watches over that.
final class Database {
    enum Access {
        case write
        case read
    }

    /// Pages in the write-ahead log after the last commit of this connection.
    var logPages: Int32 { logPagesCell.pointee }

    private let handle: OpaquePointer
    /// Of a fixed address, as SQLite's hook writes to it. Freed after the connection that owns the hook is closed.
    private let logPagesCell: UnsafeMutablePointer<Int32>
    private var cache: [String: Statement] = [:]

    /// Opens a file that is there. `vfs` names SQLite's layer over the system (nil: the usual one).
    init(path: String, access: Access, vfs: String? = nil) throws(StoreError) {
        guard sqlite3_threadsafe() != 0 else {
            throw StoreError(.io, "the SQLite library was built for one thread only: install the usual libsqlite3")
        }
        var opened: OpaquePointer?
        let mode = access == .write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        let status = sqlite3_open_v2(path, &opened, mode | SQLITE_OPEN_NOMUTEX, vfs)
        guard status == SQLITE_OK, let opened else {
            defer { sqlite3_close_v2(opened) }
            throw StoreError(sqlite: status, on: opened, "open \(path)")
        }
        handle = opened
        logPagesCell = .allocate(capacity: 1)
        logPagesCell.initialize(to: 0)
        sqlite3_extended_result_codes(handle, 1)
        if access == .write { watchLog() }
    }

    /// Statements that still live keep SQLite's side of the connection until they are gone. None of them commits, so the hook is over.
    deinit {
        sqlite3_wal_hook(handle, nil, nil)
        sqlite3_close_v2(handle)
        logPagesCell.deallocate()
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
    var changes: Int64 { sqlite3_changes64(handle) }
    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Runs statements that give no rows.
    func execute(_ sql: String) throws(StoreError) {
        let status = sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else {
            throw StoreError(sqlite: status, on: handle, "run \"\(sql.prefix(60))\"")
        }
    }

    func prepare(_ sql: String) throws(StoreError) -> Statement {
        var prepared: OpaquePointer?
        let status = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard status == SQLITE_OK, let prepared else {
            throw StoreError(sqlite: status, on: handle, "prepare \"\(sql.prefix(60))\"")
        }
        return Statement(prepared)
    }

    /// The same statement for the same text, prepared once.
    func cached(_ sql: String) throws(StoreError) -> Statement {
        if let statement = cache[sql] { return statement }
        let statement = try prepare(sql)
        cache[sql] = statement
        return statement
    }

    /// The one number that a query gives.
    func number(_ sql: String) throws(StoreError) -> Int64 {
        let rows = try prepare(sql).rows { row throws(StoreError) in try row.integer(Int64.self) }
        guard let first = rows.first else { throw StoreError(.corrupt, "\"\(sql.prefix(60))\" gives nothing") }
        return first
    }

    /// The one text that a query gives, if any.
    func text(_ sql: String) throws(StoreError) -> String? {
        try prepare(sql).rows { row throws(StoreError) in row.text() }.first
    }

    /// Copies the log into the main file as far as readers let it. False: it was not possible now.
    func checkpoint() throws(StoreError) -> Bool {
        let status = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        if status == SQLITE_OK { return true }
        let error = StoreError(sqlite: status, on: handle, "copy the write-ahead log into the main file")
        if error.code == .inUse || error.code == .full { return false }
        throw error
    }

    /// In place of SQLite's own checkpoints, which hide a failed sync.
    /// Sound: the cell outlives the connection, and the hook runs on the thread that commits.
    private func watchLog() {
        sqlite3_wal_hook(
            handle,
            { cell, _, _, pages in
                cell?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, logPagesCell)
    }
}
