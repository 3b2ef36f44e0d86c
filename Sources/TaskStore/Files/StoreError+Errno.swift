package import EngineCore
import Glibc

extension StoreError {
    /// What a failed system call means for the store. `action` says what was tried, with the path.
    init(errno number: Int32, _ action: String) {
        self.init(Self.code(errno: number), "cannot \(action): \(String(cString: strerror(number)))")
    }

    package static func code(errno number: Int32) -> Code {
        switch number {
        case ENOSPC, EDQUOT: .full
        case ENOENT: .missing
        case EACCES, EPERM, EROFS, ENOTDIR, ELOOP, ENAMETOOLONG: .folder
        default: .io
        }
    }
}
