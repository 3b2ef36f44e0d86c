/// A task as it is now.
public struct TaskSnapshot: Hashable, Sendable {
    /// The newest stored event, with the newest progress.
    public var latest: StatusEvent
    public var pipeline: String
    /// -100 to 100; higher comes first within the caller.
    public var priority: Int
    public var labels: [String: String]
    /// Milliseconds since 1970.
    public var createdAtUnixMilliseconds: Int64
    public var times: StageTimes
    /// How long an attempt may run at the provider; nothing where the server does not tell it.
    public var taskTimeout: Duration?
    /// How long the task may wait at a stretch; nothing where the server does not tell it.
    public var startBy: Duration?
    public var idempotencyKey: String
    public var caller: String
    /// The task that this one goes on from, after an operator has settled that one; nothing for all others.
    public var follows: String?
    /// The task that goes on from this one; nothing where none does.
    public var followUp: String?
    /// How an operator has settled it, after it ended SUBMISSION_UNKNOWN; nothing where it is not settled.
    public var resolution: String?

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

    public var id: String { latest.taskID }
    public var state: TaskState { latest.state }
}

/// When a task reached its stages, in milliseconds since 1970. Nothing for what has not happened.
public struct StageTimes: Hashable, Sendable {
    public var accepted: Int64?
    public var started: Int64?
    public var uploaded: Int64?
    public var submitted: Int64?
    public var running: Int64?
    public var downloaded: Int64?
    public var ended: Int64?

    public init() {}
}

/// The answer to a submit.
public struct Submitted: Hashable, Sendable {
    public var task: TaskSnapshot
    /// Whether this is an earlier task with the same key and content, and nothing new was made.
    public var isDeduplicated: Bool
    /// The key that was used. With it the same submit can be repeated safely.
    public var idempotencyKey: String
}

/// The answer to a put image.
public struct StoredImage: Hashable, Sendable {
    public var digest: ContentDigest
    /// Whether the server had it before.
    public var wasPresent: Bool
    /// Until when the server keeps it at least, in milliseconds since 1970.
    public var expiresAtUnixMilliseconds: Int64
}
