/// Where a task stands. The legal ways are in `TaskState.mayFollow`; terminal states never change.
package enum TaskState: UInt8, Sendable, CaseIterable {
    /// Waits for a slot of its engine. -> uploading, running (a run that an operator found), failed, cancelled
    case queued = 1
    /// Its images are made usable at the provider. -> submitting, queued (next attempt), failed, cancelled
    case uploading = 2
    /// The intent is on disk and the one call is out. -> running, queued (next attempt), failed, cancelled
    case submitting = 3
    /// The provider has the run. -> downloading, failed, cancelled
    case running = 4
    /// The run succeeded; its outputs are being read. -> succeeded, queued (next step), failed, cancelled (between steps)
    case downloading = 5
    case succeeded = 6
    case failed = 7
    case cancelled = 8

    package var isTerminal: Bool { rawValue >= TaskState.succeeded.rawValue }

    /// Whether a stored event with this state may come right after one with `earlier` (the same state again: only a flag or a cost changed).
    package func mayFollow(_ earlier: TaskState) -> Bool {
        if earlier.isTerminal { return false }
        if self == earlier { return true }
        switch self {
        // From downloading: the next step.
        case .queued: return earlier == .uploading || earlier == .submitting || earlier == .downloading
        case .uploading: return earlier == .queued
        case .submitting: return earlier == .uploading || earlier == .queued
        // From queued: a run that an operator found.
        case .running: return earlier == .submitting || earlier == .queued
        case .downloading: return earlier == .running
        case .succeeded: return earlier == .downloading
        // Cancelled from downloading: between two steps.
        case .failed, .cancelled: return true
        }
    }
}

/// Whether the provider has been paid for any attempt of a task. `yes` never changes back.
package enum Charged: UInt8, Sendable {
    case no = 1
    case yes = 2
    /// Not known (yet): a submit is on its way, or its fate cannot be known.
    case unknown = 3
}

/// Why a task failed. The wire's codes and reasons are made from it by one switch in `PoseServer`.
package enum FailureReason: String, Sendable, CaseIterable {
    case engineAuth = "ENGINE_AUTH"
    case workflowUnusable = "WORKFLOW_UNUSABLE"
    case engineQuota = "ENGINE_QUOTA"
    case imageFetchFailed = "IMAGE_FETCH_FAILED"
    case imageFormat = "IMAGE_FORMAT"
    case imageTooLarge = "IMAGE_TOO_LARGE"
    case imageEmpty = "IMAGE_EMPTY"
    case uploadFailed = "UPLOAD_FAILED"
    case startByPassed = "START_BY_PASSED"
    case taskTimeout = "TASK_TIMEOUT"
    case runFailed = "RUN_FAILED"
    case runLost = "RUN_LOST"
    case contentRejected = "CONTENT_REJECTED"
    case runInvalid = "RUN_INVALID"
    case resultUnavailable = "RESULT_UNAVAILABLE"
    case submissionUnknown = "SUBMISSION_UNKNOWN"
    case engineUnavailable = "ENGINE_UNAVAILABLE"
    case pipelineUnknown = "PIPELINE_UNKNOWN"
    case pipelineDisabled = "PIPELINE_DISABLED"
    case engineDisabled = "ENGINE_DISABLED"
    case internalFault = "INTERNAL"
}

/// Why a task failed, with the text for people: engine, the provider's code, and what to do.
package struct TaskFailure: Sendable, Equatable {
    package var reason: FailureReason
    package var message: String

    package init(_ reason: FailureReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
