/// One step in a task's life.
///
/// A *stored* event has a `sequence` of its own (1, 2, 3 ... within its task) and is kept by the server: it can be read again.
/// A *transient* one repeats the last sequence, tells only newer progress, position or estimate, and may be left out at will.
public struct StatusEvent: Hashable, Sendable {
    /// The task that it is about.
    public var taskID: String
    /// From 1, within the task.
    public var sequence: UInt64
    /// Grows over all tasks of the server, with holes.
    public var cursor: UInt64
    /// Where the task is.
    public var state: TaskState
    /// 0 to 1; nothing where not known. It never falls within an attempt.
    public var progress: Double?
    /// From 1; nothing where the task is not queued.
    public var queuePosition: Int?
    /// How long it will still take; nothing where not known.
    public var estimate: Duration?
    /// The same with a certainty of nine in ten; nothing where not known.
    public var cautiousEstimate: Duration?
    /// The engine that works on it; empty before one does.
    public var engine: String
    /// The pipeline's step.
    public var step: String
    /// From 1.
    public var attempt: Int
    /// For people; may be empty.
    public var message: String
    /// Why the task failed. It is there only in the last event of a task that did.
    public var failure: TaskFailure?
    /// Whether the provider has been paid.
    public var charge: Charge
    /// Nothing where not known.
    public var cost: Cost?
    /// Milliseconds since 1970. It never falls within a task.
    public var atUnixMilliseconds: Int64
    /// Whether it only tells newer progress and is not kept.
    public var isTransient: Bool
    /// How many stored events before this one the server left out, because this client did not take them fast enough.
    public var dropped: UInt64
    /// What the task has made. It is there only in the last event of a task that succeeded.
    public var outputs: [TaskOutput]
    /// Whether somebody has asked for cancellation.
    public var isCancelRequested: Bool
    /// Whose task it is; told only by ``PoseTransferClient/statusOfAllCallers(afterCursor:)``, else empty.
    public var caller: String

    /// A stored event with nothing but these facts.
    public init(taskID: String, sequence: UInt64, cursor: UInt64 = 0, state: TaskState) {
        self.taskID = taskID
        self.sequence = sequence
        self.cursor = cursor
        self.state = state
        engine = ""
        step = ""
        attempt = 1
        message = ""
        charge = .unspecified
        atUnixMilliseconds = 0
        isTransient = false
        dropped = 0
        outputs = []
        isCancelRequested = false
        caller = ""
    }
}
