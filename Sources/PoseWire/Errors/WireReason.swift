/// The stable words for programs, each with its code: the one table of the wire document's sections 1, 2, 3, 5 and 6.
public enum WireReason: String, Sendable, CaseIterable {
    // Frames (section 1) and opening (section 2)
    case frameLength = "FRAME_LENGTH"
    case frameKind = "FRAME_KIND"
    case frameFlags = "FRAME_FLAGS"
    case frameMethod = "FRAME_METHOD"
    case callID = "CALL_ID"
    case unknownCall = "UNKNOWN_CALL"
    case helloExpected = "HELLO_EXPECTED"
    case helloInvalid = "HELLO_INVALID"
    case versionUnsupported = "VERSION_UNSUPPORTED"
    case tokenInvalid = "TOKEN_INVALID"
    case handshakeTimeout = "HANDSHAKE_TIMEOUT"
    case frameTimeout = "FRAME_TIMEOUT"
    case tooManyConnections = "TOO_MANY_CONNECTIONS"
    // Calls (section 3)
    case methodUnknown = "METHOD_UNKNOWN"
    case payloadInvalid = "PAYLOAD_INVALID"
    case payloadTooComplex = "PAYLOAD_TOO_COMPLEX"
    case tooManyStreams = "TOO_MANY_STREAMS"
    case pipelineUnknown = "PIPELINE_UNKNOWN"
    case pipelineDisabled = "PIPELINE_DISABLED"
    case engineDisabled = "ENGINE_DISABLED"
    case imageMissing = "IMAGE_MISSING"
    case imageEmpty = "IMAGE_EMPTY"
    case imageFormat = "IMAGE_FORMAT"
    case imageTooLarge = "IMAGE_TOO_LARGE"
    case fieldInvalid = "FIELD_INVALID"
    case imageUnknown = "IMAGE_UNKNOWN"
    case pathNotAllowed = "PATH_NOT_ALLOWED"
    case urlNotAllowed = "URL_NOT_ALLOWED"
    case parameterUnknown = "PARAMETER_UNKNOWN"
    case textInvalid = "TEXT_INVALID"
    case idempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED"
    case queueFull = "QUEUE_FULL"
    case storageFull = "STORAGE_FULL"
    case callerLimit = "CALLER_LIMIT"
    case taskUnknown = "TASK_UNKNOWN"
    case taskNotEnded = "TASK_NOT_ENDED"
    case taskFailed = "TASK_FAILED"
    case taskCancelled = "TASK_CANCELLED"
    case outputUnknown = "OUTPUT_UNKNOWN"
    case resultExpired = "RESULT_EXPIRED"
    case offsetAhead = "OFFSET_AHEAD"
    case sequenceAhead = "SEQUENCE_AHEAD"
    case sizeMismatch = "SIZE_MISMATCH"
    case digestMismatch = "DIGEST_MISMATCH"
    case mediaTypeMismatch = "MEDIA_TYPE_MISMATCH"
    case serverDraining = "SERVER_DRAINING"
    case callTimeout = "CALL_TIMEOUT"
    case callCancelled = "CALL_CANCELLED"
    case internalFault = "INTERNAL"
    case adminOnly = "ADMIN_ONLY"
    case engineUnknown = "ENGINE_UNKNOWN"
    case callerUnknown = "CALLER_UNKNOWN"
    case taskNotUnknown = "TASK_NOT_UNKNOWN"
    case taskSettled = "TASK_SETTLED"
    case runTaken = "RUN_TAKEN"
    // Why a task failed (section 5)
    case engineAuth = "ENGINE_AUTH"
    case workflowUnusable = "WORKFLOW_UNUSABLE"
    case engineQuota = "ENGINE_QUOTA"
    case imageFetchFailed = "IMAGE_FETCH_FAILED"
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
    // Going away (section 6)
    case idle = "IDLE"
    case connectionAge = "CONNECTION_AGE"
    case tooManyPings = "TOO_MANY_PINGS"
    case tooManyErrors = "TOO_MANY_ERRORS"

    public var code: StatusCode {
        switch self {
        case .frameLength, .frameKind, .frameFlags, .frameMethod, .callID, .unknownCall, .helloExpected, .helloInvalid,
            .payloadInvalid, .payloadTooComplex, .imageMissing, .imageEmpty, .imageFormat, .imageTooLarge,
            .fieldInvalid,
            .parameterUnknown, .textInvalid, .sizeMismatch, .digestMismatch, .mediaTypeMismatch, .contentRejected,
            .runInvalid:
            .invalidArgument
        case .versionUnsupported, .pipelineDisabled, .engineDisabled, .imageUnknown, .taskNotEnded, .taskFailed,
            .taskCancelled, .engineAuth, .workflowUnusable, .taskNotUnknown, .taskSettled:
            .failedPrecondition
        case .tokenInvalid: .unauthenticated
        case .handshakeTimeout, .frameTimeout, .callTimeout, .startByPassed, .taskTimeout: .deadlineExceeded
        case .tooManyConnections, .tooManyStreams, .queueFull, .storageFull, .callerLimit, .engineQuota, .tooManyPings,
            .tooManyErrors:
            .resourceExhausted
        case .methodUnknown: .unimplemented
        case .pipelineUnknown, .taskUnknown, .outputUnknown, .resultExpired, .engineUnknown, .callerUnknown: .notFound
        case .pathNotAllowed, .urlNotAllowed, .adminOnly: .permissionDenied
        case .idempotencyKeyReused, .runTaken: .alreadyExists
        case .offsetAhead, .sequenceAhead: .outOfRange
        case .serverDraining, .imageFetchFailed, .uploadFailed, .engineUnavailable, .idle, .connectionAge: .unavailable
        case .callCancelled: .cancelled
        case .internalFault: .internalError
        case .runFailed, .runLost: .aborted
        case .resultUnavailable: .dataLoss
        case .submissionUnknown: .unknown
        }
    }
}
