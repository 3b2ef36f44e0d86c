import EngineCore
import Synchronization

/// An image store in memory that refuses and remembers what no user of the port may do.
final class ImagesMemoryStore: ImageStore {
    struct Contents {
        var images: [ContentDigest: [UInt8]] = [:]
        /// Bytes under temporary names.
        var open: [Int: [UInt8]] = [:]
        var writers = 0
        var illegalCalls: [String] = []
    }

    enum Failing: Sendable {
        case nothing, makingWriters, writes, commits
    }

    private let contents = Mutex(Contents())
    private let failing: Failing

    init(failing: Failing = .nothing) { self.failing = failing }

    var images: [ContentDigest: [UInt8]] { contents.withLock { $0.images } }
    var openWriters: Int { contents.withLock { $0.open.count } }
    var illegalCalls: [String] { contents.withLock { $0.illegalCalls } }

    func makeWriter() throws(StoreError) -> any ImageWriter {
        if failing == .makingWriters { throw StoreError(.full, "no space left") }
        let number = contents.withLock { contents in
            contents.writers += 1
            contents.open[contents.writers] = []
            return contents.writers
        }
        return Writer(store: self, number: number)
    }

    func open(_ digest: ContentDigest) throws(StoreError) -> any ImageReader {
        throw StoreError(.missing, "this store is not read from")
    }

    func contains(_ digest: ContentDigest) -> Bool { contents.withLock { $0.images[digest] != nil } }

    func path(of digest: ContentDigest) -> String { digest.hex }

    private struct Writer: ImageWriter {
        let store: ImagesMemoryStore
        let number: Int

        func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
            let isOpen = store.contents.withLock { contents in
                guard contents.open[number] != nil else {
                    contents.illegalCalls.append("write to a closed writer")
                    return false
                }
                contents.open[number]?.append(contentsOf: bytes)
                return true
            }
            if !isOpen { throw StoreError(.io, "closed") }
            if store.failing == .writes { throw StoreError(.full, "no space left") }
        }

        func commit(as digest: ContentDigest) throws(StoreError) {
            if store.failing == .commits { throw StoreError(.io, "sync failed") }
            let isOpen = store.contents.withLock { contents in
                guard let bytes = contents.open.removeValue(forKey: number) else {
                    contents.illegalCalls.append("commit of a closed writer")
                    return false
                }
                contents.images[digest] = bytes
                return true
            }
            if !isOpen { throw StoreError(.io, "closed") }
        }

        func discard() {
            store.contents.withLock { contents in
                if contents.open.removeValue(forKey: number) == nil {
                    contents.illegalCalls.append("discard of a closed writer")
                }
            }
        }
    }
}
