import EngineCore
import Glibc

/// What a folder looks like to somebody who would start a store on it. Nothing is made, changed or left behind for it.
package struct FolderLook: Sendable, Equatable {
    /// Without links; of a folder that is not there, as it was given.
    package var path: String
    package var exists: Bool
    /// Why `TaskStore.open` would refuse it, or could not make it, with what to do; `nil`: it would not.
    package var fault: String?
    /// The folder itself, or the nearest one above it that is there.
    package var isWritable: Bool?
    /// For this user, in bytes.
    package var freeBytes: Int64?
    /// Who has it open (`process 123`); `nil`: nobody.
    package var holder: String?

    package init(at path: String) {
        self.path = path
        exists = access(path, F_OK) == 0
        do throws(StoreError) {
            if exists { try lookInside() } else { try lookAbove() }
        } catch {
            fault = error.message
        }
    }

    private mutating func lookInside() throws(StoreError) {
        path = try Folders.resolve(path)
        look(at: path)
        try DataFolder.checkRights(path)
        try DataFolder.checkOurs(path)
        holder = try Self.holder(path)
    }

    /// Missing folders above it would be made as well, so the nearest one that is there counts.
    private mutating func lookAbove() throws(StoreError) {
        guard !path.isEmpty else { throw StoreError(.folder, "the path of the data folder is empty: name a folder") }
        var above = Folders.parent(of: path)
        while access(above, F_OK) != 0, errno == ENOENT, above != "/", above != "." {
            above = Folders.parent(of: above)
        }
        var status = stat()
        guard stat(above, &status) == 0 else { throw StoreError(errno: errno, "look at \(above)") }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.folder, "\(path) cannot be made: \(above) is not a folder")
        }
        look(at: above)
        if isWritable == false {
            throw StoreError(
                .folder, "\(path) is not there, and this user may not make it: \(above) cannot be written to")
        }
    }

    private mutating func look(at folder: String) {
        isWritable = faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return }
        let (bytes, overflows) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        freeBytes = overflows ? .max : Int64(clamping: bytes)
    }

    /// Asks for the lock as a reader would and gives it back at once: a service that starts in that very moment is refused.
    private static func holder(_ path: String) throws(StoreError) -> String? {
        let file: OpenFile
        do throws(StoreError) {
            file = try OpenFile(path + "/lock", O_RDONLY | O_NOFOLLOW)
        } catch  where error.code == .missing {
            return nil
        }
        guard flock(file.descriptor, LOCK_SH | LOCK_NB) != 0 else {
            flock(file.descriptor, LOCK_UN)
            return nil
        }
        guard errno == EWOULDBLOCK else { throw StoreError(errno: errno, "ask for the lock \(file.path)") }
        let text = try DataFolder.holder(file)
        return text.isEmpty ? "another process" : String(text.dropFirst(" by ".count))
    }
}
