import EngineCore
import PoseWire

/// The one place where the engine's words become the wire's codes, reasons and fields.
extension Status {
    /// A status with the reason's own code.
    init(_ reason: Reason, field: String = "", _ message: String, retryAfterMilliseconds: UInt32 = 0) {
        self.init(
            WireError(reason, String(message.prefix(PoseServerLimits.statusMessageCharactersMax)), field: field),
            retryAfterMilliseconds: retryAfterMilliseconds)
    }

    init(_ refusal: Refusal) {
        switch refusal {
        case .pipelineUnknown(let name):
            self = .pipelineUnknown(name)
        case .pipelineDisabled(let name):
            self.init(
                .pipelineDisabled, field: "pipeline", "the pipeline '\(name)' is switched off")
        case .engineDisabled(let engine, let replacement):
            self.init(
                .engineDisabled, field: "pipeline",
                "the pipeline's engine '\(engine)' is disabled; an engine of type '\(replacement)' takes its place")
        case .imageUnknown(let role):
            self = .imageUnknown(field: role == .source ? "source_image.sha256" : "pose_image.sha256")
        case .parameterUnknown(let name):
            self.init(
                .parameterUnknown, field: "parameters.\(name)",
                "the pipeline declares no parameter '\(name)'")
        case .idempotencyKeyReused:
            self.init(
                .idempotencyKeyReused, field: "idempotency_key",
                "this key belongs to a task with other content; use a new key")
        case .queueFull(let milliseconds):
            self.init(
                .queueFull, "the queue is full; try again later",
                retryAfterMilliseconds: UInt32(clamping: milliseconds))
        case .callerLimit(let message):
            self.init(.callerLimit, message)
        case .taskUnknown:
            self = .taskUnknown(field: "task_id")
        case .storageFull:
            self = .storageFull
        case .draining:
            self = .draining
        case .internalFault:
            self = .internalFault
        }
    }

    init(_ failure: TaskFailure) { self.init(Self.reason(of: failure.reason), failure.message) }

    private static func reason(of reason: FailureReason) -> Reason {
        switch reason {
        case .engineAuth: .engineAuth
        case .workflowUnusable: .workflowUnusable
        case .engineQuota: .engineQuota
        case .imageFetchFailed: .imageFetchFailed
        case .uploadFailed: .uploadFailed
        case .startByPassed: .startByPassed
        case .taskTimeout: .taskTimeout
        case .runFailed: .runFailed
        case .runLost: .runLost
        case .contentRejected: .contentRejected
        case .runInvalid: .runInvalid
        case .resultUnavailable: .resultUnavailable
        case .submissionUnknown: .submissionUnknown
        case .engineUnavailable: .engineUnavailable
        case .pipelineUnknown: .pipelineUnknown
        case .pipelineDisabled: .pipelineDisabled
        case .engineDisabled: .engineDisabled
        case .internalFault: .internalFault
        }
    }

    /// Why an image did not come into the store; `image` is the field with its bytes, empty where they came as DATA.
    init(_ error: IntakeError, image: String) {
        switch error.code {
        case .image(.format): self.init(.imageFormat, field: image, error.message)
        case .image(.tooLarge): self.init(.imageTooLarge, field: image, error.message)
        case .image(.empty): self.init(.imageEmpty, field: image.isEmpty ? "size_bytes" : image, error.message)
        case .sizeMismatch: self.init(.sizeMismatch, field: "size_bytes", error.message)
        case .digestMismatch: self.init(.digestMismatch, field: "sha256", error.message)
        case .mediaTypeMismatch: self.init(.mediaTypeMismatch, field: "media_type", error.message)
        case .store(let code): self.init(StoreError(code, error.message))
        case .closed: self = .internalFault
        }
    }

    /// What the server's own disk could not do, told to a caller.
    init(_ error: StoreError) {
        switch error.code {
        case .full: self = .storageFull
        case .io, .corrupt, .inUse, .newer, .missing, .folder: self = .internalFault
        }
    }
}

/// What several methods answer.
extension Status {
    static let storageFull = Status(.storageFull, "the server's disk is full")
    static let draining = Status(
        .serverDraining, "the server is shutting down; nothing was done",
        retryAfterMilliseconds: PoseServerLimits.drainRetryMilliseconds)
    static let internalFault = Status(.internalFault, "a fault of the server; its log tells more")
    static let callCancelled = Status(.callCancelled, "the call was cancelled")
    static let callTimeout = Status(
        .callTimeout, "the call's timeout_ms passed; what it began may still happen")
    static let tokenInvalid = Status(.tokenInvalid, "this needs a valid token")

    /// The same for a task that never was, that was removed, and that is another caller's.
    static func taskUnknown(field: String) -> Status {
        Status(.taskUnknown, field: field, "there is no such task")
    }

    static func pipelineUnknown(_ name: String) -> Status {
        Status(.pipelineUnknown, field: "pipeline", "there is no pipeline '\(name)'")
    }

    static func imageUnknown(field: String) -> Status {
        Status(
            .imageUnknown, field: field,
            "no image of yours with this sha256 is here (any more); put it first")
    }

    static func fieldInvalid(_ field: String, _ message: String) -> Status {
        Status(.fieldInvalid, field: field, message)
    }
}
