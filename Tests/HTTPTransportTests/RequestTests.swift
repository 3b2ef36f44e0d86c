import Glibc
import HTTPTransport
import Testing

@Suite("What goes out")
struct RequestTests {
    let transport: CurlTransport
    init() throws { transport = try CurlTransport() }

    @Test("a JSON body arrives byte for byte, with our headers and nothing that waits or authenticates by itself")
    func jsonBody() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("{}"))] }
        let body = Array(#"{"key":"ä"}"#.utf8)
        let response = try await transport.execute(
            request(
                .post, server.url + "/create?x=1", headers: [HTTPHeader("Authorization", "Bearer k")], body: .json(body)
            ))
        #expect(response.status == 200)
        #expect(response.body == Array("{}".utf8))
        let seen = try #require(server.seen.first)
        #expect(seen.head.hasPrefix("POST /create?x=1 HTTP/1.1"))
        #expect(seen.body == body)
        #expect(seen.header("Content-Type") == "application/json")
        #expect(seen.header("Authorization") == "Bearer k")
        #expect(seen.header("Expect") == nil)
        #expect(seen.header("Accept-Encoding") == nil)
    }

    @Test("an empty POST sends an empty body and ends")
    func emptyPost() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("ok"))] }
        _ = try await transport.execute(request(.post, server.url))
        #expect(server.seen.first?.header("Content-Length") == "0")
    }

    @Test("a file part is streamed with the name that we give, not with its path")
    func multipart() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("ok"))] }
        let file = try TemporaryFile(bytes: 3_000_000)
        let parts = [
            HTTPRequest.Part(name: "apiKey", content: .text("k")),
            HTTPRequest.Part(name: "file", content: .file(path: file.path, fileName: "a.png", mediaType: "image/png")),
        ]
        _ = try await transport.execute(request(.post, server.url, body: .multipart(parts)))
        let seen = try #require(server.seen.first)
        let text = String(decoding: seen.body, as: UTF8.self)
        #expect(seen.header("Content-Type")?.hasPrefix("multipart/form-data; boundary=") == true)
        #expect(seen.header("Expect") == nil)
        #expect(text.contains("name=\"apiKey\"\r\n\r\nk\r\n"))
        #expect(text.contains("name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"))
        #expect(seen.body.contains(file.content))
        #expect(!text.contains(file.path))
    }

    @Test("a file that is not there fails before anything is sent")
    func missingFile() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("ok"))] }
        let part = HTTPRequest.Part(
            name: "file", content: .file(path: "/nonexistent/a.png", fileName: "a.png", mediaType: "image/png"))
        let error = try await failure(transport, request(.post, server.url, body: .multipart([part])))
        #expect(error.code == .fileUnreadable)
        #expect(error.sent == .nothingSent)
        #expect(server.connections == 0)
    }

    @Test(
        "a header that could split the request or belongs to the transport is refused",
        arguments: [
            HTTPHeader("X", "a\r\nY: b"), HTTPHeader("X", "a\nb"), HTTPHeader("X", "a\0b"), HTTPHeader("X: y", "a"),
            HTTPHeader("", "a"), HTTPHeader("Host", "other"), HTTPHeader("expect", "100-continue"),
            HTTPHeader("Content-Length", "1"), HTTPHeader("X", String(repeating: "a", count: 8_193)),
        ])
    func badHeader(header: HTTPHeader) async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("ok"))] }
        let error = try await failure(transport, request(.get, server.url, headers: [header]))
        #expect(error.code == .invalidRequest)
        #expect(error.sent == .nothingSent)
        #expect(server.connections == 0)
    }

    @Test("a header's value may have 8,192 bytes, and none")
    func headerValueLimits() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("ok"))] }
        let long = String(repeating: "a", count: HTTPTransportLimits.headerValueBytesMax)
        _ = try await transport.execute(
            request(.get, server.url, headers: [HTTPHeader("X", long), HTTPHeader("Y", "")]))
        #expect(server.seen.first?.header("X") == long)
        #expect(server.seen.first?.header("Y")?.isEmpty == true)
    }

    @Test("32 headers and 32 parts are taken, 33 and no part are not")
    func counts() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("ok"))] }
        func headers(_ count: Int) -> [HTTPHeader] { (0..<count).map { HTTPHeader("X-\($0)", "v") } }
        func parts(_ count: Int) -> HTTPRequest.Body {
            .multipart((0..<count).map { .init(name: "p\($0)", content: .text("v")) })
        }
        _ = try await transport.execute(
            request(
                .post, server.url, headers: headers(HTTPTransportLimits.headersMax),
                body: parts(HTTPTransportLimits.partsMax)))
        for bad in [
            try request(.get, server.url, headers: headers(HTTPTransportLimits.headersMax + 1)),
            try request(.post, server.url, body: parts(HTTPTransportLimits.partsMax + 1)),
            try request(.post, server.url, body: parts(0)), try request(.get, server.url, body: .json([])),
            try request(.get, server.url, milliseconds: 0), try request(.get, server.url, bodyBytesMax: -1),
        ] {
            #expect(try await failure(transport, bad).code == .invalidRequest)
        }
        #expect(server.seen.count == 1)
    }

    @Test("a description shows neither headers, body nor query")
    func description() throws {
        let request = try request(
            .post, "http://127.0.0.1:1/a?signature=canary", headers: [HTTPHeader("Authorization", "Bearer canary")],
            body: .json(Array("canary".utf8)))
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), dumped, "\(request.headers)"] {
            #expect(!text.contains("canary"))
        }
    }
}

/// A file of pseudo-random letters that goes when it is released.
final class TemporaryFile {
    let path: String
    let content: [UInt8]

    init(bytes: Int) throws {
        var template = Array("/tmp/transport-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        content = (0..<bytes).map { UInt8(0x61 + ($0 &* 7919 >> 3) % 26) }
        try #require(write(descriptor, content, bytes) == bytes)
    }

    deinit { unlink(path) }
}
