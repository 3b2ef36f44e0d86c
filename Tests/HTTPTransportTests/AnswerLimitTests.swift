import HTTPTransport
import Testing

@Suite("What comes back is bounded")
struct AnswerLimitTests {
    let transport: CurlTransport
    init() throws { transport = try CurlTransport() }

    enum Framing: CaseIterable, Sendable { case length, chunked, untilClose }
    enum Receiver: CaseIterable, Sendable { case memory, sink }

    private func server(_ framing: Framing, bytes: Int) async throws -> LoopbackServer {
        try await LoopbackServer.start { _ in
            switch framing {
            case .length: [.send("HTTP/1.1 200 OK\r\nContent-Length: \(bytes)\r\n\r\n"), .bytes(bytes)]
            case .chunked:
                bytes == 0
                    ? [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
                    : [
                        .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(bytes, radix: 16))\r\n"),
                        .bytes(bytes), .send("\r\n0\r\n\r\n"),
                    ]
            case .untilClose: [.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), .bytes(bytes), .close]
            }
        }
    }

    @Test(
        "a body at the limit is taken, one byte more is refused, however it is framed", arguments: Framing.allCases,
        Receiver.allCases)
    func bodyLimit(framing: Framing, receiver: Receiver) async throws {
        for limit in [0, 1, 100_000] {
            for excess in [0, 1] {
                let server = try await server(framing, bytes: limit + excess)
                let sink = receiver == .sink ? KeepingSink() : nil
                let sent = try request(.get, server.url, bodyBytesMax: Int64(limit), sink: sink)
                if excess == 0 {
                    let response = try await transport.execute(sent)
                    #expect((sink?.bytes.count ?? response.body.count) == limit)
                    #expect(response.bodyBytes == Int64(limit))
                } else {
                    let error = try await failure(transport, sent)
                    #expect(error.code == .bodyTooLarge)
                    #expect(error.sent == .maybeSent)
                    #expect((sink?.bytes.count ?? 0) <= limit)
                }
            }
        }
    }

    @Test("headers at the limit are taken, one byte more is refused")
    func headerLimit() async throws {
        for excess in [0, 1] {
            let fixed = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8.count
            var left = HTTPTransportLimits.headerBytesMax + excess - fixed
            var lines = ""
            while left > 0 {
                let size = left > 8_100 ? 8_000 : left
                lines += "X: " + String(repeating: "a", count: size - 5) + "\r\n"
                left -= size
            }
            let server = try await LoopbackServer.start { [lines] _ in [.send(answer("", headers: lines))] }
            let sent = try request(.get, server.url)
            if excess == 0 {
                #expect(try await transport.execute(sent).status == 200)
            } else {
                #expect(try await failure(transport, sent).code == .headerTooLarge)
            }
        }
    }

    @Test("interim answers without end are refused; a few are skipped")
    func interimAnswers() async throws {
        let interim = "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
        let few = try await LoopbackServer.start { _ in [.send(interim + interim + answer("ok"))] }
        let response = try await transport.execute(request(.get, few.url))
        #expect(response.status == 200)
        #expect(response.header("X-Early") == nil)
        let flood = String(repeating: interim, count: 2_000)
        let many = try await LoopbackServer.start { _ in [.send(flood), .hold] }
        #expect(try await failure(transport, request(.get, many.url)).code == .headerTooLarge)
    }

    @Test("a refused answer's body never reaches the sink and is kept only in part")
    func refusedBody() async throws {
        let server = try await LoopbackServer.start { _ in
            [.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 9000\r\n\r\n"), .bytes(9_000)]
        }
        let sink = KeepingSink()
        let response = try await transport.execute(request(.get, server.url, sink: sink))
        #expect(response.status == 403)
        #expect(sink.bytes.isEmpty)
        #expect(response.body.count == HTTPTransportLimits.refusedBodyBytesMax)
        #expect(response.bodyBytes == 9_000)
    }

    @Test("what the sink throws ends the transfer and is the cause")
    func sinkRefuses() async throws {
        let server = try await server(.length, bytes: 1_000)
        let error = try await failure(transport, request(.get, server.url, sink: KeepingSink(bytesMax: 999)))
        #expect(error.code == .sinkRefused)
        #expect(error.cause is KeepingSink.Full)
    }

    @Test("an encoded body is not decoded: a bomb stays small")
    func noDecoding() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("abc", headers: "Content-Encoding: gzip\r\n"))]
        }
        #expect(try await transport.execute(request(.get, server.url)).body == Array("abc".utf8))
    }

    @Test("what is not HTTP is a malformed answer", arguments: ["SSH-2.0-x\r\n", "garbage\r\n\r\n"])
    func notHTTP(text: String) async throws {
        let server = try await LoopbackServer.start { _ in [.send(text), .close] }
        let error = try await failure(transport, request(.get, server.url))
        #expect(error.code == .malformedAnswer)
        #expect(error.sent == .maybeSent)
    }

    @Test(
        "Retry-After is read in seconds, and rubbish is nothing",
        arguments: [
            ("0", 0), ("30", 30_000), ("1000000000", 86_400_000), ("99999999999999999999", 86_400_000), ("-1", nil),
            ("Wed, 21 Oct 2026 07:28:00 GMT", nil), ("", nil), ("1.5", nil), ("soon", nil),
        ] as [(String, Int64?)])
    func retryAfter(text: String, milliseconds: Int64?) async throws {
        let server = try await LoopbackServer.start { _ in
            [.send(answer("", status: "429 Too Many Requests", headers: "retry-after: \(text)\r\n"))]
        }
        let response = try await transport.execute(request(.get, server.url))
        #expect(response.status == 429)
        #expect(response.retryAfterMilliseconds == milliseconds)
    }
}
