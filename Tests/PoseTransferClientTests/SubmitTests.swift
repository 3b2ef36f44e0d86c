import NIOCore
@testable import PoseTransferClient
import PoseWire
import Testing

@Suite(.timeLimit(.minutes(1))) struct SubmitTests {
    private let request = TransferRequest(source: .bytes([1, 2, 3]), pose: .bytes([4, 5]))

    private static func accept(_ request: FakeRequest, _ connection: FakeConnection, deduplicated: Bool = false) {
        var response = SubmitPoseTransferResponse()
        response.task = snapshot("t1")
        response.deduplicated = deduplicated
        connection.respond(response, to: request.call)
    }

    @Test func whatIsAskedForArrives() async throws {
        let seen = Log<SubmitPoseTransferRequest>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                seen.add(request.message(SubmitPoseTransferRequest.self))
                Self.accept(request, connection)
            default: break
            }
        }
        var asked = request
        asked.pipeline = "pose_change"
        asked.parameters = ["seed": "7"]
        asked.labels = ["team": "a"]
        asked.priority = -5
        asked.taskTimeout = .seconds(90)
        asked.startBy = .milliseconds(1)
        asked.idempotencyKey = "mine"
        let client = PoseTransferClient(port: server.port)
        let submitted = try await client.submit(asked)
        #expect(submitted.task.id == "t1")
        #expect(submitted.idempotencyKey == "mine")
        let message = try #require(seen.all.first)
        #expect(message.sourceImage == .data(ByteBuffer(bytes: [1, 2, 3])))
        #expect(message.poseImage == .data(ByteBuffer(bytes: [4, 5])))
        #expect(message.pipeline == "pose_change")
        #expect(message.parameters == ["seed": "7"])
        #expect(message.labels == ["team": "a"])
        #expect(message.priority == -5)
        #expect(message.taskTimeoutMilliseconds == 90_000)
        #expect(message.startByMilliseconds == 1)
        #expect(message.idempotencyKey == "mine")
        await client.shutdown()
        try await server.stop()
    }

    @Test func aSubmitWithoutAnswerGoesOutAgainWithTheSameKey() async throws {
        let keys = Log<String>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                keys.add(request.message(SubmitPoseTransferRequest.self).idempotencyKey)
                if keys.all.count < 3 { connection.close() } else { Self.accept(request, connection, deduplicated: true) }
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let submitted = try await client.submit(request)
        #expect(submitted.isDeduplicated)
        #expect(keys.all.count == 3)
        #expect(Set(keys.all) == [submitted.idempotencyKey])
        #expect(submitted.idempotencyKey.count == 36)
        await client.shutdown()
        try await server.stop()
    }

    @Test func withoutAnAnswerInTimeTheOutcomeIsUnknownAndTheKeyIsTold() async throws {
        let server = try await FakeServer.start { connection, event in
            if case .hello = event { connection.welcome() }
        }
        let client = PoseTransferClient(port: server.port) { $0.callTimeout = .milliseconds(30) }
        try await client.connect()
        var asked = request
        asked.idempotencyKey = "mine"
        let error = await thrown { _ = try await client.submit(asked) }
        #expect(error?.code == .outcomeUnknown)
        #expect(error?.idempotencyKey == "mine")
        await client.shutdown()
        try await server.stop()
    }

    @Test func aRefusalIsToldWithFieldAndTime() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                connection.end(request.call, .queueFull, retryAfterMilliseconds: 1_500, field: "priority")
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let error = await thrown { _ = try await client.submit(request) }
        #expect(error?.code == .refused)
        #expect(error?.statusCode == 8)
        #expect(error?.reason == "QUEUE_FULL")
        #expect(error?.retryAfter == .milliseconds(1_500))
        #expect(error?.field == "priority")
        await client.shutdown()
        try await server.stop()
    }

    @Test func aLargePictureIsPutFirstAndPutAgainWhereItHasExpired() async throws {
        let large = [UInt8](repeating: 7, count: (1 << 20) + 1)
        let received = Counter()
        let bytes = Counter()
        let submits = Log<ImageContent>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request) where request.method == .submitPoseTransfer:
                submits.add(request.message(SubmitPoseTransferRequest.self).sourceImage)
                if submits.all.count == 1 {
                    connection.end(request.call, .imageUnknown, field: "source_image.sha256")
                } else {
                    Self.accept(request, connection)
                }
            case .data(let call, let chunk, let isLast):
                for _ in 0..<(chunk.readableBytes >> 10) { bytes.increased() }
                guard isLast else { return }
                received.increased()
                var response = PutImageResponse()
                response.sha256 = ContentDigest(of: large).bytes
                connection.respond(response, to: call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        _ = try await client.submit(TransferRequest(source: .bytes(large), pose: .bytes([1])))
        #expect(received.count == 2)
        #expect(bytes.count == 2 * 1_024)
        #expect(submits.all == Array(repeating: .sha256(ContentDigest(of: large).bytes), count: 2))
        await client.shutdown()
        try await server.stop()
    }

    @Test func anUploadStopsWhereTheServerHasThePicture() async throws {
        let picture = [UInt8](repeating: 9, count: 4 << 20)
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                var response = PutImageResponse()
                response.sha256 = request.message(PutImageRequest.self).sha256
                response.alreadyPresent = true
                response.expiresAt = 5
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let stored = try await client.putImage(picture)
        #expect(stored == StoredImage(ContentDigest(of: picture)))
        #expect(try await client.putImage([]).wasPresent)
        await client.shutdown()
        try await server.stop()
    }
}

extension StoredImage {
    fileprivate init(_ digest: ContentDigest) {
        self.init(digest: digest, wasPresent: true, expiresAtUnixMilliseconds: 5)
    }
}
