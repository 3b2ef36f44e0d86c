/// A task as it is now.
public struct TaskSnapshot: Hashable, Sendable {
    /// The newest stored event, with the newest progress.
    public var latest: StatusEvent
    /// The pipeline's name.
    public var pipeline: String
    /// -100 to 100; higher comes first within the caller.
    public var priority: Int
    /// As the submit gave them.
    public var labels: [String: String]
    /// Milliseconds since 1970.
    public var createdAtUnixMilliseconds: Int64
    /// When it reached its stages.
    public var times: StageTimes
    /// How long an attempt may run at the provider; nothing where the server does not tell it.
    public var taskTimeout: Duration?
    /// How long the task may wait at a stretch; nothing where the server does not tell it.
    public var startBy: Duration?
    /// The submit's key; empty where it had none.
    public var idempotencyKey: String
    /// Whose task it is.
    public var caller: String
    /// The task that this one goes on from, after an operator has settled that one; nothing for all others.
    public var follows: String?
    /// The task that goes on from this one; nothing where none does.
    public var followUp: String?
    /// How an operator has settled it, after it ended SUBMISSION_UNKNOWN; nothing where it is not settled.
    public var resolution: String?

    /// A task with nothing but these facts.
    public init(latest: StatusEvent, pipeline: String = "") {
        self.latest = latest
        self.pipeline = pipeline
        priority = 0
        labels = [:]
        createdAtUnixMilliseconds = 0
        times = StageTimes()
        idempotencyKey = ""
        caller = ""
    }

    /// The task's id: opaque, at most 64 bytes.
    public var id: String { latest.taskID }
    /// Where the task is.
    public var state: TaskState { latest.state }
}

/// When a task reached its stages, in milliseconds since 1970. Nothing for what has not happened.
public struct StageTimes: Hashable, Sendable {
    /// It was made.
    public var accepted: Int64?
    /// Its turn came.
    public var started: Int64?
    /// Its pictures were at the provider.
    public var uploaded: Int64?
    /// The run was submitted.
    public var submitted: Int64?
    /// The run began.
    public var running: Int64?
    /// The result was on the server.
    public var downloaded: Int64?
    /// It ended, in whatever way.
    public var ended: Int64?

    /// A task that has reached nothing.
    public init() {}
}

/// The answer to a submit.
public struct Submitted: Hashable, Sendable {
    /// The task, as it was when the answer was sent.
    public var task: TaskSnapshot
    /// Whether this is an earlier task with the same key and content, and nothing new was made.
    public var isDeduplicated: Bool
    /// The key that was used. With it the same submit can be repeated safely.
    public var idempotencyKey: String
}

/// The answer to a put image.
public struct StoredImage: Hashable, Sendable {
    /// What submits name it by.
    public var digest: ContentDigest
    /// Whether the server had it before.
    public var wasPresent: Bool
    /// Until when the server keeps it at least, in milliseconds since 1970.
    public var expiresAtUnixMilliseconds: Int64
}
