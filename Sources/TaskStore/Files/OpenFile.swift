import EngineCore
import Glibc

/// An open file of ours, closed with the last reference to it.
///
/// The descriptor never changes, and each call is one system call that the kernel makes safe from any thread.
final class OpenFile: Sendable {
    let path: String
    let descriptor: Int32

    /// New files are 0600 whatever the umask says.
    init(_ path: String, _ flags: Int32) throws(StoreError) {
        self.path = path
        let opened = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw StoreError(errno: errno, "open \(path)") }
        // From here on `deinit` closes it, also after a throw.
        descriptor = opened
        if flags & O_CREAT != 0, fchmod(descriptor, 0o600) != 0 {
            throw StoreError(errno: errno, "set the rights of \(path)")
        }
    }

    deinit { close(descriptor) }

    /// Appends all of `bytes`, or throws.
    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(descriptor, start, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw StoreError(errno: errno, "write to \(path)")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    /// Fills as much of `buffer` as there is from `offset`.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
        var filled = 0
        while let start = buffer.baseAddress, filled < buffer.count {
            let count = pread(descriptor, start + filled, buffer.count - filled, Int(offset) + filled)
            if count < 0 {
                if errno == EINTR { continue }
                throw StoreError(errno: errno, "read \(path)")
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Puts the bytes on stable storage. Never tried twice: after a failure the kernel may call lost pages clean.
    func sync() throws(StoreError) {
        guard fsync(descriptor) == 0 else {
            throw StoreError(.io, "cannot sync \(path): \(String(cString: strerror(errno)))")
        }
    }

    func status() throws(StoreError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StoreError(errno: errno, "look at \(path)") }
        return status
    }
}
