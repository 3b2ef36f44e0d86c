import BackendAPI
import EngineCore
import PoseWire

/// The one place where the engine's tasks and events become the wire's.
extension TaskSnapshot {
    init(_ view: TaskView) {
        self.init()
        let record = view.record
        latest = StatusEvent(view.latest, dropped: 0)
        pipeline = record.pipeline
        priority = record.priority
        labels = record.labels
        createdAt = record.createdAt
        times = StageTimes(record.times)
        taskTimeoutMilliseconds = UInt32(clamping: record.taskTimeoutMilliseconds)
        caller = record.caller
        startByMilliseconds = UInt32(clamping: record.startByMilliseconds)
        idempotencyKey = record.idempotencyKey
        followsTaskID = record.follows?.rawValue ?? ""
        followUpTaskID = record.followUp?.rawValue ?? ""
        resolution = record.resolution?.word ?? ""
    }
}

extension StatusEvent {
    /// `caller` stays empty: only those who watch all callers see it.
    init(_ event: TaskEvent, dropped: UInt64) {
        self.init()
        taskID = event.task.rawValue
        sequence = event.sequence
        cursor = event.cursor
        state = PoseWire.TaskState(event.state)
        progress = event.progress
        queuePosition = event.queuePosition
        engine = event.engine
        step = event.step
        attempt = event.attempt
        message = event.message
        error = event.failure.map { WireError($0).status }
        charged = PoseWire.Charged(event.charged)
        cost = event.cost.map(Cost.init)
        at = event.at
        isTransient = event.isTransient
        self.dropped = dropped
        outputs = event.outputs.map(Output.init)
        cancelRequested = event.cancelRequested
    }
}

extension PoseWire.TaskState {
    init(_ state: EngineCore.TaskState) {
        switch state {
        case .queued: self = .queued
        case .uploading: self = .uploading
        case .submitting: self = .submitting
        case .running: self = .running
        case .downloading: self = .downloading
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .cancelled: self = .cancelled
        }
    }
}

extension PoseWire.Charged {
    init(_ charged: EngineCore.Charged) {
        switch charged {
        case .no: self = .no
        case .yes: self = .yes
        case .unknown: self = .unknown
        }
    }
}

extension Cost {
    init(_ cost: RunCost) {
        self.init()
        coins = cost.coins
        money = cost.money
        currency = cost.currency
    }
}

extension Output {
    init(_ output: TaskOutput) {
        self.init()
        name = output.name
        sizeBytes = UInt64(clamping: output.image.sizeBytes)
        sha256 = output.image.digest.bytes
        mediaType = output.image.mediaType
        width = output.image.width
        height = output.image.height
    }
}

extension PoseWire.StageTimes {
    init(_ times: EngineCore.StageTimes) {
        self.init()
        acceptedAt = times.accepted
        startedAt = times.started
        uploadedAt = times.uploaded
        submittedAt = times.submitted
        runningAt = times.running
        downloadedAt = times.downloaded
        endedAt = times.ended
    }
}

extension Welcome {
    init(_ configuration: PoseServerConfiguration, cursor: UInt64) {
        self.init()
        version = 1
        serverName = configuration.serverName
        build = configuration.build
        instanceID = configuration.instanceID
        self.cursor = cursor
        limits = ServerLimits(configuration.limits)
    }
}

extension ServerLimits {
    init(_ limits: WelcomeLimits) {
        self.init()
        maxFrameBytes = limits.maxFrameBytes
        maxCalls = limits.maxCalls
        maxStreams = limits.maxStreams
        maxImageBytes = limits.maxImageBytes
        maxImagePixels = limits.maxImagePixels
        handshakeTimeoutMilliseconds = limits.handshakeTimeoutMilliseconds
        frameTimeoutMilliseconds = limits.frameTimeoutMilliseconds
        writeTimeoutMilliseconds = limits.writeTimeoutMilliseconds
        keepaliveTimeoutMilliseconds = limits.keepaliveTimeoutMilliseconds
        idleTimeoutMilliseconds = limits.idleTimeoutMilliseconds
        drainTimeoutMilliseconds = limits.drainTimeoutMilliseconds
        maxConnectionAgeMilliseconds = limits.maxConnectionAgeMilliseconds
        resultRetentionMilliseconds = limits.resultRetentionMilliseconds
        taskRetentionMilliseconds = limits.taskRetentionMilliseconds
        defaultStartByMilliseconds = limits.defaultStartByMilliseconds
    }
}
