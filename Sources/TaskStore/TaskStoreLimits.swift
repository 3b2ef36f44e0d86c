/// Every number that binds the store, with its unit.
enum TaskStoreLimits {
    /// Pages in the write-ahead log after which a commit copies them into the main file.
    static let checkpointPages: Int32 = 1_000
    /// Bytes that the emptied write-ahead log may keep.
    static let logBytesKept: Int64 = 64 * 1_048_576
    /// Page cache of the writer, in KiB.
    static let writerCacheKiB = 16_384
    /// Read connections; one more reader waits for one of them.
    static let readConnections = 4
    /// How long a read waits for the file, in milliseconds: only a recovery of the log ever holds it.
    static let readBusyMilliseconds = 5_000
    /// Events that one read gives at most.
    static let eventsPerReadMax = 10_000
    /// Tasks on one page of a list.
    static let tasksPerPageMax = 1_000
    /// Rows that one read of a list looks at: some milliseconds.
    static let rowsPerListMax = 5_000
    /// Tasks that one transaction removes: the engine's next commit waits for it, some ten milliseconds.
    static let tasksPerRemovalMax = 200
    /// Transactions of one round of removal.
    static let removalsPerRoundMax = 50
    /// Milliseconds for which a purge leaves a file alone that somebody has just stored: a submit of the same content may be about to name it.
    static let purgeGraceMilliseconds: Int64 = 60_000
}
