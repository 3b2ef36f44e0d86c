import BackendAPI
import EngineCore
import Synchronization

/// All three ports in memory: for tests that need a store and no disk, and to hold the conformance cases against a second reading.
final class MemoryStore: TaskJournal, TaskReader, TaskLists, ImageStore {
    struct Owned: Hashable {
        var owner: String
        var digest: ContentDigest
    }

    struct Content {
        var tasks: [Int64: TaskRecord] = [:]
        var events: [UInt64: TaskEvent] = [:]
        var uploads: [Owned: UploadRecord] = [:]
        var put: [Owned: (image: StoredImage, expiresAt: Int64)] = [:]
        var images: [ContentDigest: (bytes: [UInt8], touchedAt: Int64)] = [:]
        var pausedEngines: Set<String> = []
        var removedNumber: Int64 = 0
        var removedCursor: UInt64 = 0
        var sweptAt: Int64?
    }

    let content = Mutex(Content())

    func recover() throws(StoreError) -> Recovery {
        content.withLock { content in
            var recovery = Recovery()
            recovery.openTasks = content.tasks.values.filter { !$0.state.isTerminal }.sorted { $0.number < $1.number }
            recovery.uploads = content.uploads.values.sorted {
                ($0.engine, $0.digest.hex) < ($1.engine, $1.digest.hex)
            }
            recovery.pausedEngines = content.pausedEngines
            recovery.highestNumber = max(content.removedNumber, content.tasks.keys.max() ?? 0)
            recovery.highestCursor = max(content.removedCursor, content.events.keys.max() ?? 0)
            return recovery
        }
    }

    func commit(_ writes: [JournalWrite]) throws(StoreError) {
        try content.withLock { content throws(StoreError) in
            var changed = content
            for write in writes { try Self.put(write, into: &changed) }
            content = changed
        }
    }

    func task(caller: String, idempotencyKey: String) throws(StoreError) -> TaskRecord? {
        guard !idempotencyKey.isEmpty else { return nil }
        return content.withLock { content in
            content.tasks.values.first { $0.caller == caller && $0.idempotencyKey == idempotencyKey }
        }
    }

    func task(_ id: TaskID) throws(StoreError) -> TaskRecord? {
        content.withLock { content in content.tasks.values.first { $0.id == id } }
    }

    func task(run: RunID, engine: String) throws(StoreError) -> TaskRecord? {
        content.withLock { content in content.tasks.values.first { $0.run == run && $0.engine == engine } }
    }

    func image(caller: String, digest: ContentDigest, now: Int64) throws(StoreError) -> StoredImage? {
        let found: (image: StoredImage, expiresAt: Int64)? = try image(caller: caller, digest: digest, now: now)
        return found?.image
    }

    func image(caller: String, digest: ContentDigest, now: Int64) throws(StoreError) -> (
        image: StoredImage, expiresAt: Int64
    )? {
        content.withLock { content in
            content.put[Owned(owner: caller, digest: digest)].flatMap { $0.expiresAt > now ? $0 : nil }
        }
    }

    func events(tasks: [TaskID]?, caller: String?, after: UInt64, upTo: UInt64, limit: Int) throws(StoreError)
        -> [TaskEvent]
    {
        chosen(limit, by: \.cursor) { event in
            guard after < event.cursor, event.cursor <= upTo else { return false }
            if let tasks { return tasks.contains(event.task) }
            return caller == nil || event.caller == caller
        }
    }

    func events(task: TaskID, afterSequence: UInt64, limit: Int) throws(StoreError) -> [TaskEvent] {
        chosen(limit, by: \.sequence) { $0.task == task && $0.sequence > afterSequence }
    }

    func list(_ query: TaskListQuery) throws(StoreError) -> TaskListPage {
        let all = content.withLock { $0.tasks.values.sorted { $0.number > $1.number } }
        let found = all.filter { task in
            if let caller = query.caller, caller != task.caller { return false }
            if !query.states.isEmpty, !query.states.contains(task.state) { return false }
            if query.isUnknownOnly, task.failure?.reason != .submissionUnknown || task.resolution != nil {
                return false
            }
            guard task.createdAt >= query.createdFrom ?? .min, task.createdAt < query.createdBefore ?? .max else {
                return false
            }
            guard task.number < query.below ?? .max else { return false }
            return query.labels.allSatisfy { task.labels[$0.key] == $0.value }
        }
        let page = Array(found.prefix(max(1, query.limit)))
        return TaskListPage(tasks: page, next: page.count < found.count ? page.last?.number : nil)
    }

    private func chosen(_ limit: Int, by key: (TaskEvent) -> UInt64, where isChosen: (TaskEvent) -> Bool) -> [TaskEvent]
    {
        let events = content.withLock { Array($0.events.values) }
        return Array(events.filter(isChosen).sorted { key($0) < key($1) }.prefix(max(1, limit)))
    }

    private static func put(_ write: JournalWrite, into content: inout Content) throws(StoreError) {
        switch write {
        case .insert(let record, let event):
            let isTaken = content.tasks.values.contains {
                $0.number == record.number || $0.id == record.id
                    || (!record.idempotencyKey.isEmpty && $0.caller == record.caller
                        && $0.idempotencyKey == record.idempotencyKey)
            }
            guard !isTaken else { throw StoreError(.corrupt, "the task \(record.number) is there already") }
            content.tasks[record.number] = record
            try put(event, into: &content)
        case .update(let record, let event):
            guard let stored = content.tasks[record.number], !stored.state.isTerminal else {
                throw StoreError(.corrupt, "no open task \(record.number)")
            }
            content.tasks[record.number] = record
            try put(event, into: &content)
        case .upload(let upload):
            content.uploads[Owned(owner: upload.engine, digest: upload.digest)] = upload
        case .image(let caller, let image, let expiresAt):
            content.put[Owned(owner: caller, digest: image.digest)] = (image, expiresAt)
        case .settle(let record):
            guard content.tasks[record.number]?.state.isTerminal != false else {
                throw StoreError(.corrupt, "no ended task \(record.number)")
            }
            content.tasks[record.number]?.resolution = record.resolution
            content.tasks[record.number]?.followUp = record.followUp
        case .pause(let engine, let isPaused):
            if isPaused {
                content.pausedEngines.insert(engine)
            } else {
                content.pausedEngines.remove(engine)
            }
        }
    }

    private static func put(_ event: TaskEvent, into content: inout Content) throws(StoreError) {
        let isTaken = content.events.values.contains {
            $0.cursor == event.cursor || ($0.taskNumber == event.taskNumber && $0.sequence == event.sequence)
        }
        guard !isTaken else { throw StoreError(.corrupt, "the event \(event.cursor) is there already") }
        content.events[event.cursor] = event
    }

    func makeWriter() throws(StoreError) -> any ImageWriter { Writer(store: self) }

    func open(_ digest: ContentDigest) throws(StoreError) -> any ImageReader {
        guard let bytes = content.withLock({ $0.images[digest]?.bytes }) else {
            throw StoreError(.missing, "no image \(digest)")
        }
        return Reader(bytes: bytes)
    }

    func contains(_ digest: ContentDigest) -> Bool { content.withLock { $0.images[digest] != nil } }

    func path(of digest: ContentDigest) -> String { "/memory/\(digest)" }

    private final class Writer: ImageWriter {
        private let store: MemoryStore
        private let bytes = Mutex<[UInt8]?>([])

        init(store: MemoryStore) { self.store = store }

        func write(_ added: UnsafeRawBufferPointer) throws(StoreError) {
            let added = Array(added)
            let isOpen = bytes.withLock { bytes in
                bytes?.append(contentsOf: added)
                return bytes != nil
            }
            if !isOpen { throw StoreError(.io, "written to after its end") }
        }

        func commit(as digest: ContentDigest) throws(StoreError) {
            guard let all = bytes.withLock({ $0.take() }) else { throw StoreError(.io, "committed after its end") }
            store.content.withLock { $0.images[digest] = (all, wallClock()) }
        }

        func discard() { bytes.withLock { $0 = nil } }
    }

    private struct Reader: ImageReader {
        let bytes: [UInt8]
        var sizeBytes: Int64 { Int64(bytes.count) }

        func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
            guard offset >= 0, offset < sizeBytes else { return 0 }
            let part = bytes[Int(offset)...].prefix(buffer.count)
            buffer.copyBytes(from: part)
            return part.count
        }
    }
}
