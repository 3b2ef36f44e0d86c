import CSQLite
import Glibc
import Synchronization

/// SQLite's usual layer over the system, with writes and syncs that fail on demand and are counted.
///
/// One for the process, so only the serialized suite `DurabilityTests` uses it. Unsafe state is sound: each pointer is set once, before the first
/// file that uses it is handed out, and only read after that.
enum FaultyVFS {
    static let failsLogSync = Atomic(false)
    static let failsMainSync = Atomic(false)
    static let failsLogWriteAfter = Atomic(Int.max)
    static let logSyncs = Atomic(0)

    static func heal() {
        failsLogSync.store(false, ordering: .relaxed)
        failsMainSync.store(false, ordering: .relaxed)
        failsLogWriteAfter.store(.max, ordering: .relaxed)
    }

    /// What `TaskStore.open(path:vfs:)` takes; the first use registers the layer.
    static let name: String = {
        guard let found = sqlite3_vfs_find(nil) else { preconditionFailure("SQLite has no VFS") }
        usual = found
        let faulty = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        faulty.initialize(to: found.pointee)
        faulty.pointee.zName = UnsafePointer(strdup("faulty"))
        faulty.pointee.pNext = nil
        faulty.pointee.xOpen = { _, path, file, flags, outFlags in
            let status = FaultyVFS.usual?.pointee.xOpen(FaultyVFS.usual, path, file, flags, outFlags) ?? SQLITE_ERROR
            if status == SQLITE_OK, let file { FaultyVFS.changeMethods(of: file, flags: flags) }
            return status
        }
        sqlite3_vfs_register(faulty, 0)
        return "faulty"
    }()

    nonisolated(unsafe) private static var usual: UnsafeMutablePointer<sqlite3_vfs>?
    /// SQLite has other methods for the main file, which it locks, than for the log.
    nonisolated(unsafe) private static var usualMain: UnsafePointer<sqlite3_io_methods>?
    nonisolated(unsafe) private static var usualLog: UnsafePointer<sqlite3_io_methods>?
    nonisolated(unsafe) private static var faultyMain: UnsafePointer<sqlite3_io_methods>?
    nonisolated(unsafe) private static var faultyLog: UnsafePointer<sqlite3_io_methods>?
    private static let firstOpen = Mutex(())

    private static func changeMethods(of file: UnsafeMutablePointer<sqlite3_file>, flags: Int32) {
        guard let methods = file.pointee.pMethods else { return }
        firstOpen.withLock { _ in
            if flags & SQLITE_OPEN_MAIN_DB != 0 {
                if faultyMain == nil { makeMain(from: methods) }
                file.pointee.pMethods = faultyMain
            } else if flags & SQLITE_OPEN_WAL != 0 {
                if faultyLog == nil { makeLog(from: methods) }
                file.pointee.pMethods = faultyLog
            }
        }
    }

    private static func makeMain(from methods: UnsafePointer<sqlite3_io_methods>) {
        usualMain = methods
        let main = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        main.initialize(to: methods.pointee)
        main.pointee.xSync = { file, flags in
            if FaultyVFS.failsMainSync.load(ordering: .relaxed) { return SQLITE_IOERR | (4 << 8) }
            return FaultyVFS.usualMain?.pointee.xSync(file, flags) ?? SQLITE_ERROR
        }
        faultyMain = UnsafePointer(main)
    }

    private static func makeLog(from methods: UnsafePointer<sqlite3_io_methods>) {
        usualLog = methods
        let log = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        log.initialize(to: methods.pointee)
        log.pointee.xSync = { file, flags in
            FaultyVFS.logSyncs.wrappingAdd(1, ordering: .relaxed)
            if FaultyVFS.failsLogSync.load(ordering: .relaxed) { return SQLITE_IOERR | (4 << 8) }
            return FaultyVFS.usualLog?.pointee.xSync(file, flags) ?? SQLITE_ERROR
        }
        log.pointee.xWrite = { file, bytes, count, offset in
            if FaultyVFS.failsLogWriteAfter.wrappingSubtract(1, ordering: .relaxed).oldValue <= 0 { return SQLITE_FULL }
            return FaultyVFS.usualLog?.pointee.xWrite(file, bytes, count, offset) ?? SQLITE_ERROR
        }
        faultyLog = UnsafePointer(log)
    }
}
