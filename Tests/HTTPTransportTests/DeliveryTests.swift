import HTTPTransport
import LoopbackPorts
import Testing

@Suite("Sent once, and whether it can have been sent")
struct DeliveryTests {
    let transport: CurlTransport
    init() throws { transport = try CurlTransport() }

    /// Answers `/warm` and closes every other request's connection without a word.
    private func closingServer() async throws -> LoopbackServer {
        try await LoopbackServer.start { $0.target == "/warm" ? [.send(answer("ok"))] : [.close] }
    }

    @Test("on a kept connection that dies, a request sent once arrives once")
    func onceArrivesOnce() async throws {
        let server = try await closingServer()
        _ = try await transport.execute(request(.get, server.url + "/warm"))
        let error = try await failure(
            transport, request(.post, server.url + "/create", body: .json([0x7b]), delivery: .once))
        #expect(error.code == .closed)
        #expect(error.sent == .maybeSent)
        #expect(server.seen.filter { $0.target == "/create" }.count == 1)
        #expect(server.connections == 2)
    }

    @Test("the same server sees a repeatable request twice: the danger is real")
    func repeatableArrivesTwice() async throws {
        let server = try await closingServer()
        _ = try await transport.execute(request(.get, server.url + "/warm"))
        _ = try await failure(transport, request(.post, server.url + "/create", body: .json([0x7b])))
        #expect(server.seen.filter { $0.target == "/create" }.count == 2)
    }

    @Test("the connection of a request sent once is not used again, others are")
    func reuse() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("ok"))] }
        for _ in 0..<3 { _ = try await transport.execute(request(.get, server.url)) }
        #expect(server.connections == 1)
        _ = try await transport.execute(request(.post, server.url, delivery: .once))
        _ = try await transport.execute(request(.get, server.url))
        #expect(server.connections == 2)
        #expect(server.seen.map(\.connection) == [1, 1, 1, 2, 1])
    }

    @Test("a 417 before the body is the answer: nothing waits for leave and nothing is repeated")
    func expectationFailed() async throws {
        let server = try await LoopbackServer.start(
            .init(head: { _ in [.send(answer("no", status: "417 Expectation Failed"))] }, request: { _ in [] }))
        let body = [UInt8](repeating: 0x20, count: 2_097_152)
        let sent = try request(.post, server.url, body: .json(body), delivery: .once)
        let status = try await transport.execute(sent).status
        #expect(status == 417)
        #expect(server.connections == 1)
    }

    @Test("a closed port: surely nothing was sent")
    func connectRefused() async throws {
        let closed = try ClosedPort()
        let error = try await failure(
            transport, request(.post, "http://127.0.0.1:\(closed.number)/", delivery: .once))
        #expect(error.code == .connect)
        #expect(error.sent == .nothingSent)
    }

    @Test("a name that does not exist: surely nothing was sent")
    func unknownName() async throws {
        let sent = try request(.post, "http://host.invalid:8080/", delivery: .once, milliseconds: 3_000)
        let error = try await failure(transport, sent)
        #expect(error.code == .resolve || error.code == .timeout)
        #expect(error.sent == .nothingSent)
    }

    @Test("TLS against a server that does not speak it: surely nothing was sent")
    func tlsOnPlainPort() async throws {
        let server = try await LoopbackServer.start(
            .init(connected: [.send(answer("plain"))], request: { _ in [.hold] }))
        let error = try await failure(
            transport, request(.post, "https://127.0.0.1:\(server.port)/", delivery: .once))
        #expect(error.code == .tls)
        #expect(error.sent == .nothingSent)
    }

    @Test("a TLS handshake that hangs or is reset: surely nothing was sent", arguments: [true, false])
    func tlsHangs(resets: Bool) async throws {
        let server = try await LoopbackServer.start(
            .init(connected: resets ? [.reset] : [.hold], request: { _ in [.hold] }))
        let sent = try request(
            .post, "https://127.0.0.1:\(server.port)/", delivery: .once, milliseconds: resets ? 30_000 : 200)
        let error = try await failure(transport, sent)
        // The reset may come while the connection is still being made.
        #expect(resets ? [.tls, .connect].contains(error.code) : error.code == .timeout)
        #expect(error.sent == .nothingSent)
    }

    @Test("reset as soon as connected: nothing sent is said only where the connection was never made")
    func resetWhenConnected() async throws {
        for _ in 0..<50 {
            let server = try await LoopbackServer.start(.init(connected: [.reset], request: { _ in [.hold] }))
            let error = try await failure(transport, request(.post, server.url, body: .json([0x7b]), delivery: .once))
            #expect(error.sent == (error.code == .connect ? .nothingSent : .maybeSent))
            #expect([.connect, .closed].contains(error.code))
            #expect(server.connections == 1)
            try await server.stop()
        }
    }

    @Test("cut inside the request, after it, inside the answer: it may have been sent", arguments: Cut.allCases)
    func cut(cut: Cut) async throws {
        let server = try await LoopbackServer.start(cut.script)
        let body = [UInt8](repeating: 0x20, count: 4_194_304)
        let error = try await failure(transport, request(.post, server.url, body: .json(body), delivery: .once))
        #expect(error.code == .closed)
        #expect(error.sent == .maybeSent)
        #expect(server.connections == 1)
    }

    enum Cut: CaseIterable, Sendable {
        case resetInRequest, resetAfterRequest, closeInStatus, closeInHeaders, closeInBody,
            closeInChunk

        var script: LoopbackServer.Script {
            switch self {
            case .resetInRequest: .init(head: { _ in [.reset] }, request: { _ in [.hold] })
            case .resetAfterRequest: .init(request: { _ in [.reset] })
            case .closeInStatus: .init(request: { _ in [.send("HTTP/1.1 20"), .reset] })
            case .closeInHeaders: .init(request: { _ in [.send("HTTP/1.1 200 OK\r\nX: "), .reset] })
            case .closeInBody:
                .init(request: { _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"), .close] })
            case .closeInChunk:
                .init(request: { _ in [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), .close] })
            }
        }
    }
}
