import EngineCore
import Glibc
import TaskStore
import Testing

/// Which failure is told as what: a full disk may pass by itself, a failed sync may not.
@Suite struct StoreErrorTests {
    @Test(
        arguments: [
            (ENOSPC, .full), (EDQUOT, .full), (ENOENT, .missing), (EACCES, .folder), (EROFS, .folder),
            (ENOTDIR, .folder),
            (EIO, .io), (EMFILE, .io), (EFBIG, .io),
        ] as [(Int32, StoreError.Code)])
    func systemErrors(_ number: Int32, _ code: StoreError.Code) {
        #expect(StoreError.code(errno: number) == code)
    }

    /// SQLite's numbers are its file format's: 10 IOERR, 3 << 8 of a write, 4 << 8 of a sync, 5 << 8 of a folder's sync.
    @Test(
        arguments: [
            (13, 0, .full), (10 | 3 << 8, EIO, .io), (10 | 3 << 8, EDQUOT, .full), (10 | 19 << 8, ENOSPC, .full),
            (10 | 4 << 8, ENOSPC, .io), (10 | 5 << 8, EDQUOT, .io), (11, 0, .corrupt), (11 | 1 << 8, 0, .corrupt),
            (26, 0, .corrupt), (19 | 6 << 8, 0, .corrupt), (5, 0, .inUse), (6, 0, .inUse), (14, EMFILE, .io),
            (7, 0, .io),
            (8, EROFS, .io),
        ] as [(Int32, Int32, StoreError.Code)])
    func errorsOfSQLite(_ extended: Int32, _ systemError: Int32, _ code: StoreError.Code) {
        #expect(StoreError.code(sqlite: extended, systemError: systemError) == code)
    }
}
