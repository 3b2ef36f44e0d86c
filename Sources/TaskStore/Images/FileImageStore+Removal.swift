import EngineCore
import Glibc
import Synchronization

/// Removal of files. A reader that has one open reads on to its end.
extension FileImageStore {
    /// Removes the file that bears this name, unless it was touched after `moment` (Unix milliseconds). Gives its bytes; nil: it stays, or
    /// is not there.
    func remove(_ path: String, touchedBy moment: Int64) throws(StoreError) -> Int64? {
        try naming.withLock { _ throws(StoreError) in
            guard let file = try facts(path), file.touchedAt <= moment else { return nil }
            guard unlink(path) == 0 else { throw StoreError(errno: errno, "remove \(path)") }
            return file.bytes
        }
    }

    /// nil: no such file.
    func facts(_ path: String) throws(StoreError) -> (bytes: Int64, touchedAt: Int64)? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw StoreError(errno: errno, "look at \(path)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        return (Int64(status.st_size), WallClock.milliseconds(status.st_mtim))
    }

    /// Calls `take` with the path and the digest's first bits of every file that a digest names.
    func forEachFile(_ take: (String, FileKey) throws(StoreError) -> Void) throws(StoreError) {
        for byte in UInt8.min...UInt8.max {
            let folder = branch(byte)
            for name in try Folders.names(in: folder) {
                guard ContentDigest(hex: name)?.hex == name, let key = FileKey(hex: name.utf8) else { continue }
                try take("\(folder)/\(name)", key)
            }
        }
    }
}
