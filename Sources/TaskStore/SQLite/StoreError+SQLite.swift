import CSQLite
package import EngineCore
import Glibc

extension StoreError {
    /// What the last failed call on `connection` means. `extended` is its result code.
    init(sqlite extended: Int32, on connection: OpaquePointer?, _ action: String) {
        let systemError = connection.map { sqlite3_system_errno($0) } ?? 0
        let text = connection.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(extended)
        self.init(
            Self.code(sqlite: extended, systemError: systemError),
            "cannot \(action): \(text.map { String(cString: $0) } ?? "no reason given") (SQLite \(extended))")
    }

    /// `systemError` is the errno behind it, 0: none.
    package static func code(sqlite extended: Int32, systemError: Int32) -> Code {
        switch extended & 0xFF {
        case SQLITE_FULL: .full
        // SQLite itself knows ENOSPC of writes only. After a failed sync nothing is known, whatever the reason.
        case SQLITE_IOERR where (systemError == ENOSPC || systemError == EDQUOT) && !isSync(extended): .full
        case SQLITE_BUSY, SQLITE_LOCKED: .inUse
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_ERROR: .corrupt
        default: .io
        }
    }

    /// The macros SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC are not imported.
    private static func isSync(_ extended: Int32) -> Bool {
        extended == SQLITE_IOERR | (4 << 8) || extended == SQLITE_IOERR | (5 << 8)
    }
}
