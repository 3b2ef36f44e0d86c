import NIOCore
import Testing

@testable import PoseWire

/// Every message of the methods 5, 9 and 64 to 70 with all its fields set: what Python's protobuf wrote is read as the value, and the value is
/// written as the same bytes, so that Python reads it too. `scripts/check-wire-vectors` makes the bytes anew.
@Suite struct ForeignVectorTests {
    private let codec = WireCodec()

    private func expectBothWays<Message: WireMessage & Equatable>(
        _ vector: [String], _ message: Message, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let bytes = Self.bytes(vector.joined())
        #expect(
            try codec.unpack(Message.self, from: ByteBuffer(bytes: bytes)) == message, sourceLocation: sourceLocation)
        var frame = ByteBuffer()
        try codec.write(message, as: .response, call: 1, to: &frame)
        let written = Array(frame.readableBytesView.dropFirst(WireLimits.headerBytes))
        #expect(written == bytes, sourceLocation: sourceLocation)
        #expect(try codec.packedBytes(message) == bytes.count, sourceLocation: sourceLocation)
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    // MARK: the values, as Tests/ForeignClient/vectors.py has them

    private static let context: CallContext = {
        var context = CallContext()
        context.timeoutMilliseconds = 5_000
        context.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        return context
    }()

    private static let event: StatusEvent = {
        var event = StatusEvent()
        event.taskID = "tsk_1"
        event.sequence = .max
        event.cursor = 300
        event.state = .failed
        event.progress = 0.5
        event.queuePosition = 4
        event.etaMilliseconds = 61_000
        event.etaP90Milliseconds = 90_000
        event.engine = "main"
        event.step = "pose_transfer"
        event.attempt = 2
        event.message = "ä"
        event.error = Status(
            code: .aborted, message: "why", reason: "RUN_FAILED", retryAfterMilliseconds: 9, field: "task_id")
        event.charged = .unknown
        var cost = Cost()
        (cost.coins, cost.money, cost.currency) = ("17", "0.10", "CNY")
        event.cost = cost
        event.at = -1
        event.isTransient = true
        event.dropped = 5
        var output = Output()
        (output.name, output.sizeBytes, output.sha256) = ("image", 67, [1, 2, 0])
        (output.mediaType, output.width, output.height) = ("image/png", 1, 2)
        event.outputs = [output]
        event.cancelRequested = true
        event.caller = "alice"
        return event
    }()

    private static let snapshot: TaskSnapshot = {
        var task = TaskSnapshot()
        task.latest = event
        task.pipeline = "pose_change"
        task.priority = -100
        task.labels = ["team": "shop", "a": "b"]
        task.createdAt = 1_700_000_000_000
        task.times.acceptedAt = 1
        task.times.startedAt = 2
        task.times.uploadedAt = 3
        task.times.submittedAt = 4
        task.times.runningAt = 5
        task.times.downloadedAt = 6
        task.times.endedAt = 7
        task.taskTimeoutMilliseconds = .max
        task.caller = "alice"
        task.followsTaskID = "tsk_0"
        task.followUpTaskID = "tsk_2"
        task.resolution = "ADOPTED"
        task.startByMilliseconds = 8
        task.idempotencyKey = "key"
        return task
    }()

    private static let limits: ServerLimits = {
        var limits = ServerLimits()
        limits.maxFrameBytes = 16_777_224
        limits.maxCalls = 256
        limits.maxStreams = 1_000
        limits.maxImageBytes = 31_457_280
        limits.maxImagePixels = 67_108_864
        limits.handshakeTimeoutMilliseconds = 5_000
        limits.frameTimeoutMilliseconds = 30_000
        limits.writeTimeoutMilliseconds = 30_001
        limits.keepaliveTimeoutMilliseconds = 20_000
        limits.idleTimeoutMilliseconds = 300_000
        limits.drainTimeoutMilliseconds = 20_001
        limits.maxConnectionAgeMilliseconds = 7
        limits.resultRetentionMilliseconds = 604_800_000
        limits.taskRetentionMilliseconds = 2_592_000_000
        limits.defaultStartByMilliseconds = 86_400_000
        return limits
    }()

    // MARK: lists

    @Test func listTasks() throws {
        var request = ListTasksRequest()
        request.context = Self.context
        request.states = [.queued, .cancelled]
        request.labels = ["team": "shop"]
        request.createdAfter = 10
        request.createdBefore = 20
        request.pageSize = 500
        request.pageToken = "token"
        try expectBothWays(ForeignVectors.listTasksRequest, request)
        var response = ListTasksResponse()
        response.tasks = [Self.snapshot, Self.snapshot]
        response.nextPageToken = "token"
        response.cursor = 300
        try expectBothWays(ForeignVectors.listTasksResponse, response)
    }

    @Test func listAllTasks() throws {
        var request = ListAllTasksRequest()
        request.context = Self.context
        request.states = [.queued, .cancelled]
        request.labels = ["team": "shop"]
        request.createdAfter = 10
        request.createdBefore = 20
        request.pageSize = 500
        request.pageToken = "token"
        request.caller = "alice"
        try expectBothWays(ForeignVectors.listAllTasksRequest, request)
    }

    @Test func listUnknown() throws {
        var request = ListUnknownRequest()
        request.context = Self.context
        request.pageSize = 500
        request.pageToken = "token"
        try expectBothWays(ForeignVectors.listUnknownRequest, request)
        var response = ListUnknownResponse()
        response.tasks = [Self.snapshot]
        response.nextPageToken = "token"
        try expectBothWays(ForeignVectors.listUnknownResponse, response)
    }

    // MARK: the server

    @Test func describeServer() throws {
        var request = DescribeServerRequest()
        request.context = Self.context
        try expectBothWays(ForeignVectors.describeServerRequest, request)
        var parameter = ParameterDescription()
        (parameter.name, parameter.type, parameter.help) = ("seed", "integer", "help")
        (parameter.minimum, parameter.maximum) = ("0", "9")
        var pipeline = PipelineDescription()
        (pipeline.name, pipeline.isEnabled, pipeline.description) = ("pose_change", true, "d")
        pipeline.steps = ["one", "two"]
        pipeline.parameters = [parameter]
        var engine = EngineDescription()
        (engine.name, engine.type, engine.replacedBy) = ("main", "runninghub", "other")
        (engine.isEnabled, engine.mayCostMoney) = (true, true)
        var response = DescribeServerResponse()
        (response.serverName, response.build, response.versions) = ("name", "build", [1, 300])
        response.limits = Self.limits
        response.pipelines = [pipeline]
        response.engines = [engine]
        response.reasons = ["INTERNAL", "IDLE"]
        response.fileDescriptorSet = [0, 255]
        try expectBothWays(ForeignVectors.describeServerResponse, response)
    }

    // MARK: operators

    @Test func resolveTask() throws {
        var request = ResolveTaskRequest()
        request.context = Self.context
        request.taskID = "tsk_1"
        request.note = "note"
        request.verdict = .adoptRun("run")
        try expectBothWays(ForeignVectors.resolveTaskAdoptRun, request)
        request.verdict = .notCharged
        try expectBothWays(ForeignVectors.resolveTaskNotCharged, request)
        request.verdict = .submitAgain
        try expectBothWays(ForeignVectors.resolveTaskSubmitAgain, request)
        var response = ResolveTaskResponse()
        response.task = Self.snapshot
        response.followUp = Self.snapshot
        try expectBothWays(ForeignVectors.resolveTaskResponse, response)
    }

    @Test func setEngine() throws {
        var request = SetEngineRequest()
        request.context = Self.context
        request.engine = "main"
        request.isPaused = true
        request.note = "note"
        try expectBothWays(ForeignVectors.setEngineRequest, request)
        var health = EngineHealth()
        (health.name, health.type, health.state, health.message) = ("main", "runninghub", "paused", "m")
        (health.configured, health.reachable, health.authorised) = (.yes, .no, .yes)
        (health.funded, health.workflowValid, health.lastSuccessAt) = (.no, .yes, 9)
        (health.slotsUsed, health.slotsLimit, health.foreignRuns) = (1, 2, 3)
        var response = SetEngineResponse()
        response.engine = health
        try expectBothWays(ForeignVectors.setEngineResponse, response)
    }

    @Test func purgeCaller() throws {
        var request = PurgeCallerRequest()
        request.context = Self.context
        request.caller = "alice"
        request.note = "note"
        try expectBothWays(ForeignVectors.purgeCallerRequest, request)
        var response = PurgeCallerResponse()
        response.tasks = .max
        response.bytes = 300
        try expectBothWays(ForeignVectors.purgeCallerResponse, response)
    }

    @Test func drainAndWatchAll() throws {
        var drain = DrainRequest()
        drain.context = Self.context
        drain.note = "note"
        try expectBothWays(ForeignVectors.drainRequest, drain)
        try expectBothWays(ForeignVectors.drainResponse, DrainResponse())
        var watch = WatchAllRequest()
        watch.context = Self.context
        watch.afterCursor = 300
        try expectBothWays(ForeignVectors.watchAllRequest, watch)
    }

    /// A `FileDescriptorSet` with the one file: its name and package stand in it, and no comment does.
    @Test func theDescriptorIsThatOfTheProto() {
        let bytes = ProtoDescriptor.fileDescriptorSet
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(bytes.first == 0x0A)
        for word in ["pose_transfer.proto", "posetransfer.v1", "SubmitPoseTransferRequest", "LabelsEntry", "proto3"] {
            #expect(text.contains(word))
        }
        #expect(!text.contains("The first frame of a client."))
    }
}
