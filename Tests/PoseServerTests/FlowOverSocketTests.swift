import Crypto
import EngineCore
import NIOCore
import PoseServer
import PoseWire
import Synchronization
import Testing

/// Peers that do not read, that stop half way or end their side: over a real socket, since only that has its buffers.
@Suite(.timeLimit(.minutes(1))) struct FlowOverSocketTests {
    private static var allMine: StreamStatusRequest {
        var request = StreamStatusRequest()
        request.allMine = true
        return request
    }

    private static func result(_ number: Int64, of bytes: [UInt8], in under: ServerUnderTest) -> FetchResultRequest {
        let digest = under.images.put(bytes)
        under.engine.add(number, caller: "local")
        under.engine.change(number) {
            $0.state = .succeeded
            $0.outputs = [
                TaskOutput(
                    name: "image",
                    image: StoredImage(
                        digest: digest, sizeBytes: Int64(bytes.count), mediaType: "image/png", width: 1, height: 1))
            ]
        }
        var request = FetchResultRequest()
        request.taskID = "tsk_\(number)"
        return request
    }

    @Test func aStreamThatIsNotReadLosesOnlyWhatItCountsAsDropped() async throws {
        try await ServerUnderTest.run { under in
            let engine = under.engine
            engine.add(1, caller: "local")
            let client = try await under.welcomed()
            try await client.send(.request(.streamStatus, 1, Self.allMine))
            #expect(try #require(await client.next()).read(StatusEvent.self).sequence == 1)
            try await client.stopReading()
            let text = String(repeating: "m", count: 4_000)
            for _ in 0..<4_000 {
                engine.change(1) {
                    $0.state = .running
                    $0.message = text
                }
            }
            engine.change(1) {
                $0.state = .failed
                $0.message = ""
            }
            try await client.startReading()
            var last = UInt64(1)
            var cursor = UInt64(1)
            var dropped = UInt64(0)
            while true {
                let event = try #require(await client.next()).read(StatusEvent.self)
                #expect(event.sequence == last + 1 + event.dropped)
                #expect(event.cursor > cursor)
                last = event.sequence
                cursor = event.cursor
                dropped += event.dropped
                if event.state == .failed { break }
            }
            #expect(last == 4_002)
            #expect(dropped > 0, "a peer that does not read must not make the server keep everything")
            await client.close()
        }
    }

    @Test func aLongPastIsReadInPagesAndComesWhole() async throws {
        try await ServerUnderTest.run { under in
            for number in Int64(1)...1_500 { under.engine.add(number, caller: number % 3 == 0 ? "other" : "local") }
            let client = try await under.welcomed()
            try await client.send(.request(.streamStatus, 1, Self.allMine))
            var cursors: [UInt64] = []
            for _ in 0..<1_000 { cursors.append(try #require(await client.next()).read(StatusEvent.self).cursor) }
            #expect(cursors == (1...1_500).filter { $0 % 3 != 0 })
            #expect(under.engine.reader.state.withLock { $0.pagesRead } > 1)
            under.engine.add(1_501, caller: "local")
            #expect(try #require(await client.next()).read(StatusEvent.self).cursor == 1_501)
            await client.close()
        }
    }

    @Test func answersDoNotWaitBehindDownloadsAndDownloadsTakeTurns() async throws {
        try await ServerUnderTest.run { under in
            let size = 24 * 1_048_576
            let bytes = [UInt8](repeating: 5, count: size)
            let first = Self.result(1, of: bytes, in: under)
            let second = Self.result(2, of: bytes, in: under)
            under.engine.script { _ in .refused(.taskUnknown) }
            let client = try await under.welcomed()
            try await client.stopReading()
            try await client.send(.request(.fetchResult, 1, first), .request(.fetchResult, 2, second))
            var incoming = under.engine.incoming.makeAsyncIterator()
            try await client.send(.request(.cancelTask, 3, CancelTaskRequest()))
            _ = await incoming.next()
            try await client.startReading()
            var received: [UInt32: Int] = [1: 0, 2: 0]
            var answeredAfter: Int?
            var ended = 0
            while ended < 3 {
                let frame = try #require(await client.next())
                if frame.kind == FrameKind.data.rawValue {
                    received[frame.call, default: 0] += frame.payload.count
                    // Chunk by chunk as long as the disk gives both alike: half a file apart they would not take turns.
                    let difference = abs((received[1] ?? 0) - (received[2] ?? 0))
                    #expect(difference <= size / 2, "downloads take turns")
                } else if frame.kind == FrameKind.end.rawValue {
                    ended += 1
                    if frame.call == 3 { answeredAfter = received.values.reduce(0, +) }
                }
            }
            #expect(received == [1: size, 2: size])
            // What the sockets of both sides hold, and half a MiB: never all of it.
            #expect(try #require(answeredAfter) < size)
        }
    }

    @Test func aDownloadGoesOnWhenItsResultIsRemovedMeanwhile() async throws {
        try await ServerUnderTest.run { under in
            let bytes = [UInt8](repeating: 5, count: 4 * 1_048_576)
            let request = Self.result(1, of: bytes, in: under)
            let client = try await under.welcomed()
            try await client.send(.request(.fetchResult, 1, request))
            #expect(await client.next()?.kind == FrameKind.response.rawValue)
            under.images.remove(ContentDigest(SHA256.hash(data: bytes)))
            var count = 0
            var frame = try #require(await client.next())
            while frame.kind == FrameKind.data.rawValue {
                count += frame.payload.count
                frame = try #require(await client.next())
            }
            #expect(count == bytes.count)
            #expect(Ending(frame) == Ending(1, .ok))
        }
    }

    @Test func aPeerThatTakesNothingIsClosed() async throws {
        try await ServerUnderTest.run {
            $0.limits.writeTimeoutMilliseconds = 100
        } _: { under in
            let request = Self.result(1, of: [UInt8](repeating: 5, count: 16 * 1_048_576), in: under)
            let client = try await under.welcomed()
            try await client.stopReading()
            try await client.send((1...4).map { .request(.fetchResult, $0, request) })
            while under.server.connections > 0 { await Task.yield() }
        }
    }

    @Test func anUploadWhoseNextDataDoesNotComeEndsThatCallAlone() async throws {
        try await ServerUnderTest.run {
            $0.limits.frameTimeoutMilliseconds = 50
        } _: { under in
            let client = try await under.welcomed()
            var request = PutImageRequest()
            request.sizeBytes = 10
            request.sha256 = .init(repeating: 1, count: 32)
            try await client.send(.request(.putImage, 1, request, hasMore: true), .data(1, [0x89], hasMore: true))
            #expect(Ending(await client.next()) == Ending(1, .deadlineExceeded, "FRAME_TIMEOUT"))
            #expect(try await client.ending(.getTask, 2, GetTaskRequest()).call == 2)
        }
    }

    @Test func aLargeUploadInManyPiecesArrivesWhole() async throws {
        try await ServerUnderTest.run { under in
            under.engine.script { _ in .imagePut(expiresAt: 1) }
            let image = TestImages.large
            var request = PutImageRequest()
            request.sizeBytes = UInt64(image.count)
            request.sha256 = ContentDigest(SHA256.hash(data: image)).bytes
            let client = try await under.welcomed()
            var frames: [RawFrame] = [.request(.putImage, 1, request, hasMore: true)]
            for start in stride(from: 0, to: image.count, by: 200_000) {
                let end = min(image.count, start + 200_000)
                frames.append(.data(1, Array(image[start..<end]), hasMore: end < image.count))
            }
            try await client.send(frames)
            let frame = try #require(await client.next())
            #expect(frame.kind == FrameKind.response.rawValue, "\(frame.status)")
            #expect(under.images.digests == [ContentDigest(SHA256.hash(data: image))])
        }
    }

    // MARK: half-close

    @Test func whatWasTakenIsAnsweredAfterTheClientHasEndedItsSide() async throws {
        try await ServerUnderTest.run { under in
            under.engine.script { _ in nil }
            let client = try await under.welcomed()
            var incoming = under.engine.incoming.makeAsyncIterator()
            try await client.send(
                .request(.streamStatus, 1, Self.allMine), .request(.cancelTask, 2, CancelTaskRequest()))
            try await client.finishSending()
            _ = await incoming.next()
            #expect(Ending(await client.next()) == Ending(1, .cancelled, "CALL_CANCELLED"))
            under.engine.answer(.refused(.taskUnknown))
            #expect(Ending(await client.next()) == Ending(2, .notFound, "TASK_UNKNOWN", "task_id"))
            #expect(await client.next() == nil)
        }
    }

    @Test func anEndInTheMiddleOfAFrameClosesAtOnce() async throws {
        try await ServerUnderTest.run { under in
            under.engine.script { _ in nil }
            let client = try await under.welcomed()
            try await client.send(.request(.cancelTask, 1, CancelTaskRequest()))
            try await client.send(bytes: [0, 0, 0])
            try await client.finishSending()
            #expect(await client.next() == nil)
        }
    }

    @Test func anEndInTheMiddleOfAnUploadClosesAtOnce() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            var request = PutImageRequest()
            request.sizeBytes = 10
            request.sha256 = .init(repeating: 1, count: 32)
            try await client.send(.request(.putImage, 1, request, hasMore: true))
            try await client.finishSending()
            #expect(await client.next() == nil)
            #expect(under.images.digests.isEmpty)
        }
    }

    // MARK: shutdown

    /// Whether somebody welcomes at the server's port, and it is this server: the port may be another test's by now.
    private static func isServed(_ under: ServerUnderTest, instance: String) async -> Bool {
        guard let client = try? await under.connect(), (try? await client.send(.hello())) != nil,
            let welcome = try? await client.next()?.read(Welcome.self)
        else { return false }
        return welcome.instanceID == instance
    }

    @Test func aShutdownDrainsAndRunReturns() async throws {
        try await ServerUnderTest.run {
            $0.instanceID = "the one that ends"
        } _: { under in
            under.engine.script { _ in nil }
            let client = try await under.welcomed()
            var incoming = under.engine.incoming.makeAsyncIterator()
            try await client.send(
                .request(.streamStatus, 1, Self.allMine), .request(.cancelTask, 2, CancelTaskRequest()))
            _ = await incoming.next()
            under.server.beginShutdown()
            #expect(try #require(await client.next()).read(GoAway.self).lastCall == 2)
            #expect(Ending(await client.next()) == Ending(1, .unavailable, "SERVER_DRAINING"))
            #expect(await !Self.isServed(under, instance: "the one that ends"))
            under.engine.answer(.refused(.taskUnknown))
            #expect(Ending(await client.next()).call == 2)
            #expect(await client.next() == nil)
        }
    }

    @Test func aPortThatIsTakenIsToldAsSuch() async throws {
        try await ServerUnderTest.run { under in
            await #expect(throws: PoseServerError.self) {
                try await ServerUnderTest.run {
                    $0.port = under.port
                } _: { _ in
                }
            }
        }
    }
}
