import HTTPTransport
import Testing

@testable import struct HTTPTransport.NetworkAddress

@Suite("Where requests may go")
struct EgressTests {
    private let policy = EgressPolicy(
        trustedOrigin: HTTPOrigin(scheme: .http, host: "10.0.0.1", port: 8080),
        allowedHosts: [
            "CDN.example.com", ".cos.example.net", ".", "", "localhost", "127.0.0.1", "[::ffff:7f00:1]", "[::1]",
        ])

    @Test(
        "the trusted origin exactly, listed hosts over https on 443, nothing else",
        arguments: [
            ("http://10.0.0.1:8080/a", .any), ("http://10.0.0.1/a", nil), ("https://10.0.0.1:8080/a", nil),
            ("http://10.0.0.2:8080/a", nil), ("https://cdn.example.com/a", .publicOnly),
            ("HTTPS://CDN.EXAMPLE.COM/a", .publicOnly), ("http://cdn.example.com/a", nil),
            ("https://cdn.example.com:444/a", nil), ("https://x.cdn.example.com/a", nil),
            ("https://a.b.cos.example.net/", .publicOnly), ("https://cos.example.net/", nil),
            ("https://evilcos.example.net/", nil), ("https://cdn.example.com.evil.org/", nil),
            ("https://cdn.example.com./", nil),
        ] as [(String, EgressPolicy.AddressRule?)])
    func rules(url: String, rule: EgressPolicy.AddressRule?) throws {
        #expect(try policy.rule(for: HTTPURL(url).origin) == rule)
    }

    @Test(
        "a URL that two parsers could read differently is refused",
        arguments: [
            "https://user@cdn.example.com/", "https://user:pass@cdn.example.com/",
            "https://cdn.example.com\\@evil.org/",
            "https://cdn.example.com /", "https://cdn.example.com/\n", "https://cdn.example.com/\0",
            "file:///etc/passwd",
            "ftp://cdn.example.com/", "gopher://cdn.example.com/", "//cdn.example.com/", "cdn.example.com", "",
            "https://",
            "https://cdn.example.com:99999/", "https://cdn.example.com:0/", "https://[fe80::1%25eth0]/",
            "https://exämple.com/", "javascript:alert(1)",
            "https://cdn.example.com/" + String(repeating: "a", count: HTTPTransportLimits.urlBytesMax - 23),
        ])
    func badURL(url: String) { #expect(throws: HTTPTransportError.self) { try HTTPURL(url) } }

    @Test("a URL may have 8,192 bytes")
    func longestURL() throws {
        let url = "https://cdn.example.com/" + String(repeating: "a", count: HTTPTransportLimits.urlBytesMax - 24)
        #expect(try HTTPURL(url).origin.host == "cdn.example.com")
    }

    @Test("an origin is shown without what follows it")
    func origins() throws {
        #expect("\(try HTTPURL("https://A.example:443/x?key=1").origin)" == "https://a.example")
        #expect("\(try HTTPURL("http://127.0.0.1:81/").origin)" == "http://127.0.0.1:81")
        #expect(try HTTPURL("https://0x7f.1/").origin.host == "127.0.0.1")
    }

    @Test("a place outside the policy is refused before anything is dialled")
    func placeRefused() async throws {
        let transport = try CurlTransport()
        let server = try await LoopbackServer.start { _ in [.send(answer("ok"))] }
        var request = try request(.get, server.url)
        request.egress = policy
        let error = try await failure(transport, request)
        #expect(error.code == .placeRefused)
        #expect(error.sent == .nothingSent)
        #expect(server.connections == 0)
    }

    @Test(
        "a listed host that stands for an address of our own network is not dialled, however it is written",
        arguments: [
            "https://localhost/", "https://127.0.0.1/", "https://0x7f.1/", "https://2130706433/", "https://0177.0.0.1/",
            "https://[::1]/", "https://[::ffff:7f00:1]/",
        ])
    func addressRefused(url: String) async throws {
        let transport = try CurlTransport()
        var request = try request(.get, url)
        request.egress = policy
        let error = try await failure(transport, request)
        #expect(error.code == .addressRefused)
        #expect(error.sent == .nothingSent)
    }

    @Test("a redirect is an answer: nobody goes there", arguments: ["301 M", "302 F", "303 S", "307 T", "308 P"])
    func redirect(status: String) async throws {
        let transport = try CurlTransport()
        let target = try await LoopbackServer.start { _ in [.send(answer("reached"))] }
        let place = target.url
        let server = try await LoopbackServer.start { _ in
            [.send(answer("", status: status, headers: "Location: \(place)/\r\n"))]
        }
        let response = try await transport.execute(request(.post, server.url, body: .json([0x7b])))
        #expect((300..<400).contains(response.status))
        #expect(response.header("location") == place + "/")
        #expect(target.connections == 0)
    }

    @Test(
        "private, loopback, link-local, shared, multicast, reserved and translated addresses are not public",
        arguments: [
            ([0, 0, 0, 0], false), ([10, 1, 2, 3], false), ([100, 63, 255, 255], true), ([100, 64, 0, 0], false),
            ([100, 127, 255, 255], false), ([100, 128, 0, 0], true), ([127, 0, 0, 1], false),
            ([169, 254, 169, 254], false),
            ([172, 15, 255, 255], true), ([172, 16, 0, 0], false), ([172, 31, 255, 255], false),
            ([172, 32, 0, 0], true),
            ([192, 168, 0, 1], false), ([198, 18, 0, 1], false), ([198, 20, 0, 1], true), ([224, 0, 0, 1], false),
            ([255, 255, 255, 255], false), ([8, 8, 8, 8], true), ([223, 255, 255, 255], true), ([192, 0, 2, 1], false),
        ] as [([UInt8], Bool)])
    func ipv4(bytes: [UInt8], isPublic: Bool) throws {
        #expect(try #require(NetworkAddress(bytes)).isPublic == isPublic)
        let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + bytes
        #expect(try #require(NetworkAddress(mapped)).isPublic == false)
    }

    @Test(
        "of IPv6 only global unicast is public",
        arguments: [
            ([0x26, 0x06, 0x47, 0x00], true), ([0x20, 0x01, 0x48, 0x60], true), ([0x20, 0x01, 0x0d, 0xb8], false),
            ([0x20, 0x01, 0x00, 0x00], false), ([0x20, 0x02, 0x7f, 0x00], false), ([0x00, 0x64, 0xff, 0x9b], false),
            ([0xfc, 0x00], false), ([0xfd, 0x12], false), ([0xfe, 0x80], false), ([0xfe, 0xc0], false),
            ([0xff, 0x02], false),
            ([0x00], false), ([0x3f, 0xff, 0x01], false),
        ] as [([UInt8], Bool)])
    func ipv6(prefix: [UInt8], isPublic: Bool) throws {
        let bytes = prefix + [UInt8](repeating: 0, count: 15 - prefix.count) + [1]
        #expect(try #require(NetworkAddress(bytes)).isPublic == isPublic)
    }

    @Test("other lengths are no address")
    func lengths() {
        for count in [0, 3, 5, 15, 17] { #expect(NetworkAddress([UInt8](repeating: 8, count: count)) == nil) }
    }
}
