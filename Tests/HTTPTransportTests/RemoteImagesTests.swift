import BackendAPI
import EngineCore
import HTTPTransport
import LoopbackPorts
import Synchronization
import Testing

/// Counts what a fetch gives and keeps the beginning; refuses once there are more than `bytesMax`.
private final class Kept: ByteSink {
    struct Full: Error {}
    private let bytesMax: Int
    private let kept = Mutex<(count: Int, beginning: [UInt8])>((0, []))

    init(bytesMax: Int = .max) { self.bytesMax = bytesMax }

    var bytes: [UInt8] { kept.withLock { $0.beginning } }
    var count: Int { kept.withLock { $0.count } }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try kept.withLock { kept in
            guard kept.count + bytes.count <= bytesMax else { throw Full() }
            kept.count += bytes.count
            kept.beginning += bytes.prefix(64 - kept.beginning.count)
        }
    }
}

/// Answers every request with the same and keeps what it was asked.
private final class ScriptedTransport: HTTPTransport {
    private let answer: Result<HTTPResponse, HTTPTransportError>
    private let asked = Mutex<[HTTPRequest]>([])

    init(_ answer: Result<HTTPResponse, HTTPTransportError>) { self.answer = answer }

    var requests: [HTTPRequest] { asked.withLock { $0 } }

    func execute(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        asked.withLock { $0.append(request) }
        return try answer.get()
    }
}

@Suite("Pictures at callers' addresses")
struct RemoteImagesTests {
    private static let hosts = [
        "images.example.com", ".cdn.example.net", "files.example.org:8443", "8.8.8.8", "[2606:4700::1111]:444",
    ]

    private func fetch(_ images: RemoteImages, _ url: String, _ sink: Kept = Kept()) async -> BackendError? {
        do throws(BackendError) {
            try await images.fetch(url, to: sink)
            return nil
        } catch {
            return error
        }
    }

    /// Fetches from a loopback server.
    private func images(_ server: LoopbackServer, milliseconds: Int = 3_600_000) throws -> RemoteImages {
        RemoteImages(
            transport: try CurlTransport(), hosts: [], milliseconds: milliseconds,
            trustedForTests: try HTTPURL(server.url).origin)
    }

    private func scripted(_ answer: HTTPResponse) -> RemoteImages {
        RemoteImages(transport: ScriptedTransport(.success(answer)), hosts: Self.hosts)
    }

    @Test(
        "https at a listed host and port is allowed",
        arguments: [
            "https://images.example.com/a.png", "https://IMAGES.example.com:443/a?b=c#d", "https://a.cdn.example.net/",
            "https://a.b.cdn.example.net/x", "https://files.example.org:8443/x", "https://8.8.8.8/a",
            "https://134744072/",
            "https://0x8.8.8.8/", "https://010.8.8.8/", "https://[2606:4700::1111]:444/x",
            "https://[2606:4700:0::1111]:444/",
        ])
    func allowed(url: String) {
        #expect(
            RemoteImages(transport: ScriptedTransport(.success(.init(status: 200))), hosts: Self.hosts).refusal(of: url)
                == nil)
    }

    @Test(
        "all else is refused before anything is dialled",
        arguments: [
            "", "a.png", "/a.png", "images.example.com/a.png", "http://images.example.com/a.png",
            "ftp://images.example.com/a",
            "file:///etc/passwd", "https://user@images.example.com/", "https://u:p@images.example.com/",
            "https://images.example.com@evil.example/", "https://images.example.com:8443/",
            "https://images.example.com:80/",
            "https://files.example.org/", "https://files.example.org:443/", "https://a.files.example.org:8443/",
            "https://cdn.example.net/", "https://evilcdn.example.net/", "https://cdn.example.net.evil.example/",
            "https://images.example.com./", "https://evil.example/images.example.com",
            "https://images.example.com%00.evil/",
            "https://8.8.4.4/", "https://8.8.8.8:444/", "https://127.0.0.1/", "https://0x7f000001/",
            "https://2130706433/",
            "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:8.8.8.8]/", "https://[::ffff:808:808]:444/",
            "https://[2606:4700::1111]/", "https://[2606:4700::1112]:444/", "https://localhost/",
            "https://images.example.com/ a",
            "https://images.example.com\\@evil.example/", "https://images.example.com/\r\nHost: x",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA", "https://exämple.com/", "https:///a.png", "https://",
        ])
    func notAllowed(url: String) async {
        let transport = ScriptedTransport(.success(HTTPResponse(status: 200)))
        let images = RemoteImages(transport: transport, hosts: Self.hosts)
        #expect(images.refusal(of: url) != nil)
        let error = await fetch(images, url)
        #expect(error?.errorClass == .permanent && error?.message == images.refusal(of: url))
        #expect(transport.requests.isEmpty)
    }

    @Test(
        "an entry that is no host matches nothing; an address is below no name",
        arguments: [
            (".0.0.1", "https://10.0.0.1/"), (".1", "https://8.8.8.1/"), (":443", "https://images.example.com/"),
            ("images.example.com:", "https://images.example.com/"),
            ("images.example.com:x", "https://images.example.com/"),
            ("https://images.example.com", "https://images.example.com/"), ("*", "https://images.example.com/"),
            ("*.example.com", "https://images.example.com/"),
            ("images.example.com:-443", "https://images.example.com/"),
            (".", "https://images.example.com/"), ("", "https://images.example.com/"),
            (".]", "https://[2606:4700::1111]/"),
        ])
    func uselessEntries(entry: String, url: String) {
        let images = RemoteImages(transport: ScriptedTransport(.success(.init(status: 200))), hosts: [entry])
        #expect(images.refusal(of: url) != nil)
    }

    @Test("without hosts no address is allowed, and the reason says what to do")
    func noHosts() {
        let images = RemoteImages(transport: ScriptedTransport(.success(.init(status: 200))), hosts: [])
        #expect(images.refusal(of: "https://images.example.com/")?.contains("send the picture itself") == true)
    }

    @Test("what goes out is a plain GET that tells nothing, bounded in bytes and time")
    func request() async throws {
        let transport = ScriptedTransport(.success(HTTPResponse(status: 200)))
        #expect(
            await fetch(RemoteImages(transport: transport, hosts: Self.hosts), "https://images.example.com/a?s=1")
                == nil)
        let request = try #require(transport.requests.first)
        #expect(request.url == "https://images.example.com/a?s=1" && request.method == .get)
        #expect(request.headers.map(\.name) == ["Accept"])
        #expect(request.bodyBytesMax == 31_457_280)
        #expect((1...60_000).contains(request.time.totalMilliseconds) && request.time.connectMilliseconds == 5_000)
        #expect(try request.egress.rule(for: HTTPURL(request.url).origin) == .publicOnly)
    }

    @Test(
        "a status is read for what it means",
        arguments: [
            (200, nil), (203, nil), (201, .permanent), (204, .permanent), (206, .permanent), (300, .permanent),
            (301, .permanent), (304, .permanent), (400, .permanent), (401, .permanent), (403, .permanent),
            (404, .permanent), (408, .transient), (410, .permanent), (416, .permanent),
            (429, .backpressure(retryAfterMilliseconds: 7_000)), (500, .transient), (503, .transient),
            (599, .transient),
            (600, .permanent), (101, .permanent),
        ] as [(Int, BackendError.Class?)])
    func statuses(status: Int, errorClass: BackendError.Class?) async {
        let answer = HTTPResponse(status: status, headers: [HTTPHeader("Retry-After", "7")])
        let error = await fetch(scripted(answer), "https://images.example.com/a?secret=1")
        #expect(error?.errorClass == errorClass)
        #expect(error?.message.contains("secret") != true)
    }

    @Test("every failure of the transport has a class", arguments: HTTPTransportError.Code.allCases)
    func failures(code: HTTPTransportError.Code) async {
        let failure = HTTPTransportError(code, .nothingSent, message: "why\n" + String(repeating: "x", count: 600))
        let images = RemoteImages(transport: ScriptedTransport(.failure(failure)), hosts: Self.hosts)
        let error = await fetch(images, "https://images.example.com/")
        let permanent: [HTTPTransportError.Code] = [
            .invalidRequest, .placeRefused, .addressRefused, .fileUnreadable, .certificate, .headerTooLarge,
        ]
        let refused: [HTTPTransportError.Code] = [.sinkRefused, .bodyTooLarge]
        let expected: BackendError.Class =
            permanent.contains(code) ? .permanent : refused.contains(code) ? .refusedBySink : .transient
        #expect(error?.errorClass == expected && error?.code == code.rawValue)
        #expect(error?.message.count == 500 && error?.message.contains("\n") == false)
    }

    @Test("the bytes reach the sink, and nothing of the redirects before them", arguments: [0, 1, 3])
    func redirects(count: Int) async throws {
        let server = try await LoopbackServer.start { seen in
            let number = Int(seen.target.split(separator: "/").last ?? "") ?? 0
            // By turns relative to the path, to the host, and whole.
            let place = ["\(number + 1)", "/x/\(number + 1)", "//\(seen.header("Host") ?? "")/x/\(number + 1)"][
                number % 3]
            if number == count { return [.send(answer("picture"))] }
            return [.send(answer("moved", status: "302 Found", headers: "Location: \(place)\r\n"))]
        }
        let sink = Kept()
        #expect(await fetch(try images(server), server.url + "/x/0", sink) == nil)
        #expect(sink.bytes == Array("picture".utf8))
        #expect(server.seen.count == count + 1)
        #expect(
            server.seen.allSatisfy {
                $0.header("Authorization") == nil && $0.header("Cookie") == nil && $0.header("Referer") == nil
            })
    }

    @Test("more redirects than are followed end it", arguments: ["301 M", "302 F", "303 S", "307 T", "308 P"])
    func tooManyRedirects(status: String) async throws {
        let server = try await LoopbackServer.start { _ in
            [.send(answer("", status: status, headers: "Location: /\r\n"))]
        }
        let error = await fetch(try images(server), server.url)
        #expect(error?.errorClass == .permanent && error?.code == "redirects")
        #expect(server.seen.count == 4)
    }

    @Test("each place on the way is judged like the first")
    func redirectsElsewhere() async throws {
        let target = try await LoopbackServer.start { _ in [.send(answer("reached"))] }
        for place in [
            target.url + "/", "//127.0.0.1:\(target.port)/", "https://localhost:\(target.port)/", "https://8.8.8.8/",
            "file:///etc/passwd", "https://user@127.0.0.1/", "", "http://", "ftp://127.0.0.1/", "https://a b/",
        ] {
            let server = try await LoopbackServer.start { _ in
                [.send(answer("", status: "302 Found", headers: "Location: \(place)\r\n"))]
            }
            let error = await fetch(try images(server), server.url)
            #expect(error?.errorClass == .permanent, "\(place): \(String(describing: error))")
            #expect(server.seen.count == 1)
        }
        #expect(target.connections == 0)
    }

    @Test("a listed name that stands for our own network is not dialled")
    func privateAddress() async throws {
        let images = RemoteImages(
            transport: try CurlTransport(), hosts: ["localhost", "127.0.0.1", "[::1]", "localhost:8443"])
        for url in ["https://localhost/", "https://localhost:8443/", "https://127.1/", "https://[::1]/"] {
            #expect(images.refusal(of: url) == nil)
            let error = await fetch(images, url)
            #expect(error?.errorClass == .permanent && error?.code == "address-refused")
        }
    }

    @Test("an image may have its most bytes, and not one more, announced or not")
    func size() async throws {
        let most = Int(EngineLimits.imageBytesMax)
        for (bytes, isAnnounced) in [(most, true), (most, false), (most + 1, true), (most + 1, false), (0, true)] {
            let server = try await LoopbackServer.start { _ in
                isAnnounced
                    ? [.send("HTTP/1.1 200 OK\r\nContent-Length: \(bytes)\r\n\r\n"), .bytes(bytes)]
                    : [
                        .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(String(bytes, radix: 16))\r\n"),
                        .bytes(bytes), .send("\r\n0\r\n\r\n"),
                    ]
            }
            let sink = Kept()
            let error = await fetch(try images(server), server.url, sink)
            #expect(error?.errorClass == (bytes > most ? .refusedBySink : nil))
            #expect(bytes > most ? sink.count <= most : sink.count == bytes)
        }
    }

    @Test("what the sink refuses ends the fetch")
    func sinkRefuses() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("picture"))] }
        let error = await fetch(try images(server), server.url, Kept(bytesMax: 3))
        #expect(error?.errorClass == .refusedBySink && error?.code == "sink-refused")
    }

    @Test("a server that says nothing, breaks off or is not there may be asked again")
    func trouble() async throws {
        let silent = try await LoopbackServer.start { _ in [.hold] }
        #expect(await fetch(try images(silent, milliseconds: 50), silent.url)?.code == "timeout")
        let broken = try await LoopbackServer.start { _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), .close]
        }
        #expect(await fetch(try images(broken), broken.url)?.errorClass == .transient)
        let closed = try ClosedPort()
        let origin = HTTPOrigin(scheme: .http, host: "127.0.0.1", port: closed.number)
        let images = RemoteImages(transport: try CurlTransport(), hosts: [], trustedForTests: origin)
        #expect(await fetch(images, "\(origin)/")?.errorClass == .transient)
    }

    @Test("the time is that of the whole, redirects included")
    func wholeTime() async throws {
        let transport = ScriptedTransport(
            .success(HTTPResponse(status: 302, headers: [HTTPHeader("Location", "/next")])))
        _ = await fetch(RemoteImages(transport: transport, hosts: Self.hosts), "https://images.example.com/")
        let times = transport.requests.map(\.time.totalMilliseconds)
        #expect(times.count == 4 && times == times.sorted(by: >))
    }
}
