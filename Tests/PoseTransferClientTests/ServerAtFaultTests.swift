import NIOCore
import PoseWire
import Testing

@testable import PoseTransferClient

/// A server that does not keep to the protocol is told, after a bounded number of attempts.
@Suite(.timeLimit(.minutes(1))) struct ServerAtFaultTests {
    /// Whatever it is asked, it sends a frame of a kind that there is not.
    private static func serveNonsense(_ calls: Counter) async throws -> FakeServer {
        try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request:
                calls.increased()
                connection.raw(ByteBuffer(bytes: [0, 0, 0, 8, 99, 0, 0, 0, 0, 0, 0, 1]))
            default: break
            }
        }
    }

    @Test func aCallThatReadsTellsIt() async throws {
        let calls = Counter()
        let server = try await Self.serveNonsense(calls)
        let client = PoseTransferClient(port: server.port)
        let error = await thrown { _ = try await client.task("t1") }
        #expect(error?.code == .protocolViolation)
        #expect(calls.count == ClientLimits.violationsMax)
        await client.shutdown()
        try await server.stop()
    }

    @Test func aCallThatChangesTellsThatItsOutcomeIsUnknown() async throws {
        let calls = Counter()
        let server = try await Self.serveNonsense(calls)
        let client = PoseTransferClient(port: server.port)
        let error = await thrown { _ = try await client.cancel("t1") }
        #expect(error?.code == .outcomeUnknown)
        #expect((error?.cause as? PoseTransferError)?.code == .protocolViolation)
        #expect(calls.count == ClientLimits.violationsMax)
        await client.shutdown()
        try await server.stop()
    }

    @Test func aStreamTellsIt() async throws {
        let calls = Counter()
        let server = try await Self.serveNonsense(calls)
        let client = PoseTransferClient(port: server.port)
        let error = await thrown { for try await _ in client.status(of: "t1") {} }
        #expect(error?.code == .protocolViolation)
        #expect(calls.count == ClientLimits.violationsMax)
        await client.shutdown()
        try await server.stop()
    }

    @Test func aDownloadTellsIt() async throws {
        let calls = Counter()
        let server = try await Self.serveNonsense(calls)
        let client = PoseTransferClient(port: server.port)
        let error = await thrown { _ = try await client.result(of: "t1") }
        #expect(error?.code == .protocolViolation)
        #expect(calls.count == ClientLimits.violationsMax)
        await client.shutdown()
        try await server.stop()
    }

    @Test func waitsAndReconnectsAreTold() async throws {
        let (calls, retries, back) = (Counter(), Log<RetryNotice>(), Counter())
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                guard calls.increased() > 2 else { return connection.close() }
                var response = GetTaskResponse()
                response.task = snapshot("t1")
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port) {
            $0.onRetry = { retries.add($0) }
            $0.onReconnect = { _ in back.increased() }
        }
        _ = try await client.task("t1")
        #expect(retries.all.map(\.error.code) == [.connectionLost, .connectionLost])
        #expect(retries.all.map(\.failuresInARow) == [1, 2])
        #expect(back.count == 2)
        await client.shutdown()
        try await server.stop()
    }

    @Test func shutdownReturnsWhenTheConnectionIsClosed() async throws {
        let closed = Counter()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .closed: closed.increased()
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        try await client.connect()
        let connection = try await client.keeper.connection(until: .distantFuture)
        await client.shutdown()
        #expect(!connection.isOpen)
        await closed.reached(1)
        #expect(await thrown { try await client.connect() }?.code == .closed)
        try await server.stop()
    }

    @Test func imagesByUrlAndPathArriveAsTheyAre() async throws {
        let seen = Log<SubmitPoseTransferRequest>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                seen.add(request.message(SubmitPoseTransferRequest.self))
                var response = SubmitPoseTransferResponse()
                response.task = snapshot("t1")
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        _ = try await client.submit(
            TransferRequest(source: .url("https://a.example/x.png"), pose: .path("/pictures/pose.png")))
        #expect(seen.all.first?.sourceImage == .url("https://a.example/x.png"))
        #expect(seen.all.first?.poseImage == .path("/pictures/pose.png"))
        await client.shutdown()
        try await server.stop()
    }

    @Test func aRefusedPutIsToldByItsPlaceInTheSubmit() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request): connection.end(request.call, .imageTooLarge, field: "size_bytes")
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let large = [UInt8](repeating: 0, count: ClientLimits.inlineImageBytesMax + 1)
        let error = await thrown {
            _ = try await client.submit(TransferRequest(source: .bytes([1]), pose: .bytes(large)))
        }
        #expect(error?.reason == "IMAGE_TOO_LARGE")
        #expect(error?.field == "pose_image.data")
        await client.shutdown()
        try await server.stop()
    }
}
