import Crypto
import EngineCore
import NIOCore
import PoseServer
import PoseWire
import Synchronization
import Testing

/// The main way, over a real socket.
@Suite(.timeLimit(.minutes(1))) struct CallsOverSocketTests {
    private func named(_ id: String) -> GetTaskRequest {
        var request = GetTaskRequest()
        request.taskID = id
        return request
    }

    @Test func welcomeTellsLimitsAndCursor() async throws {
        try await ServerUnderTest.run {
            $0.limits.maxCalls = 7
        } _: { under in
            under.engine.add(1, caller: "local")
            let client = try await under.connect()
            try await client.send(.hello())
            let welcome = try #require(await client.next()).read(Welcome.self)
            #expect(welcome.version == 1)
            #expect(welcome.instanceID == "instance")
            #expect(welcome.cursor == 1)
            #expect(welcome.limits.maxCalls == 7)
            #expect(welcome.limits.maxFrameBytes == 16 * 1_048_576 + 8)
        }
    }

    @Test func aSubmitRightBehindHelloStoresItsImagesAndIsAnsweredWithTheTask() async throws {
        try await ServerUnderTest.run { under in
            let engine = under.engine
            engine.script { _ in .submitted(engine.add(1, caller: "local"), deduplicated: false) }
            let client = try await under.connect()
            var request = SubmitPoseTransferRequest()
            request.pipeline = "POSE_Change"
            request.sourceImage = .data(.init(bytes: TestImages.png))
            request.poseImage = .sha256([UInt8](repeating: 9, count: 32))
            request.idempotencyKey = "key"
            request.labels = ["team": "a"]
            try await client.send(.hello(), .request(.submitPoseTransfer, 1, request))
            #expect(await client.next()?.kind == FrameKind.welcome.rawValue)
            let frame = try #require(await client.next())
            #expect(frame.kind == FrameKind.response.rawValue, "\(frame.status)")
            let response = try frame.read(SubmitPoseTransferResponse.self)
            #expect(response.task.latest.taskID == "tsk_1")
            #expect(response.task.latest.state == .queued)
            let digest = ContentDigest(SHA256.hash(data: TestImages.png))
            #expect(under.images.digests == [digest])
            guard case .submit(let submission) = engine.requests.first else {
                Issue.record("no submit reached the engine")
                return
            }
            #expect(submission.caller == "local")
            #expect(submission.pipeline == "pose_change")
            #expect(submission.source.identity == digest.bytes)
            #expect(submission.labels == ["team": "a"])
            #expect(submission.idempotencyKey == "key")
        }
    }

    @Test func aTaskIsReadFromTheBoardAndFromDisk() async throws {
        try await ServerUnderTest.run { under in
            under.engine.add(1, caller: "local")
            let onDisk = EventScript.record(2, caller: "local")
            under.engine.reader.state.withLock { $0.records[onDisk.id] = onDisk }
            let client = try await under.welcomed()
            for (call, id) in [(UInt32(1), "tsk_1"), (2, "tsk_2")] {
                let frame = try #require(try await client.ask(.getTask, call, named(id)))
                #expect(try frame.read(GetTaskResponse.self).task.latest.taskID == id)
            }
        }
    }

    @Test func aStreamShowsThePastThenWhatComesAndEndsWithTheTask() async throws {
        try await ServerUnderTest.run { under in
            under.engine.add(1, caller: "local")
            under.engine.change(1) { $0.state = .running }
            let client = try await under.welcomed()
            var request = StreamStatusRequest()
            request.taskIDs = ["tsk_1", "tsk_1"]
            try await client.send(.request(.streamStatus, 1, request))
            let first = try #require(await client.next()).read(StatusEvent.self)
            let second = try #require(await client.next()).read(StatusEvent.self)
            #expect([first.sequence, second.sequence] == [1, 2])
            under.engine.progress(1, 0.5)
            let live = try #require(await client.next()).read(StatusEvent.self)
            #expect(live.isTransient)
            #expect(live.progress == 0.5)
            #expect(live.sequence == 2)
            under.engine.change(1) {
                $0.state = .failed
                $0.failure = TaskFailure(.runFailed, "node 3 failed")
            }
            let last = try #require(await client.next()).read(StatusEvent.self)
            #expect(last.state == .failed)
            #expect(last.error?.code == .aborted)
            #expect(last.error?.reason == "RUN_FAILED")
            #expect(Ending(await client.next()) == Ending(1, .ok))
        }
    }

    @Test func aResultComesWholeAndFromAnOffset() async throws {
        try await ServerUnderTest.run { under in
            let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let digest = under.images.put(bytes)
            under.engine.add(1, caller: "local")
            under.engine.change(1) {
                $0.state = .succeeded
                $0.outputs = [
                    TaskOutput(
                        name: "image",
                        image: StoredImage(
                            digest: digest, sizeBytes: 700_000, mediaType: "image/png", width: 1, height: 1))
                ]
            }
            let client = try await under.welcomed()
            for (call, offset) in [(UInt32(1), 0), (2, 699_999), (3, 700_000)] {
                var request = FetchResultRequest()
                request.taskID = "tsk_1"
                request.offset = UInt64(offset)
                try await client.send(.request(.fetchResult, call, request))
                let header = try #require(await client.next()).read(ResultHeader.self)
                #expect(header.sizeBytes == 700_000)
                #expect(header.sha256 == digest.bytes)
                #expect(header.fileName == "tsk_1-image.png")
                var received: [UInt8] = []
                var frame = try #require(await client.next())
                while frame.kind == FrameKind.data.rawValue {
                    received += frame.payload
                    #expect((frame.flags == 0) == (received.count == bytes.count - offset))
                    frame = try #require(await client.next())
                }
                #expect(received == Array(bytes.dropFirst(offset)))
                #expect(Ending(frame) == Ending(call, .ok))
            }
        }
    }

    @Test func anImageIsPutOnceAndIsThereTheSecondTime() async throws {
        try await ServerUnderTest.run { under in
            let engine = under.engine
            engine.script { request in
                guard case .putImage(let caller, let image) = request else { return .refused(.internalFault) }
                engine.reader.state.withLock { $0.images[caller, default: [:]][image.digest] = (image, .max) }
                return .imagePut(expiresAt: 77)
            }
            let client = try await under.welcomed()
            let digest = ContentDigest(SHA256.hash(data: TestImages.png))
            var request = PutImageRequest()
            request.sizeBytes = UInt64(TestImages.png.count)
            request.sha256 = digest.bytes
            request.mediaType = "image/png"
            #expect(
                try await client.ending(.putImage, 1, request)
                    == Ending(1, .failedPrecondition, "IMAGE_UNKNOWN", "sha256"))
            try await client.send(
                .request(.putImage, 2, request, hasMore: true),
                .data(2, Array(TestImages.png.prefix(20)), hasMore: true),
                .data(2, Array(TestImages.png.dropFirst(20)), hasMore: true), .data(2, [], hasMore: false))
            let put = try #require(await client.next())
            #expect(put.kind == FrameKind.response.rawValue, "\(put.status)")
            #expect(try put.read(PutImageResponse.self).expiresAt == 77)
            #expect(try put.read(PutImageResponse.self).alreadyPresent == false)
            #expect(under.images.digests == [digest])
            try await client.send(.request(.putImage, 3, request, hasMore: true))
            #expect(try #require(await client.next()).read(PutImageResponse.self).alreadyPresent)
            // The data of an upload that was answered early is thrown away.
            try await client.send(.data(3, [1, 2, 3], hasMore: true))
            let asked = try #require(try await client.ask(.putImage, 4, request))
            #expect(try asked.read(PutImageResponse.self).alreadyPresent)
        }
    }

    @Test func anUploadThatIsNotWhatItAnnouncedSaysWhatIsWrong() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            let digest = Array(SHA256.hash(data: TestImages.png))
            let text = [UInt8](repeating: 0x61, count: TestImages.png.count)
            for (call, bytes, digest, mediaType, reason, field) in [
                (UInt32(1), TestImages.png, [UInt8](repeating: 9, count: 32), "", "DIGEST_MISMATCH", "sha256"),
                (2, TestImages.png, digest, "image/jpeg", "MEDIA_TYPE_MISMATCH", "media_type"),
                (3, text, Array(SHA256.hash(data: text)), "", "IMAGE_FORMAT", ""),
            ] {
                var request = PutImageRequest()
                request.sizeBytes = UInt64(bytes.count)
                request.sha256 = digest
                request.mediaType = mediaType
                try await client.send(
                    .request(.putImage, call, request, hasMore: true), .data(call, bytes, hasMore: false))
                #expect(Ending(await client.next()) == Ending(call, .invalidArgument, reason, field))
            }
            #expect(under.images.digests.isEmpty)
        }
    }

    @Test(arguments: [(bytes: UInt64(66), pixels: UInt64(1)), (bytes: 67, pixels: 0)])
    func anInlineImageAboveAnAnnouncedLimitIsRefused(bytes: UInt64, pixels: UInt64) async throws {
        try await ServerUnderTest.run {
            ($0.limits.maxImageBytes, $0.limits.maxImagePixels) = (bytes, pixels)
        } _: { under in
            let client = try await under.welcomed()
            var request = SubmitPoseTransferRequest()
            request.sourceImage = .data(.init(bytes: TestImages.png))
            request.poseImage = .sha256([UInt8](repeating: 9, count: 32))
            #expect(
                try await client.ending(.submitPoseTransfer, 1, request)
                    == Ending(1, .invalidArgument, "IMAGE_TOO_LARGE", "source_image.data"))
            #expect(under.images.digests.isEmpty)
        }
    }

    @Test func anUploadAboveTheAnnouncedPixelsIsRefused() async throws {
        try await ServerUnderTest.run {
            $0.limits.maxImagePixels = 0
        } _: { under in
            let client = try await under.welcomed()
            var request = PutImageRequest()
            request.sizeBytes = UInt64(TestImages.png.count)
            request.sha256 = Array(SHA256.hash(data: TestImages.png))
            try await client.send(
                .request(.putImage, 1, request, hasMore: true), .data(1, TestImages.png, hasMore: false))
            #expect(Ending(await client.next()) == Ending(1, .invalidArgument, "IMAGE_TOO_LARGE"))
        }
    }

    @Test func aCancelIsAnsweredWithTheTask() async throws {
        try await ServerUnderTest.run { under in
            let engine = under.engine
            engine.add(1, caller: "local")
            engine.script { _ in .cancelled(engine.change(1) { $0.state = .cancelled }) }
            let client = try await under.welcomed()
            var request = CancelTaskRequest()
            request.taskID = "tsk_1"
            request.reason = "no longer wanted"
            let frame = try #require(try await client.ask(.cancelTask, 1, request))
            #expect(try frame.read(CancelTaskResponse.self).task.latest.state == .cancelled)
            guard case .cancel(let caller, let task, let reason)? = engine.requests.first else {
                Issue.record("no cancel reached the engine")
                return
            }
            #expect([caller, task.rawValue, reason] == ["local", "tsk_1", "no longer wanted"])
        }
    }

    @Test func healthTellsWhetherItServesAndHowTheEnginesStand() async throws {
        try await ServerUnderTest.run { under in
            var standing = EngineStanding(name: "e", type: "fake", state: .degraded)
            standing.funded = false
            under.engine.board.post([], standings: [standing])
            let client = try await under.welcomed()
            let frame = try #require(try await client.ask(.checkHealth, 1, CheckHealthRequest()))
            let response = try frame.read(CheckHealthResponse.self)
            #expect(response.isServing)
            #expect(response.engines.map(\.state) == ["degraded"])
            #expect(response.engines.map(\.funded) == [.no])
            #expect(response.engines.map(\.reachable) == [.unspecified])
        }
    }

    @Test func aPingIsAnsweredWithItsBytes() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            try await client.send(
                RawFrame(kind: FrameKind.ping.rawValue, call: 0, payload: [1, 2]),
                RawFrame(kind: FrameKind.ping.rawValue, call: 0, payload: []))
            #expect(await client.next() == RawFrame(kind: FrameKind.pong.rawValue, call: 0, payload: [1, 2]))
            #expect(await client.next() == RawFrame(kind: FrameKind.pong.rawValue, call: 0))
        }
    }
}
