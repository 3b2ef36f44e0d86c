package import BackendAPI

/// One task as it is on disk: everything that a restart needs, and everything that a snapshot shows.
package struct TaskRecord: Sendable, Equatable {
    // What was asked, fixed at acceptance.
    /// Row number: 1, 2, 3 ... in the order of acceptance.
    package var number: Int64
    package var id: TaskID
    package var caller: String
    package var pipeline: String
    package var source: StoredImage
    package var pose: StoredImage
    package var parameters: [String: String]
    /// Empty: none.
    package var idempotencyKey: String
    /// What must be equal for the same key to mean the same task.
    package var contentDigest: ContentDigest
    package var priority: Int32
    package var taskTimeoutMilliseconds: Int64
    package var startByMilliseconds: Int64
    package var labels: [String: String]
    package var traceparent: String
    package var createdAt: Int64

    // Where it stands.
    package var state: TaskState = .queued
    package var step: String
    package var engine: String
    package var attempt: UInt32 = 1
    /// Unix milliseconds at which it (last) became QUEUED: the start of its start-by.
    package var queuedAt: Int64
    /// Unguessable text of the present attempt; empty before the first SUBMITTING.
    package var marker = ""
    /// The provider's run of the present attempt.
    package var run: RunID?
    package var charged = Charged.no
    package var cost: RunCost?
    package var cancelRequested = false
    package var failure: TaskFailure?
    package var outputs: [TaskOutput] = []
    package var times = StageTimes()
    /// What the newest stored event said.
    package var message = ""
    package var lastSequence: UInt64 = 0
    package var lastCursor: UInt64 = 0
    package var lastEventAt: Int64

    package init(
        number: Int64, id: TaskID, submission: Submission, source: StoredImage, pose: StoredImage,
        contentDigest: ContentDigest, step: String, engine: String, taskTimeoutMilliseconds: Int64,
        startByMilliseconds: Int64, createdAt: Int64
    ) {
        self.number = number
        self.id = id
        self.caller = submission.caller
        self.pipeline = submission.pipeline
        self.source = source
        self.pose = pose
        self.parameters = submission.parameters
        self.idempotencyKey = submission.idempotencyKey
        self.contentDigest = contentDigest
        self.priority = submission.priority
        self.taskTimeoutMilliseconds = taskTimeoutMilliseconds
        self.startByMilliseconds = startByMilliseconds
        self.labels = submission.labels
        self.traceparent = submission.traceparent
        self.createdAt = createdAt
        self.step = step
        self.engine = engine
        self.queuedAt = createdAt
        self.lastEventAt = createdAt
        self.times.accepted = createdAt
    }
}

/// Unix milliseconds at which each stage was reached (in the last attempt); 0: not (yet).
package struct StageTimes: Sendable, Equatable {
    package var accepted: Int64 = 0
    package var started: Int64 = 0
    package var uploaded: Int64 = 0
    package var submitted: Int64 = 0
    package var running: Int64 = 0
    package var downloaded: Int64 = 0
    package var ended: Int64 = 0
    package init() {}
}

/// One result that lies in the store.
package struct TaskOutput: Sendable, Equatable {
    package var name: String
    package var image: StoredImage
    package init(name: String, image: StoredImage) {
        self.name = name
        self.image = image
    }
}

/// What a caller asks for. Images are on stable storage already, or named by digest.
package struct Submission: Sendable, Equatable {
    package enum Image: Sendable, Equatable {
        case stored(StoredImage)
        /// Of an image that this caller put before.
        case named(ContentDigest)

        package var digest: ContentDigest {
            switch self {
            case .stored(let image): image.digest
            case .named(let digest): digest
            }
        }
    }

    package var caller: String
    /// As written by the caller, ASCII lower case, the default filled in.
    package var pipeline: String
    package var source: Image
    package var pose: Image
    package var parameters: [String: String] = [:]
    package var idempotencyKey = ""
    package var priority: Int32 = 0
    /// 0: the engine's.
    package var taskTimeoutMilliseconds: Int64 = 0
    /// 0: the server's.
    package var startByMilliseconds: Int64 = 0
    package var labels: [String: String] = [:]
    package var traceparent = ""

    package init(caller: String, pipeline: String, source: Image, pose: Image) {
        self.caller = caller
        self.pipeline = pipeline
        self.source = source
        self.pose = pose
    }
}
