import EngineCore
import Glibc
import Synchronization

/// A file under `tmp/` that gets its digest's name at `commit`, or is removed.
final class FileImageWriter: ImageWriter {
    private enum State {
        case open(bytes: Int64)
        case ended
    }

    private let file: OpenFile
    private let store: FileImageStore
    private let state = Mutex(State.open(bytes: 0))

    init(file: OpenFile, store: FileImageStore) {
        self.file = file
        self.store = store
    }

    deinit { discard() }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        let before = try openBytes()
        try file.write(bytes)
        state.withLock { $0 = .open(bytes: before + Int64(bytes.count)) }
    }

    func commit(as digest: ContentDigest) throws(StoreError) {
        let bytes = try openBytes()
        defer { discard() }
        try file.sync()
        try giveName(store.path(of: digest), bytes: bytes)
        // Also where the file was there: whoever named it may not have synced the folder yet.
        try Folders.sync(store.branch(of: digest))
    }

    func discard() {
        state.withLock { state in
            guard case .open = state else { return }
            unlink(file.path)
            state = .ended
        }
    }

    private func openBytes() throws(StoreError) -> Int64 {
        guard case .open(let bytes) = state.withLock({ $0 }) else {
            throw StoreError(.io, "\(file.path) is written to after its end")
        }
        return bytes
    }

    /// A file of that name and size is the same content. One of another size was damaged from outside and is replaced.
    ///
    /// Either way it is young from now on: nobody may refer to it yet, and a sweep spares what is young.
    private func giveName(_ path: String, bytes: Int64) throws(StoreError) {
        try store.naming.withLock { _ throws(StoreError) in
            var status = stat()
            let isThere =
                lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && Int64(status.st_size) == bytes
            let named = isThere ? path : file.path
            guard utimensat(AT_FDCWD, named, nil, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw StoreError(errno: errno, "touch \(named)")
            }
            if isThere { return }
            guard rename(file.path, path) == 0 else { throw StoreError(errno: errno, "name \(path)") }
            state.withLock { $0 = .ended }
        }
    }
}
