import EngineCore
import Glibc
import Synchronization

/// The one folder that holds everything, owned by one process until `unlock`, or for as long as this value lives.
///
///     lock                    locked by the process that uses the folder; holds its number
///     tasks.sqlite            tasks, events, uploads (and SQLite's -wal and -shm)
///     images/00 ... images/ff pictures by the first byte of their digest
///     tmp/                    pictures in the making; emptied at each start
final class DataFolder: Sendable {
    let path: String
    private let lock: Mutex<OpenFile?>

    var database: String { path + "/tasks.sqlite" }
    var images: String { path + "/images" }
    var temporary: String { path + "/tmp" }

    /// Makes the folder where it is missing. Throws `folder` where it is another user's, open to others or full of other things,
    /// and `inUse` while another store has it.
    init(path: String) throws(StoreError) {
        guard !path.isEmpty else { throw StoreError(.folder, "the path of the data folder is empty: name a folder") }
        try Folders.make(path)
        let resolved = try Folders.resolve(path)
        try Self.checkRights(resolved)
        try Self.checkOurs(resolved)
        self.path = resolved
        lock = Mutex(try Self.takeLock(resolved))
        try Folders.make(images)
        try Folders.make(temporary)
        try removeLeftovers()
        try prepareDatabaseFile()
        try Folders.sync(resolved)
    }

    deinit { unlock() }

    /// Said to the kernel, as closing alone would leave the lock to a child process between its fork and its exec.
    func unlock() {
        lock.withLock { file in
            if let file { flock(file.descriptor, LOCK_UN) }
            file = nil
        }
    }

    static func checkRights(_ path: String) throws(StoreError) {
        let status = try OpenFile(path, O_RDONLY | O_DIRECTORY).status()
        guard status.st_uid == geteuid() else {
            throw StoreError(
                .folder,
                "the data folder \(path) belongs to user \(status.st_uid), but this process runs as user \(geteuid()): "
                    + "change its owner, or name a folder that does not exist yet")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw StoreError(
                .folder,
                "the data folder \(path) is open to other users (mode \(String(status.st_mode & 0o7777, radix: 8))): "
                    + "run chmod 700 on it, or name a folder that does not exist yet")
        }
    }

    /// Leftovers are removed at each start: that must never happen in a folder of other things.
    static func checkOurs(_ path: String) throws(StoreError) {
        let names = try Folders.names(in: path).filter { $0 != "lost+found" }
        guard names.isEmpty || names.contains("lock") else {
            throw StoreError(
                .folder,
                "the folder \(path) holds other things (\(names.sorted().prefix(3).joined(separator: ", "))) and no data of ours: "
                    + "name an empty folder or one that does not exist yet")
        }
    }

    /// `flock` binds to this opening of the file: a second store in this process is refused as well, and the lock goes with the process.
    private static func takeLock(_ path: String) throws(StoreError) -> OpenFile {
        let file = try OpenFile(path + "/lock", O_RDWR | O_CREAT | O_NOFOLLOW)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            if errno != EWOULDBLOCK { throw StoreError(errno: errno, "lock \(file.path)") }
            throw StoreError(
                .inUse,
                "the data folder \(path) is in use\(try holder(file)): stop that process, or name another folder")
        }
        // Also shows, before anything is promised, that the file system takes writes.
        guard ftruncate(file.descriptor, 0) == 0 else { throw StoreError(errno: errno, "write to \(file.path)") }
        let text = Array("\(getpid())\n".utf8)
        try text.withUnsafeBufferPointer { bytes throws(StoreError) in try file.write(UnsafeRawBufferPointer(bytes)) }
        try file.sync()
        return file
    }

    static func holder(_ file: OpenFile) throws(StoreError) -> String {
        var text = [UInt8](repeating: 0, count: 20)
        let count = try text.withUnsafeMutableBufferPointer { bytes throws(StoreError) in
            try file.read(at: 0, into: UnsafeMutableRawBufferPointer(bytes))
        }
        let digits = text.prefix(count).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.isEmpty ? "" : " by process \(String(decoding: digits, as: UTF8.self))"
    }

    private func removeLeftovers() throws(StoreError) {
        for name in try Folders.names(in: temporary) where unlink(temporary + "/" + name) != 0 {
            throw StoreError(errno: errno, "remove the leftover \(temporary)/\(name)")
        }
    }

    /// SQLite gives -wal and -shm the rights of the main file. Done before SQLite opens it: closing any descriptor of the file
    /// would drop this process's locks on it.
    private func prepareDatabaseFile() throws(StoreError) {
        let status = try OpenFile(database, O_RDWR | O_CREAT | O_NOFOLLOW).status()
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreError(.folder, "\(database) is not a file") }
    }
}
