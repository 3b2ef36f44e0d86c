import EngineCore
import PoseWire

/// The one place where the engine's words become the wire's codes, reasons and fields.
extension WireError {
    init(_ refusal: Refusal) {
        switch refusal {
        case .pipelineUnknown(let name):
            self = .pipelineUnknown(name)
        case .pipelineDisabled(let name):
            self.init(
                .pipelineDisabled, "the pipeline '\(name)' is switched off",
                field: "pipeline")
        case .engineDisabled(let engine, let replacement):
            self.init(
                .engineDisabled,
                "the pipeline's engine '\(engine)' is disabled; an engine of type '\(replacement)' takes its place",
                field: "pipeline")
        case .imageUnknown(let role):
            self = .imageUnknown(field: "\(role.field).sha256")
        case .urlNotAllowed(let role, let message):
            self.init(.urlNotAllowed, message, field: "\(role.field).url")
        case .parameterUnknown(let name):
            self.init(
                .parameterUnknown, "the pipeline declares no parameter '\(name)'",
                field: "parameters.\(name)")
        case .parameterInvalid(let name, let message):
            self = .fieldInvalid("parameters.\(name)", "the parameter '\(name)' \(message)")
        case .idempotencyKeyReused:
            self.init(
                .idempotencyKeyReused, "this key belongs to a task with other content; use a new key",
                field: "idempotency_key")
        case .queueFull(let milliseconds):
            self.init(
                .queueFull, "the queue is full; try again later",
                retryAfterMilliseconds: UInt32(clamping: milliseconds))
        case .callerLimit(let message):
            self.init(.callerLimit, message)
        case .taskUnknown:
            self = .taskUnknown(field: "task_id")
        case .engineUnknown(let name):
            self.init(.engineUnknown, "there is no engine '\(name)'", field: "engine")
        case .taskNotUnknown:
            self.init(
                .taskNotUnknown, "the task did not end SUBMISSION_UNKNOWN: there is nothing to settle", field: "task_id"
            )
        case .taskSettled:
            self.init(.taskSettled, "the task was settled before, with another verdict", field: "task_id")
        case .runTaken:
            self.init(.runTaken, "the run belongs to a task already", field: "adopt_run")
        case .storageFull:
            self = .storageFull
        case .draining:
            self = .draining
        case .internalFault:
            self = .internalFault
        }
    }

    init(_ failure: TaskFailure) { self.init(Self.reason(of: failure.reason), failure.message) }

    private static func reason(of reason: FailureReason) -> WireReason {
        switch reason {
        case .engineAuth: .engineAuth
        case .workflowUnusable: .workflowUnusable
        case .engineQuota: .engineQuota
        case .imageFetchFailed: .imageFetchFailed
        case .imageFormat: .imageFormat
        case .imageTooLarge: .imageTooLarge
        case .imageEmpty: .imageEmpty
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
        case .image(.format): self.init(.imageFormat, error.message, field: image)
        case .image(.tooLarge): self.init(.imageTooLarge, error.message, field: image)
        case .image(.empty): self.init(.imageEmpty, error.message, field: image.isEmpty ? "size_bytes" : image)
        case .sizeMismatch: self.init(.sizeMismatch, error.message, field: "size_bytes")
        case .digestMismatch: self.init(.digestMismatch, error.message, field: "sha256")
        case .mediaTypeMismatch: self.init(.mediaTypeMismatch, error.message, field: "media_type")
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

extension Refusal.ImageRole {
    /// The image's place in the request.
    var field: String { self == .source ? "source_image" : "pose_image" }
}

/// What several methods answer.
extension WireError {
    static let storageFull = WireError(.storageFull, "the server's disk is full")
    static let draining = WireError(
        .serverDraining, "the server is shutting down; nothing was done",
        retryAfterMilliseconds: PoseServerLimits.drainRetryMilliseconds)
    static let internalFault = WireError(.internalFault, "a fault of the server; its log tells more")
    static let callCancelled = WireError(.callCancelled, "the call was cancelled")
    static let callTimeout = WireError(
        .callTimeout, "the call's timeout_ms passed; what it began may still happen")
    static let tokenInvalid = WireError(.tokenInvalid, "this needs a valid token")

    /// The same for a task that never was, that was removed, and that is another caller's.
    static func taskUnknown(field: String) -> WireError {
        WireError(.taskUnknown, "there is no such task", field: field)
    }

    static func pipelineUnknown(_ name: String) -> WireError {
        WireError(.pipelineUnknown, "there is no pipeline '\(name)'", field: "pipeline")
    }

    static func imageUnknown(field: String) -> WireError {
        WireError(
            .imageUnknown, "no image of yours with this sha256 is here (any more); put it first",
            field: field)
    }

    static func fieldInvalid(_ field: String, _ message: String) -> WireError {
        WireError(.fieldInvalid, message, field: field)
    }
}
