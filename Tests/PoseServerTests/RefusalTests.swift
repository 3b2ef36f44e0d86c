import Crypto
import EngineCore
import NIOCore
import PoseServer
import PoseWire
import Synchronization
import Testing

/// Each refusal of the wire protocol's tables, with its exact code, reason and field; the connection lives on.
@Suite(.timeLimit(.minutes(1))) struct RefusalTests {
    private static let digest = [UInt8](repeating: 7, count: 32)

    private static func submit(_ change: (inout SubmitPoseTransferRequest) -> Void) -> SubmitPoseTransferRequest {
        var request = SubmitPoseTransferRequest()
        request.sourceImage = .sha256(digest)
        request.poseImage = .sha256(digest)
        change(&request)
        return request
    }

    struct SubmitCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: SubmitPoseTransferRequest
        let code: StatusCode
        let reason: String
        let field: String

        init(
            _ code: StatusCode, _ reason: String, _ field: String, _ change: (inout SubmitPoseTransferRequest) -> Void
        ) {
            request = RefusalTests.submit(change)
            self.code = code
            self.reason = reason
            self.field = field
            testDescription = "\(reason) \(field)"
        }
    }

    static let submits: [SubmitCase] = [
        SubmitCase(.invalidArgument, "IMAGE_MISSING", "source_image") { $0.sourceImage = .none },
        SubmitCase(.invalidArgument, "IMAGE_MISSING", "pose_image") { $0.poseImage = .none },
        SubmitCase(.invalidArgument, "IMAGE_EMPTY", "source_image.data") { $0.sourceImage = .data(ByteBuffer()) },
        SubmitCase(.invalidArgument, "IMAGE_FORMAT", "pose_image.data") {
            $0.poseImage = .data(ByteBuffer(string: "no image"))
        },
        SubmitCase(.invalidArgument, "IMAGE_FORMAT", "source_image.data") {
            $0.sourceImage = .data(ByteBuffer(bytes: TestImages.png.dropLast()))
        },
        SubmitCase(.invalidArgument, "FIELD_INVALID", "source_image.sha256") {
            $0.sourceImage = .sha256(Array(digest.dropLast()))
        },
        SubmitCase(.invalidArgument, "FIELD_INVALID", "pose_image.sha256") { $0.poseImage = .sha256(digest + [1]) },
        SubmitCase(.permissionDenied, "URL_NOT_ALLOWED", "source_image.url") {
            $0.sourceImage = .url("https://elsewhere.example/a.png")
        },
        SubmitCase(.permissionDenied, "PATH_NOT_ALLOWED", "pose_image.path") { $0.poseImage = .path("/etc/passwd") },
        SubmitCase(.invalidArgument, "FIELD_INVALID", "pipeline") { $0.pipeline = .init(repeating: "p", count: 65) },
        SubmitCase(.invalidArgument, "FIELD_INVALID", "idempotency_key") {
            $0.idempotencyKey = .init(repeating: "k", count: 129)
        },
        SubmitCase(.invalidArgument, "FIELD_INVALID", "priority") { $0.priority = 101 },
        SubmitCase(.invalidArgument, "FIELD_INVALID", "priority") { $0.priority = -101 },
        SubmitCase(.invalidArgument, "FIELD_INVALID", "labels") { request in
            for number in 0..<33 { request.labels["l\(number)"] = "" }
        },
        SubmitCase(.invalidArgument, "FIELD_INVALID", "labels.team") {
            $0.labels = ["team": .init(repeating: "v", count: 257)]
        },
        SubmitCase(.invalidArgument, "FIELD_INVALID", "parameters") { request in
            for number in 0..<65 { request.parameters["p\(number)"] = "" }
        },
        SubmitCase(.invalidArgument, "FIELD_INVALID", "parameters") {
            $0.parameters = ["p": .init(repeating: "v", count: 65_536)]
        },
        SubmitCase(.invalidArgument, "TEXT_INVALID", "idempotency_key") { $0.idempotencyKey = "a\0b" },
        SubmitCase(.invalidArgument, "TEXT_INVALID", "labels.team") { $0.labels = ["team": "\0"] },
    ]

    @Test(arguments: submits) func aSubmitThatIsWrongIsRefusedBeforeTheEngineHearsOfIt(what: SubmitCase) async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            let ending = try await client.ending(.submitPoseTransfer, 1, what.request)
            #expect(ending == Ending(1, what.code, what.reason, what.field))
            #expect(under.engine.requests.isEmpty)
            #expect(try await client.ending(.getTask, 2, GetTaskRequest()).reason == "TASK_UNKNOWN")
        }
    }

    @Test func aSubmitAtItsLimitsIsTaken() async throws {
        try await ServerUnderTest.run { under in
            let engine = under.engine
            engine.script { _ in .submitted(engine.add(1, caller: "local"), deduplicated: true) }
            let client = try await under.welcomed()
            for priority in [Int32(-100), 0, 100] {
                let request = Self.submit { request in
                    request.pipeline = .init(repeating: "p", count: 64)
                    request.idempotencyKey = .init(repeating: "k", count: 128)
                    request.priority = priority
                    for number in 0..<32 { request.labels["l\(number)"] = .init(repeating: "v", count: 256) }
                    for number in 0..<64 { request.parameters["\(10 + number)"] = .init(repeating: "v", count: 1_022) }
                }
                let frame = try #require(try await client.ask(.submitPoseTransfer, UInt32(priority + 101), request))
                #expect(frame.kind == FrameKind.response.rawValue, "\(frame.status)")
                #expect(try frame.read(SubmitPoseTransferResponse.self).deduplicated)
            }
        }
    }

    struct EngineCase: Sendable, CustomTestStringConvertible {
        let refusal: Refusal
        let ending: Ending
        var testDescription: String { ending.reason }

        init(_ refusal: Refusal, _ code: StatusCode, _ reason: String, _ field: String = "") {
            self.refusal = refusal
            ending = Ending(1, code, reason, field)
        }
    }

    static let engineRefusals: [EngineCase] = [
        EngineCase(.pipelineUnknown("x"), .notFound, "PIPELINE_UNKNOWN", "pipeline"),
        EngineCase(.pipelineDisabled("x"), .failedPrecondition, "PIPELINE_DISABLED", "pipeline"),
        EngineCase(
            .engineDisabled(engine: "e", replacement: "runninghub"), .failedPrecondition, "ENGINE_DISABLED", "pipeline"),
        EngineCase(.imageUnknown(.source), .failedPrecondition, "IMAGE_UNKNOWN", "source_image.sha256"),
        EngineCase(.imageUnknown(.pose), .failedPrecondition, "IMAGE_UNKNOWN", "pose_image.sha256"),
        EngineCase(.parameterUnknown("size"), .invalidArgument, "PARAMETER_UNKNOWN", "parameters.size"),
        EngineCase(
            .parameterInvalid("size", message: "is too large"), .invalidArgument, "FIELD_INVALID", "parameters.size"),
        EngineCase(.idempotencyKeyReused, .alreadyExists, "IDEMPOTENCY_KEY_REUSED", "idempotency_key"),
        EngineCase(.queueFull(retryAfterMilliseconds: 5_000), .resourceExhausted, "QUEUE_FULL"),
        EngineCase(.callerLimit("at most 3"), .resourceExhausted, "CALLER_LIMIT"),
        EngineCase(.storageFull, .resourceExhausted, "STORAGE_FULL"),
        EngineCase(.draining, .unavailable, "SERVER_DRAINING"),
        EngineCase(.internalFault, .internalError, "INTERNAL"),
    ]

    @Test(arguments: engineRefusals) func whatTheEngineRefusesIsToldInTheWiresWords(what: EngineCase) async throws {
        try await ServerUnderTest.run { under in
            under.engine.script { _ in .refused(what.refusal) }
            let client = try await under.welcomed()
            let frame = try await client.ask(.submitPoseTransfer, 1, Self.submit { _ in })
            #expect(Ending(frame) == what.ending)
            if case .queueFull = what.refusal { #expect(frame?.status.retryAfterMilliseconds == 5_000) }
        }
    }

    @Test func aTaskThatIsUnknownAndOneOfAnotherCallerGiveTheSameBytes() async throws {
        try await ServerUnderTest.run {
            $0.hasCallers("alice", "bob")
        } _: { under in
            under.engine.add(1, caller: "alice")
            let onDisk = EventScript.record(2, caller: "alice")
            under.engine.reader.state.withLock { $0.records[onDisk.id] = onDisk }
            under.engine.script { request in
                guard case .cancel = request else { return nil }
                return .refused(.taskUnknown)
            }
            let client = try await under.welcomed(token: "bob")
            var call: UInt32 = 0
            for method in [WireMethod.getTask, .cancelTask, .fetchResult, .streamStatus] {
                var payloads: Set<[UInt8]> = []
                for id in ["tsk_1", "tsk_2", "tsk_3", ""] {
                    call += 1
                    let frame = try #require(try await client.askAbout(id, method, call))
                    payloads.insert(frame.payload)
                    let field = method == .streamStatus ? "task_ids[0]" : "task_id"
                    #expect(Ending(frame) == Ending(call, .notFound, "TASK_UNKNOWN", field))
                }
                #expect(payloads.count == 1, "\(method)")
            }
        }
    }

    @Test func theTaskOfACallerIsHisAlone() async throws {
        try await ServerUnderTest.run {
            $0.hasCallers("alice", "bob")
        } _: { under in
            under.engine.add(1, caller: "alice")
            let client = try await under.welcomed(token: "alice")
            #expect(try await client.askAbout("tsk_1", .getTask, 1)?.kind == FrameKind.response.rawValue)
        }
    }

    @Test func aTaskIDBeyondItsLimitIsToldByFieldForEachMethod() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            let id = String(repeating: "t", count: 65)
            var call: UInt32 = 0
            for method in [WireMethod.getTask, .cancelTask, .fetchResult, .streamStatus] {
                call += 1
                let field = method == .streamStatus ? "task_ids[0]" : "task_id"
                #expect(
                    Ending(try await client.askAbout(id, method, call))
                        == Ending(call, .invalidArgument, "FIELD_INVALID", field))
            }
        }
    }

    @Test func aCancelsReasonHasAtMost500Characters() async throws {
        try await ServerUnderTest.run { under in
            under.engine.script { _ in .refused(.taskUnknown) }
            let client = try await under.welcomed()
            var request = CancelTaskRequest()
            request.taskID = "tsk_1"
            request.reason = String(repeating: "ä", count: 501)
            #expect(
                try await client.ending(.cancelTask, 1, request)
                    == Ending(1, .invalidArgument, "FIELD_INVALID", "reason"))
            request.reason = String(repeating: "ä", count: 500)
            #expect(try await client.ending(.cancelTask, 2, request).reason == "TASK_UNKNOWN")
        }
    }

    // MARK: streams

    struct StreamCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: StreamStatusRequest
        let ending: Ending

        init(
            _ code: StatusCode, _ reason: String, _ field: String, _ description: String,
            _ change: (inout StreamStatusRequest) -> Void
        ) {
            var request = StreamStatusRequest()
            change(&request)
            self.request = request
            ending = Ending(1, code, reason, field)
            testDescription = description
        }
    }

    static let streams: [StreamCase] = [
        StreamCase(.invalidArgument, "FIELD_INVALID", "task_ids", "nothing named") { _ in },
        StreamCase(.invalidArgument, "FIELD_INVALID", "all_mine", "both") {
            $0.taskIDs = ["tsk_1"]
            $0.allMine = true
        },
        StreamCase(.invalidArgument, "FIELD_INVALID", "task_ids", "1,001 tasks") {
            $0.taskIDs = .init(repeating: "tsk_1", count: 1_001)
        },
        StreamCase(.invalidArgument, "FIELD_INVALID", "after_sequence", "a sequence of two tasks") {
            $0.taskIDs = ["tsk_1", "tsk_2"]
            $0.afterSequence = 1
        },
        StreamCase(.invalidArgument, "FIELD_INVALID", "after_sequence", "a sequence of all") {
            $0.allMine = true
            $0.afterSequence = 1
        },
        StreamCase(.invalidArgument, "FIELD_INVALID", "after_cursor", "a sequence and a cursor") {
            $0.taskIDs = ["tsk_1"]
            $0.afterSequence = 1
            $0.afterCursor = 1
        },
        StreamCase(.notFound, "TASK_UNKNOWN", "task_ids[2]", "one of several unknown") {
            $0.taskIDs = ["tsk_1", "tsk_1", "tsk_9", "tsk_8"]
        },
        StreamCase(.outOfRange, "SEQUENCE_AHEAD", "after_sequence", "a sequence ahead") {
            $0.taskIDs = ["tsk_1"]
            $0.afterSequence = 2
        },
        StreamCase(.outOfRange, "SEQUENCE_AHEAD", "after_cursor", "a cursor ahead") {
            $0.allMine = true
            $0.afterCursor = 2
        },
        StreamCase(.outOfRange, "SEQUENCE_AHEAD", "after_cursor", "a cursor ahead of named tasks") {
            $0.taskIDs = ["tsk_1"]
            $0.afterCursor = 2
        },
    ]

    @Test(arguments: streams) func aStreamThatIsWrongIsRefusedBeforeItsFirstItem(what: StreamCase) async throws {
        try await ServerUnderTest.run { under in
            under.engine.add(1, caller: "local")
            let client = try await under.welcomed()
            #expect(try await client.ending(.streamStatus, 1, what.request) == what.ending)
        }
    }

    @Test func aThousandNamedTasksAreTaken() async throws {
        try await ServerUnderTest.run { under in
            under.engine.add(1, caller: "local")
            let client = try await under.welcomed()
            var request = StreamStatusRequest()
            request.taskIDs = .init(repeating: "tsk_1", count: 1_000)
            request.afterSequence = 1
            under.engine.change(1) { $0.state = .cancelled }
            let item = try #require(try await client.ask(.streamStatus, 1, request)).read(StatusEvent.self)
            #expect(item.sequence == 2)
        }
    }

    // MARK: images and results

    private static func put(_ change: (inout PutImageRequest) -> Void) -> PutImageRequest {
        var request = PutImageRequest()
        request.sha256 = ContentDigest(SHA256.hash(data: TestImages.png)).bytes
        request.sizeBytes = UInt64(TestImages.png.count)
        change(&request)
        return request
    }

    struct PutCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: PutImageRequest
        let data: [UInt8]
        let ending: Ending

        init(
            _ reason: String, _ field: String, data: [UInt8] = TestImages.png, _ change: (inout PutImageRequest) -> Void
        ) {
            request = RefusalTests.put(change)
            self.data = data
            ending = Ending(1, .invalidArgument, reason, field)
            testDescription = "\(reason) \(field)"
        }
    }

    static let puts: [PutCase] = [
        PutCase("FIELD_INVALID", "sha256") { $0.sha256 = [] },
        PutCase("FIELD_INVALID", "sha256") { $0.sha256.append(0) },
        PutCase("IMAGE_EMPTY", "size_bytes") { $0.sizeBytes = 0 },
        PutCase("IMAGE_TOO_LARGE", "size_bytes") { $0.sizeBytes = 30 * 1_048_576 + 1 },
        PutCase("SIZE_MISMATCH", "size_bytes") { $0.sizeBytes -= 1 },
        PutCase("SIZE_MISMATCH", "size_bytes") { $0.sizeBytes += 1 },
        PutCase("DIGEST_MISMATCH", "sha256") { $0.sha256[0] ^= 1 },
        PutCase("MEDIA_TYPE_MISMATCH", "media_type") { $0.mediaType = "image/jpeg" },
        PutCase("IMAGE_FORMAT", "", data: Array("this is not an image".utf8)) { $0.sizeBytes = 20 },
    ]

    @Test(arguments: puts) func anUploadThatIsWrongLeavesNothingBehind(what: PutCase) async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            try await client.send(.request(.putImage, 1, what.request, hasMore: true))
            try await client.send(.data(1, what.data, hasMore: false))
            #expect(Ending(await client.next()) == what.ending)
            #expect(under.images.digests.isEmpty)
            #expect(under.engine.requests.isEmpty)
        }
    }

    @Test func dataBeyondTheAnnouncedSizeIsRefusedAtOnce() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            try await client.send(
                .request(.putImage, 1, Self.put { $0.sizeBytes = 4 }, hasMore: true),
                .data(1, [1, 2, 3, 4, 5], hasMore: true))
            #expect(Ending(await client.next()) == Ending(1, .invalidArgument, "SIZE_MISMATCH", "size_bytes"))
        }
    }

    @Test func aFullDiskIsTold() async throws {
        try await ServerUnderTest.run { under in
            under.images.fail(with: StoreError(.full, "no space left"))
            let client = try await under.welcomed()
            try await client.send(
                .request(.putImage, 1, Self.put { _ in }, hasMore: true), .data(1, TestImages.png, hasMore: false))
            #expect(Ending(await client.next()) == Ending(1, .resourceExhausted, "STORAGE_FULL"))
            let submit = Self.submit { $0.sourceImage = .data(ByteBuffer(bytes: TestImages.png)) }
            #expect(
                try await client.ending(.submitPoseTransfer, 2, submit) == Ending(2, .resourceExhausted, "STORAGE_FULL")
            )
        }
    }

    @Test func aResultThatIsNotThereIsToldByReason() async throws {
        try await ServerUnderTest.run { under in
            let digest = under.images.put(TestImages.png)
            let image = StoredImage(digest: digest, sizeBytes: 67, mediaType: "image/png", width: 1, height: 1)
            for number in Int64(1)...4 { under.engine.add(number, caller: "local") }
            under.engine.change(2) { $0.state = .failed }
            under.engine.change(3) { $0.state = .cancelled }
            under.engine.change(4) {
                $0.state = .succeeded
                $0.outputs = [TaskOutput(name: "image", image: image)]
            }
            let client = try await under.welcomed()
            func fetch(_ call: UInt32, _ id: String, output: UInt32 = 0, offset: UInt64 = 0) async throws -> Ending {
                var request = FetchResultRequest()
                request.taskID = id
                request.outputIndex = output
                request.offset = offset
                return try await client.ending(.fetchResult, call, request)
            }
            #expect(try await fetch(1, "tsk_1") == Ending(1, .failedPrecondition, "TASK_NOT_ENDED", "task_id"))
            #expect(try await fetch(2, "tsk_2") == Ending(2, .failedPrecondition, "TASK_FAILED", "task_id"))
            #expect(try await fetch(3, "tsk_3") == Ending(3, .failedPrecondition, "TASK_CANCELLED", "task_id"))
            #expect(try await fetch(4, "tsk_4", output: 1) == Ending(4, .notFound, "OUTPUT_UNKNOWN", "output_index"))
            #expect(try await fetch(5, "tsk_4", offset: 68) == Ending(5, .outOfRange, "OFFSET_AHEAD", "offset"))
            under.images.remove(digest)
            #expect(try await fetch(6, "tsk_4") == Ending(6, .notFound, "RESULT_EXPIRED", "task_id"))
        }
    }

    @Test(arguments: [(Int64(1_000), true), (1_001, false)])
    func aResultPastItsRetentionHasExpiredEvenWhileItsFileIsThere(
        age: Int64, isThere: Bool
    ) async throws {
        try await ServerUnderTest.run {
            $0.limits.resultRetentionMilliseconds = 1_000
        } _: { under in
            let digest = under.images.put(TestImages.png)
            let image = StoredImage(digest: digest, sizeBytes: 67, mediaType: "image/png", width: 1, height: 1)
            under.engine.change(1) {
                $0.state = .succeeded
                $0.times.ended = FixedClock.unix - age
                $0.outputs = [TaskOutput(name: "image", image: image)]
            }
            let client = try await under.welcomed()
            let frame = try #require(try await client.askAbout("tsk_1", .fetchResult, 1))
            if isThere {
                #expect(frame.kind == FrameKind.response.rawValue)
            } else {
                #expect(Ending(frame) == Ending(1, .notFound, "RESULT_EXPIRED", "task_id"))
            }
            // The row goes later than the result.
            under.engine.reader.state.withLock { $0.records = [:] }
            under.server.tasksRemoved([TaskID(rawValue: "tsk_1")])
            let other = try await under.welcomed()
            #expect(
                Ending(try await other.askAbout("tsk_1", .fetchResult, 1))
                    == Ending(1, .notFound, "TASK_UNKNOWN", "task_id"))
        }
    }

    // MARK: calls in general

    @Test(arguments: [UInt16(0), 10, 63, 71, .max]) func aMethodThatIsNotHereIsUnimplemented(method: UInt16)
        async throws
    {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            try await client.send(RawFrame(kind: FrameKind.request.rawValue, method: method, call: 1))
            #expect(Ending(await client.next()) == Ending(1, .unimplemented, "METHOD_UNKNOWN"))
            #expect(try await client.ending(.getTask, 2, GetTaskRequest()).call == 2)
        }
    }

    @Test func moreOnAMethodThatIsNoUploadEndsThatCallAlone() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            try await client.send(.request(.getTask, 1, GetTaskRequest(), hasMore: true), .data(1, [1], hasMore: true))
            #expect(Ending(await client.next()) == Ending(1, .invalidArgument, "FRAME_FLAGS"))
            #expect(try await client.ending(.getTask, 2, GetTaskRequest()).call == 2)
        }
    }

    @Test func aPayloadThatIsNoMessageOrTooComplexEndsThatCallAlone() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            try await client.send(RawFrame(kind: 3, method: 3, call: 1, payload: [0xFF, 0xFF]))
            #expect(Ending(await client.next()) == Ending(1, .invalidArgument, "PAYLOAD_INVALID"))
            // Half a million empty labels want far more memory than their bytes.
            let labels = (0..<1_000_000).map { UInt8($0 % 2 == 0 ? 0x52 : 0) }
            try await client.send(RawFrame(kind: 3, method: 1, call: 2, payload: labels))
            #expect(Ending(await client.next()) == Ending(2, .invalidArgument, "PAYLOAD_TOO_COMPLEX"))
            #expect(try await client.ending(.getTask, 3, GetTaskRequest()).call == 3)
        }
    }

    @Test func withoutATokenOnlyHealthIsAnswered() async throws {
        try await ServerUnderTest.run {
            $0.hasCallers("alice")
        } _: { under in
            under.engine.add(1, caller: "alice")
            under.engine.board.post([], standings: [EngineStanding(name: "e", type: "t", state: .serving)])
            let client = try await under.connect()
            try await client.send(.hello())
            #expect(try #require(await client.next()).read(Welcome.self).cursor == 0)
            let health = try #require(try await client.ask(.checkHealth, 1, CheckHealthRequest()))
            var expected = CheckHealthResponse()
            expected.isServing = true
            #expect(try health.read(CheckHealthResponse.self) == expected)
            #expect(
                Ending(try await client.askAbout("tsk_1", .getTask, 2)) == Ending(2, .unauthenticated, "TOKEN_INVALID"))
        }
    }

    @Test func aCancelledCallEndsCancelledAndItsAnswerIsForgotten() async throws {
        try await ServerUnderTest.run { under in
            under.engine.script { _ in nil }
            let client = try await under.welcomed()
            var incoming = under.engine.incoming.makeAsyncIterator()
            try await client.send(.request(.submitPoseTransfer, 1, Self.submit { _ in }))
            _ = await incoming.next()
            try await client.send(.cancel(1), .cancel(1))
            #expect(Ending(await client.next()) == Ending(1, .cancelled, "CALL_CANCELLED"))
            under.engine.answer(.submitted(under.engine.add(1, caller: "local"), deduplicated: false))
            #expect(
                try await client.ending(.getTask, 2, GetTaskRequest())
                    == Ending(2, .notFound, "TASK_UNKNOWN", "task_id"))
        }
    }

    @Test func aCallThatTakesTooLongEndsWithCallTimeout() async throws {
        try await ServerUnderTest.run { under in
            under.engine.script { _ in nil }
            let client = try await under.welcomed()
            let request = Self.submit { $0.context.timeoutMilliseconds = 1 }
            #expect(
                try await client.ending(.submitPoseTransfer, 1, request) == Ending(1, .deadlineExceeded, "CALL_TIMEOUT")
            )
            var stream = StreamStatusRequest()
            stream.allMine = true
            stream.context.timeoutMilliseconds = 1
            #expect(try await client.ending(.streamStatus, 2, stream) == Ending(2, .deadlineExceeded, "CALL_TIMEOUT"))
        }
    }

    @Test func aCancelledUploadKeepsNothing() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            try await client.send(
                .request(.putImage, 1, Self.put { _ in }, hasMore: true), .data(1, [0x89], hasMore: true), .cancel(1),
                .data(1, [1], hasMore: true))
            #expect(Ending(await client.next()) == Ending(1, .cancelled, "CALL_CANCELLED"))
            #expect(under.images.digests.isEmpty)
        }
    }

    @Test func streamsAboveTheLimitAreRefused() async throws {
        try await ServerUnderTest.run {
            $0.limits.maxStreams = 2
        } _: { under in
            let client = try await under.welcomed()
            var stream = StreamStatusRequest()
            stream.allMine = true
            try await client.send(
                .request(.streamStatus, 1, stream), .request(.putImage, 2, Self.put { _ in }, hasMore: true),
                .request(.streamStatus, 3, stream))
            #expect(Ending(await client.next()) == Ending(3, .resourceExhausted, "TOO_MANY_STREAMS"))
            try await client.send(.cancel(1))
            #expect(Ending(await client.next()) == Ending(1, .cancelled, "CALL_CANCELLED"))
            try await client.send(.request(.streamStatus, 4, stream), .cancel(4))
            #expect(Ending(await client.next()) == Ending(4, .cancelled, "CALL_CANCELLED"))
            await client.close()
        }
    }
}

extension RawClient {
    /// A request of `method` that names one task.
    fileprivate func askAbout(_ id: String, _ method: WireMethod, _ call: UInt32) async throws -> RawFrame? {
        switch method {
        case .cancelTask:
            var request = CancelTaskRequest()
            request.taskID = id
            return try await ask(method, call, request)
        case .fetchResult:
            var request = FetchResultRequest()
            request.taskID = id
            return try await ask(method, call, request)
        case .streamStatus:
            var request = StreamStatusRequest()
            request.taskIDs = [id]
            return try await ask(method, call, request)
        default:
            var request = GetTaskRequest()
            request.taskID = id
            return try await ask(method, call, request)
        }
    }
}
