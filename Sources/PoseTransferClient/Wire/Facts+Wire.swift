internal import PoseWire

extension TaskState {
    init(_ wire: PoseWire.TaskState) {
        switch wire.rawValue {
        case 1: self = .queued
        case 2: self = .uploading
        case 3: self = .submitting
        case 4: self = .running
        case 5: self = .downloading
        case 6: self = .succeeded
        case 7: self = .failed
        case 8: self = .cancelled
        default: self = .other(Int(wire.rawValue))
        }
    }
}

extension Charge {
    init(_ wire: Charged) {
        switch wire.rawValue {
        case 1: self = .no
        case 2: self = .yes
        case 3: self = .unknown
        default: self = .unspecified
        }
    }
}

extension TaskOutput {
    init(_ wire: Output) {
        self.init(
            name: wire.name, size: wire.sizeBytes, digest: ContentDigest(bytes: wire.sha256),
            mediaType: wire.mediaType, width: wire.width, height: wire.height)
    }
}

extension StatusEvent {
    init(_ wire: PoseWire.StatusEvent) {
        self.init(taskID: wire.taskID, sequence: wire.sequence, cursor: wire.cursor, state: TaskState(wire.state))
        progress = wire.progress >= 0 && wire.progress <= 1 ? Double(wire.progress) : nil
        queuePosition = wire.queuePosition > 0 ? Int(wire.queuePosition) : nil
        estimate = Duration(known: wire.etaMilliseconds)
        cautiousEstimate = Duration(known: wire.etaP90Milliseconds)
        engine = wire.engine
        step = wire.step
        attempt = Int(wire.attempt)
        message = wire.message
        failure = wire.error.map {
            TaskFailure(code: Int($0.code.rawValue), reason: $0.reason, message: $0.message)
        }
        charge = Charge(wire.charged)
        cost = wire.cost.map { Cost(coins: $0.coins, money: $0.money, currency: $0.currency) }
        atUnixMilliseconds = wire.at
        isTransient = wire.isTransient
        dropped = wire.dropped
        outputs = wire.outputs.map { TaskOutput($0) }
        isCancelRequested = wire.cancelRequested
        caller = wire.caller
    }
}

extension TaskSnapshot {
    init(_ wire: PoseWire.TaskSnapshot) {
        self.init(latest: StatusEvent(wire.latest), pipeline: wire.pipeline)
        priority = Int(wire.priority)
        labels = wire.labels
        createdAtUnixMilliseconds = wire.createdAt
        times = StageTimes(wire.times)
        taskTimeout = Duration(known: UInt64(wire.taskTimeoutMilliseconds))
        startBy = Duration(known: UInt64(wire.startByMilliseconds))
        idempotencyKey = wire.idempotencyKey
        caller = wire.caller
        follows = Self.known(wire.followsTaskID)
        followUp = Self.known(wire.followUpTaskID)
        resolution = Self.known(wire.resolution)
    }

    private static func known(_ text: String) -> String? { text.isEmpty ? nil : text }
}

extension StageTimes {
    init(_ wire: PoseWire.StageTimes) {
        self.init()
        accepted = Self.known(wire.acceptedAt)
        started = Self.known(wire.startedAt)
        uploaded = Self.known(wire.uploadedAt)
        submitted = Self.known(wire.submittedAt)
        running = Self.known(wire.runningAt)
        downloaded = Self.known(wire.downloadedAt)
        ended = Self.known(wire.endedAt)
    }

    private static func known(_ time: Int64) -> Int64? { time == 0 ? nil : time }
}

extension EngineHealth {
    init(_ wire: PoseWire.EngineHealth) {
        self.init(
            name: wire.name, type: wire.type, state: wire.state, isConfigured: Self.known(wire.configured),
            isReachable: Self.known(wire.reachable), isAuthorised: Self.known(wire.authorised),
            isFunded: Self.known(wire.funded), isWorkflowValid: Self.known(wire.workflowValid), message: wire.message,
            lastSuccessAtUnixMilliseconds: wire.lastSuccessAt == 0 ? nil : wire.lastSuccessAt,
            slotsUsed: Int(wire.slotsUsed), slotsLimit: Int(wire.slotsLimit),
            foreignRuns: Int(wire.foreignRuns))
    }

    private static func known(_ answer: Answer) -> Bool? {
        switch answer {
        case .yes: true
        case .no: false
        default: nil
        }
    }
}

extension ServerInformation {
    init(_ wire: Welcome) {
        self.init(
            name: wire.serverName, build: wire.build, instanceID: wire.instanceID, cursor: wire.cursor,
            imageBytesMax: wire.limits.maxImageBytes,
            frameBytesMax: wire.limits.maxFrameBytes == 0 ? WireLimits.frameBytesDefault : wire.limits.maxFrameBytes)
    }
}

extension PoseTransferError {
    /// A refusal in the server's own words.
    init(_ status: Status) {
        self.init(
            .refused, reason: status.reason.isEmpty ? status.code.description : status.reason, message: status.message,
            statusCode: Int(status.code.rawValue), field: status.field,
            retryAfter: Duration(known: UInt64(status.retryAfterMilliseconds)))
    }
}

extension Duration {
    /// On the wire, 0 milliseconds stand for not known.
    init?(known milliseconds: UInt64) {
        guard milliseconds > 0 else { return nil }
        self = .milliseconds(Int64(clamping: milliseconds))
    }

    /// Whole milliseconds as the wire carries them; nothing where they are negative or do not fit.
    var wireMilliseconds: UInt32? {
        guard self >= .zero, self <= .milliseconds(Int64(UInt32.max)) else { return nil }
        return UInt32(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
