import NIOCore
@testable import PoseTransferClient
import PoseWire
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    private static func answerTask(_ request: FakeRequest, _ connection: FakeConnection) {
        var response = GetTaskResponse()
        response.task = snapshot("t1")
        connection.respond(response, to: request.call)
    }

    @Test func nobodyListensIsToldAtOnce() async throws {
        let server = try await FakeServer.start { _, _ in }
        try await server.stop()
        let client = PoseTransferClient(port: server.port)
        let error = await thrown { _ = try await client.task("t1") }
        #expect(error?.code == .cannotConnect)
        #expect(error?.message == "cannot connect to 127.0.0.1:\(server.port): connection refused")
        await client.shutdown()
    }

    @Test func aWrongTokenIsARefusal() async throws {
        let tokens = Log<String>()
        let server = try await FakeServer.start { connection, event in
            guard case .hello(let hello) = event else { return }
            tokens.add(hello.token)
            connection.end(0, .tokenInvalid)
        }
        let client = PoseTransferClient(port: server.port, token: "wrong")
        let error = await thrown { try await client.connect() }
        #expect(error?.code == .refused)
        #expect(error?.reason == "TOKEN_INVALID")
        #expect(tokens.all == ["wrong"])
        #expect("\(error?.description ?? "")".contains("wrong") == false)
        await client.shutdown()
        try await server.stop()
    }

    @Test func anotherProtocolIsRecognised() async throws {
        let server = try await FakeServer.start { connection, event in
            if case .hello = event { connection.raw(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n")) }
        }
        let client = PoseTransferClient(port: server.port)
        let error = await thrown { try await client.connect() }
        #expect(error?.code == .cannotConnect)
        #expect(error?.message.contains("does not speak this protocol") == true)
        await client.shutdown()
        try await server.stop()
    }

    @Test func aVersionThatWasNotOfferedIsNotTaken() async throws {
        let server = try await FakeServer.start { connection, event in
            if case .hello = event { connection.welcome(version: 2) }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(await thrown { try await client.connect() }?.code == .cannotConnect)
        await client.shutdown()
        try await server.stop()
    }

    @Test func aServerThatSaysNothingIsGivenUp() async throws {
        let server = try await FakeServer.start { _, _ in }
        let client = PoseTransferClient(port: server.port) { $0.connectTimeout = .milliseconds(30) }
        #expect(await thrown { try await client.connect() }?.code == .cannotConnect)
        await client.shutdown()
        try await server.stop()
    }

    @Test func whatTheServerSaysOfItselfIsTold() async throws {
        let server = try await FakeServer.start { connection, event in
            if case .hello = event { connection.welcome() }
        }
        let client = PoseTransferClient(port: server.port)
        let information = try await client.connect()
        #expect(information.name == "fake")
        #expect(information.cursor == 41)
        #expect(information.frameBytesMax == 16 * 1_048_576 + 8)
        await client.shutdown()
        try await server.stop()
    }

    @Test func endOnCallZeroLeavesTheCallToAnotherConnection() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request where connection.number == 1: connection.end(0, .frameTimeout)
            case .request(let request): Self.answerTask(request, connection)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(try await client.task("t1").id == "t1")
        await client.shutdown()
        try await server.stop()
    }

    @Test func behindGoAwayANewConnectionIsMade() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request) where connection.number == 1 && request.method == .checkHealth:
                // The call that was taken is answered; the connection takes no other.
                connection.goAway(lastCall: request.call)
                var response = CheckHealthResponse()
                response.message = "draining"
                connection.respond(response, to: request.call)
            case .request(let request) where connection.number == 2: Self.answerTask(request, connection)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let health = try await client.checkHealth()
        #expect(health == ServerHealth(isServing: false, message: "draining", engines: []))
        #expect(try await client.task("t1").id == "t1")
        await client.shutdown()
        try await server.stop()
    }

    @Test func aCallAboveTheLastOneTakenIsMadeElsewhere() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request where connection.number == 1: connection.goAway(lastCall: 0)
            case .request(let request): Self.answerTask(request, connection)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(try await client.task("t1").id == "t1")
        await client.shutdown()
        try await server.stop()
    }

    @Test func manyCallsRunAtOnceOnOneConnection() async throws {
        let waiting = Log<UInt32>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                waiting.add(request.call)
                guard waiting.all.count == 20 else { return }
                // All of them are there; the answers go out in the other order.
                for call in waiting.all.reversed() {
                    var response = GetTaskResponse()
                    response.task = snapshot("t\(call)")
                    connection.respond(response, to: call)
                }
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await client.task("any").id } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids == Set((1...20).map { "t\($0)" }))
        await client.shutdown()
        try await server.stop()
    }

    @Test func aSilentServerIsAskedAndThenLeft() async throws {
        let pinged = Counter()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome(keepaliveMilliseconds: 5)
            case .ping: pinged.increased()
            case .request(let request) where connection.number > 1: Self.answerTask(request, connection)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port) { $0.keepaliveInterval = .milliseconds(4) }
        #expect(try await client.task("t1").id == "t1")
        #expect(pinged.count >= 1)
        await client.shutdown()
        try await server.stop()
    }

    @Test func aClientThatWasShutDownCallsNobody() async throws {
        let server = try await FakeServer.start { connection, event in
            if case .hello = event { connection.welcome() }
        }
        let client = PoseTransferClient(port: server.port)
        try await client.connect()
        await client.shutdown()
        #expect(await thrown { _ = try await client.task("t1") }?.code == .closed)
        try await server.stop()
    }

    @Test func aCancelledCallEndsAtOnceAndTellsTheServer() async throws {
        let asked = Counter()
        let cancelled = Counter()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request: asked.increased()
            case .cancelled: cancelled.increased()
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let call = Task { await thrown { _ = try await client.task("t1") } }
        await asked.reached(1)
        call.cancel()
        #expect(await call.value?.code == .cancelled)
        await cancelled.reached(1)
        await client.shutdown()
        try await server.stop()
    }
}
