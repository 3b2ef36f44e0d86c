package import BackendAPI

/// One task as it is on disk: everything that a restart needs, and everything that a snapshot shows.
package struct TaskRecord: Sendable, Equatable {
    // What was asked, fixed at acceptance.
    /// Row number: 1, 2, 3 ... in the order of acceptance.
    package var number: Int64
    package var id: TaskID
    package var caller: String
    package var pipeline: String
    package var source: InputImage
    package var pose: InputImage
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
    /// The task that ended SUBMISSION_UNKNOWN and whose work this one carries on.
    package var follows: TaskID?

    // Where it stands.
    package var state: TaskState = .queued
    package var step: String
    /// No step comes after this one (as configured when the step began).
    package var isLastStep = true
    /// What the step before made: this step's source in place of the task's own.
    package var stepSource: StoredImage?
    package var engine: String
    package var attempt: UInt32 = 1
    /// Unix milliseconds at which it (last) became QUEUED: the start of its start-by.
    package var queuedAt: Int64
    /// Unguessable text of the present attempt's submit. While QUEUED or UPLOADING that of an earlier one which the provider may have taken; empty:
    /// there is none.
    package var marker = ""
    /// The provider's run of the present attempt.
    package var run: RunID?
    package var charged = Charged.no
    /// Of all steps so far.
    package var cost: RunCost?
    /// Of the steps before the present one.
    package var earlierCost: RunCost?
    package var cancelRequested = false
    package var failure: TaskFailure?
    package var outputs: [TaskOutput] = []
    package var times = StageTimes()
    /// What the newest stored event said.
    package var message = ""
    package var lastSequence: UInt64 = 0
    package var lastCursor: UInt64 = 0
    package var lastEventAt: Int64
    /// What an operator found out about it, beside its ended story; nil: not settled.
    package var resolution: Resolution?
    /// The task that carries its work on.
    package var followUp: TaskID?

    package init(
        number: Int64, id: TaskID, submission: Submission, source: InputImage, pose: InputImage,
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

/// One of a task's two pictures: in the store, or still at an address of the caller's.
package enum InputImage: Sendable, Equatable {
    case stored(StoredImage)
    /// To be fetched in UPLOADING; becomes `stored` there.
    case url(String)

    package var stored: StoredImage? { if case .stored(let image) = self { image } else { nil } }
    package var url: String? { if case .url(let url) = self { url } else { nil } }
}

/// How a task that ended SUBMISSION_UNKNOWN was settled.
package enum Resolution: Sendable, Equatable {
    /// The provider has this run; the task that follows goes on with it.
    case adopted(RunID)
    case notCharged
    case submittedAgain

    /// The wire's word.
    package var word: String {
        switch self {
        case .adopted: "ADOPTED"
        case .notCharged: "NOT_CHARGED"
        case .submittedAgain: "SUBMITTED_AGAIN"
        }
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
        /// Judged by its text already; fetched in UPLOADING.
        case url(String)

        /// What counts when two submits are compared: the content, or the address as it is written.
        package var identity: [UInt8] {
            switch self {
            case .stored(let image): image.digest.bytes
            case .named(let digest): digest.bytes
            case .url(let url): Array("url:\(url)".utf8)
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
    /// What else stands against it by the rules of this moment (the caller's pipelines, allowed addresses). It counts only where the key names
    /// no earlier task: rules change, an accepted task stays.
    package var obstacle: Refusal?

    package init(caller: String, pipeline: String, source: Image, pose: Image) {
        self.caller = caller
        self.pipeline = pipeline
        self.source = source
        self.pose = pose
    }
}
