/// What a server asks the engine to do. Each request is answered exactly once, in a batch, to the sink it came from.
package enum EngineRequest: Sendable, Equatable {
    case submit(Submission)
    case cancel(caller: String, task: TaskID, reason: String)
    /// An image that lies on stable storage is to belong to `caller`.
    case putImage(caller: String, StoredImage)
    /// An operator's word on a task that ended SUBMISSION_UNKNOWN.
    case resolve(task: TaskID, Resolution)
    /// A paused engine starts nothing; what runs goes on. Survives a restart.
    case setEngine(String, isPaused: Bool)
}

/// What came of a request. What it tells is on stable storage and visible on the board.
package enum EngineAnswer: Sendable, Equatable {
    case submitted(TaskView, deduplicated: Bool)
    case cancelled(TaskView)
    case imagePut(expiresAt: Int64)
    /// The settled task, and the new one where work goes on.
    case resolved(TaskView, followUp: TaskView?)
    case engineSet(EngineStanding)
    case refused(Refusal)
}

/// Why a request was refused. The wire's codes, reasons and fields are made from it by one switch in `PoseServer`.
package enum Refusal: Sendable, Equatable {
    case pipelineUnknown(String)
    case pipelineDisabled(String)
    case engineDisabled(engine: String, replacement: String)
    case imageUnknown(ImageRole)
    /// The image's address is none that may be read; `message` says why.
    case urlNotAllowed(ImageRole, message: String)
    case parameterUnknown(String)
    /// A declared parameter with a value outside its rule; `message` says why.
    case parameterInvalid(String, message: String)
    case idempotencyKeyReused
    case queueFull(retryAfterMilliseconds: Int64)
    case callerLimit(String)
    case taskUnknown
    case engineUnknown(String)
    /// The task did not end SUBMISSION_UNKNOWN.
    case taskNotUnknown
    /// Settled before, otherwise.
    case taskSettled
    /// The run belongs to a task already.
    case runTaken
    case storageFull
    case draining
    /// The engine has stopped after a fault of its store.
    case internalFault

    package enum ImageRole: Sendable, Equatable {
        case source
        case pose
    }
}

/// What the engine's turns bring to one sink: answers to its requests, and every event in the order of its becoming visible.
package struct EngineBatch: Sendable {
    package var answers: [(token: UInt64, answer: EngineAnswer)] = []
    /// Stored events in cursor order, with transient ones between them; the same for every sink.
    package var events: [TaskEvent] = []
    package var isEmpty: Bool { answers.isEmpty && events.isEmpty }
    package init() {}
}

/// Where a server's event loop takes its batches. Called on the engine's thread: must only hand over.
package protocol EngineSink: Sendable {
    func deliver(_ batch: EngineBatch)
}

/// How one engine stands, for health answers.
package struct EngineStanding: Sendable, Equatable {
    package enum State: String, Sendable {
        case serving, degraded, paused, open, disabled
    }
    package var name: String
    package var type: String
    package var state: State
    package var configured: Bool?
    package var reachable: Bool?
    package var authorised: Bool?
    package var funded: Bool?
    package var workflowValid: Bool?
    package var message = ""
    /// Unix milliseconds; 0: never.
    package var lastSuccessAt: Int64 = 0
    package var slotsUsed = 0
    package var slotsLimit = 0
    /// Runs of the account that are not ours, by the last probe.
    package var foreignRuns = 0

    package init(name: String, type: String, state: State) {
        self.name = name
        self.type = type
        self.state = state
    }
}
