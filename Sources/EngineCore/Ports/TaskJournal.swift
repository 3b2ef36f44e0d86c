package import BackendAPI

/// One thing to put on disk. A batch of them is one transaction.
package enum JournalWrite: Sendable, Equatable {
    /// A new task with its first event.
    case insert(TaskRecord, TaskEvent)
    /// A changed task, with the stored event that tells it.
    case update(TaskRecord, TaskEvent)
    /// An image that the provider has.
    case upload(UploadRecord)
    /// An image that a caller put, usable by digest until `expiresAt` (Unix milliseconds). Replaces an earlier row of the same pair.
    case image(caller: String, StoredImage, expiresAt: Int64)
    /// An ended task's resolution and follow-up; its story stays as it is.
    case settle(TaskRecord)
    /// Whether an engine is paused.
    case pause(engine: String, Bool)
}

/// An upload that may be used again: the provider's handle of one content.
package struct UploadRecord: Sendable, Equatable {
    package var engine: String
    package var digest: ContentDigest
    package var handle: String
    /// Unix milliseconds.
    package var expiresAt: Int64

    package init(engine: String, digest: ContentDigest, handle: String, expiresAt: Int64) {
        self.engine = engine
        self.digest = digest
        self.handle = handle
        self.expiresAt = expiresAt
    }
}

/// What a start finds on disk.
package struct Recovery: Sendable, Equatable {
    /// All tasks that have not ended, by number.
    package var openTasks: [TaskRecord] = []
    package var uploads: [UploadRecord] = []
    package var pausedEngines: Set<String> = []
    package var highestNumber: Int64 = 0
    package var highestCursor: UInt64 = 0
    package init() {}
}

/// The durable record of tasks and events. Used from the engine's one thread alone.
package protocol TaskJournal {
    /// Reads what a start needs.
    func recover() throws(StoreError) -> Recovery
    /// Puts all writes on stable storage in one transaction, or none. When it returns they survive a loss of power.
    /// After an error nothing of the batch may be taken as stored, and the engine stops.
    func commit(_ writes: [JournalWrite]) throws(StoreError)
    /// The task that a caller made with a key.
    func task(caller: String, idempotencyKey: String) throws(StoreError) -> TaskRecord?
    func task(_ id: TaskID) throws(StoreError) -> TaskRecord?
    /// A task whose present or last attempt has this run of the engine.
    func task(run: RunID, engine: String) throws(StoreError) -> TaskRecord?
    /// An image that the caller put and that has not expired at `now` (Unix milliseconds).
    func image(caller: String, digest: ContentDigest, now: Int64) throws(StoreError) -> StoredImage?
}

/// Reads of committed tasks and events from any thread but an event loop (they may block).
package protocol TaskReader: Sendable {
    func task(_ id: TaskID) throws(StoreError) -> TaskRecord?
    /// Stored events with `after < cursor <= upTo`, in cursor order, at most `limit` (>= 1): of the named tasks, else of all tasks of `caller`,
    /// else (both nil) of everyone.
    func events(tasks: [TaskID]?, caller: String?, after: UInt64, upTo: UInt64, limit: Int) throws(StoreError)
        -> [TaskEvent]
    /// Stored events of one task with a sequence above `afterSequence`, at most `limit`.
    func events(task: TaskID, afterSequence: UInt64, limit: Int) throws(StoreError) -> [TaskEvent]
    /// An image that the caller put and that has not expired at `now`, with its expiry.
    func image(caller: String, digest: ContentDigest, now: Int64) throws(StoreError) -> (
        image: StoredImage, expiresAt: Int64
    )?
}

/// What a store could not do.
package struct StoreError: Error, Sendable, Equatable {
    package enum Code: String, Sendable {
        /// No space left.
        case full = "STORAGE_FULL"
        /// A read, write or sync failed; the state of what was not yet synced is unknown.
        case io = "STORAGE_IO"
        /// The file does not hold what it should.
        case corrupt = "STORAGE_CORRUPT"
        /// Another process uses the data folder.
        case inUse = "STORAGE_IN_USE"
        /// The file was written by a newer version.
        case newer = "STORAGE_NEWER"
        /// Nothing of that name is there.
        case missing = "STORAGE_MISSING"
        /// The folder cannot be used as it is (owner, rights, not a folder).
        case folder = "STORAGE_FOLDER"
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
