package import EngineCore

/// Everything durable, in one folder that one process owns.
package final class TaskStore: Sendable {
    package let journal: SQLiteJournal
    package let reader: SQLiteReader
    package let images: FileImageStore
    /// Removes for good what a caller has.
    package let housekeeper: StoreHousekeeper
    /// 32 hex digits, made with the folder and never changed: tells a client whether its cursors still mean something.
    package let instanceID: String
    /// The folder's absolute path.
    package let path: String

    /// Opens the folder, making it where it is missing, and locks it until `close` (or the end of the process).
    ///
    /// Throws `folder`, `inUse`, `newer`, `corrupt`, `full` or `io`, each with what to do. `vfs` names SQLite's layer over the system,
    /// for tests that make it fail.
    package static func open(path: String, vfs: String? = nil) throws(StoreError) -> TaskStore {
        try TaskStore(folder: try DataFolder(path: path), vfs: vfs)
    }

    private let folder: DataFolder

    private init(folder: DataFolder, vfs: String?) throws(StoreError) {
        self.folder = folder
        path = folder.path
        images = try FileImageStore(folder: folder)
        journal = try SQLiteJournal(folder: folder, vfs: vfs)
        reader = SQLiteReader(folder: folder, vfs: vfs)
        housekeeper = StoreHousekeeper(journal: journal, reader: reader, images: images)
        instanceID = try journal.instanceID()
        let now = WallClock.milliseconds()
        try journal.use { writer throws(StoreError) in try writer.removeExpired(uploadsBy: now, imagesBy: now) }
    }

    /// One round of removal; see `StoreHousekeeper.keepHouse`.
    package func keepHouse(policy: RetentionPolicy, now: Int64) throws(StoreError) -> Removal {
        try housekeeper.keepHouse(policy: policy, now: now)
    }

    /// Ends all connections and gives the folder free; calls after it throw. Readers go first, so that the journal leaves one whole file
    /// without a log. Images must not be written any more.
    package func close() {
        reader.close()
        journal.close()
        folder.unlock()
    }
}
