/// The events of a task, or of all tasks of this caller, as they come.
///
/// Each iteration begins where the sequence was told to and reads by itself: lost connections are made again, and reading goes
/// on behind the last event, so that each stored event comes once and in order. A reader that is slow holds back nothing but
/// itself: at most 256 events wait for it, a transient one only until a newer one is there.
///
/// Iterating throws `PoseTransferError`: `refused` (TASK_UNKNOWN ...), `cannotConnect` or `connectionLost` when the configuration's
/// `reconnectPatience` is over, `cancelled` when the iterating task is. Ending the iteration never touches the task.
public struct StatusSequence: AsyncSequence, Sendable {
    public typealias Element = StatusEvent
    public typealias Failure = PoseTransferError

    let client: PoseTransferClient
    let start: StatusResumption

    /// Begins where the sequence was told to.
    public func makeAsyncIterator() -> Iterator {
        Iterator(reader: StatusReader(client: client, resumption: start))
    }

    /// One reading. It is used by one task at a time.
    public struct Iterator: AsyncIteratorProtocol {
        let reader: StatusReader

        /// The next event; nothing behind the terminal one.
        public mutating func next() async throws(PoseTransferError) -> StatusEvent? {
            try await reader.next()
        }

        /// The same: the iterator runs anywhere.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(PoseTransferError) -> StatusEvent? {
            try await reader.next()
        }
    }
}

extension PoseTransferClient {
    /// The events of one task, from the one behind `afterSequence` (0: from the first) up to and with the terminal one.
    public func status(of taskID: String, afterSequence: UInt64 = 0) -> StatusSequence {
        StatusSequence(client: self, start: StatusResumption(scope: .task(taskID), afterSequence: afterSequence))
    }

    /// The events of all tasks of this caller, from the one behind `afterCursor`: 0 is all that the server keeps,
    /// ``ServerInformation/cursor`` is from now on. It ends only when the iterating task does.
    public func statusOfAllTasks(afterCursor: UInt64 = 0) -> StatusSequence {
        StatusSequence(client: self, start: StatusResumption(scope: .allMine, afterCursor: afterCursor))
    }
}
