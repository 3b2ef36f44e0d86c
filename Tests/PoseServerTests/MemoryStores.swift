import Crypto
import EngineCore
import Synchronization

/// Images in memory.
final class MemoryImageStore: ImageStore {
    private let images = Mutex<[ContentDigest: [UInt8]]>([:])
    private let failure = Mutex<StoreError?>(nil)

    var digests: Set<ContentDigest> { images.withLock { Set($0.keys) } }
    var openWriters: Int { writers.withLock { $0 } }
    private let writers = Mutex(0)

    /// From now on every write fails.
    func fail(with error: StoreError) { failure.withLock { $0 = error } }

    @discardableResult func put(_ bytes: [UInt8]) -> ContentDigest {
        let digest = ContentDigest(SHA256.hash(data: bytes))
        images.withLock { $0[digest] = bytes }
        return digest
    }

    func remove(_ digest: ContentDigest) { images.withLock { $0[digest] = nil } }

    func makeWriter() throws(StoreError) -> any ImageWriter {
        writers.withLock { $0 += 1 }
        return Writer(store: self)
    }

    func open(_ digest: ContentDigest) throws(StoreError) -> any ImageReader {
        guard let bytes = images.withLock({ $0[digest] }) else { throw StoreError(.missing, "no such image") }
        return Reader(bytes: bytes)
    }

    func contains(_ digest: ContentDigest) -> Bool { images.withLock { $0[digest] != nil } }

    func path(of digest: ContentDigest) -> String { digest.hex }

    private final class Writer: ImageWriter {
        private let store: MemoryImageStore
        private let bytes = Mutex<[UInt8]>([])

        init(store: MemoryImageStore) { self.store = store }
        deinit { store.writers.withLock { $0 -= 1 } }

        func write(_ more: UnsafeRawBufferPointer) throws(StoreError) {
            if let error = store.failure.withLock({ $0 }) { throw error }
            bytes.withLock { $0.append(contentsOf: more) }
        }

        func commit(as digest: ContentDigest) throws(StoreError) {
            if let error = store.failure.withLock({ $0 }) { throw error }
            store.images.withLock { $0[digest] = bytes.withLock { $0 } }
        }

        func discard() {}
    }

    private struct Reader: ImageReader {
        let bytes: [UInt8]
        var sizeBytes: Int64 { Int64(bytes.count) }

        func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
            let rest = bytes.dropFirst(Int(offset)).prefix(buffer.count)
            buffer.copyBytes(from: rest)
            return rest.count
        }
    }
}

/// What is on disk, in memory.
final class MemoryReader: TaskReader {
    struct State {
        var records: [TaskID: TaskRecord] = [:]
        var events: [TaskEvent] = []
        var images: [String: [ContentDigest: (image: StoredImage, expiresAt: Int64)]] = [:]
        var pagesRead = 0
    }
    let state = Mutex(State())

    func task(_ id: TaskID) throws(StoreError) -> TaskRecord? { state.withLock { $0.records[id] } }

    func events(tasks: [TaskID]?, caller: String?, after: UInt64, upTo: UInt64, limit: Int) throws(StoreError)
        -> [TaskEvent]
    {
        state.withLock { state in
            state.pagesRead += 1
            let wanted = tasks.map(Set.init)
            return Array(
                state.events.lazy.filter { event in
                    event.cursor > after && event.cursor <= upTo && (wanted?.contains(event.task) ?? true)
                        && (caller.map { $0 == event.caller } ?? true)
                }.prefix(limit))
        }
    }

    func events(task: TaskID, afterSequence: UInt64, limit: Int) throws(StoreError) -> [TaskEvent] {
        state.withLock { state in
            state.pagesRead += 1
            return Array(state.events.lazy.filter { $0.task == task && $0.sequence > afterSequence }.prefix(limit))
        }
    }

    func image(caller: String, digest: ContentDigest, now: Int64) throws(StoreError) -> (
        image: StoredImage, expiresAt: Int64
    )? {
        state.withLock { state in
            guard let found = state.images[caller]?[digest], found.expiresAt > now else { return nil }
            return found
        }
    }
}
