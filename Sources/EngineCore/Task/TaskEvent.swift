package import BackendAPI

/// One line of a task's story, as streams show it.
///
/// A stored event has a `sequence` and a `cursor` of its own and is on disk before anyone sees it. A transient one repeats the last of
/// both and only tells a newer progress, position or message.
package struct TaskEvent: Sendable, Equatable {
    package var taskNumber: Int64
    package var task: TaskID
    package var caller: String
    /// 1, 2, 3 ... within the task.
    package var sequence: UInt64
    /// Unique over all tasks; grows in the order in which events become visible.
    package var cursor: UInt64
    package var state: TaskState
    /// 0 to 1; -1: not known.
    package var progress: Float = -1
    /// From 1; 0: not queued.
    package var queuePosition: UInt32 = 0
    package var engine: String
    package var step: String
    package var attempt: UInt32
    package var message: String
    package var failure: TaskFailure?
    package var charged: Charged
    package var cost: RunCost?
    package var at: Int64
    package var isTransient = false
    package var outputs: [TaskOutput]
    package var cancelRequested: Bool

    /// The newest stored event of a task, from its record.
    package init(latestOf record: TaskRecord) {
        taskNumber = record.number
        task = record.id
        caller = record.caller
        sequence = record.lastSequence
        cursor = record.lastCursor
        state = record.state
        engine = record.engine
        step = record.step
        attempt = record.attempt
        message = record.message
        failure = record.failure
        charged = record.charged
        cost = record.cost
        at = record.lastEventAt
        outputs = record.state.isTerminal ? record.outputs : []
        cancelRequested = record.cancelRequested
        progress = record.state == .succeeded ? 1 : -1
    }
}

/// A task as `GetTask` shows it: its record, and the newest event with the newest progress and position.
package struct TaskView: Sendable, Equatable {
    package var record: TaskRecord
    package var latest: TaskEvent

    package init(record: TaskRecord, latest: TaskEvent) {
        self.record = record
        self.latest = latest
    }
}
