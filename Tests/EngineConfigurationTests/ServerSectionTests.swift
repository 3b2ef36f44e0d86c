import Testing

@testable import EngineConfiguration

@Suite struct ServerSectionTests {
    private let digest = String(repeating: "ab", count: 32)
    private let other = String(repeating: "0C", count: 32)

    @Test func callersAreReadWithTheirDigestsAndLimits() throws {
        let server = """
            callers:
              - { name: shop, token_sha256: [\(digest), "\(other)"], max_open_tasks: 5 }
              - { name: ops@corp, token_sha256: ["${DIGEST}"], admin: true }
            """
        let variables = ["RUNNINGHUB_API_KEY": secretText, "DIGEST": String(repeating: "11", count: 32)]
        let callers = try load(file(server: server), variables: variables).configuration.server.callers
        let bytes = [[UInt8](repeating: 0xab, count: 32), [UInt8](repeating: 0x0c, count: 32)]
        #expect(callers.first?.name == "shop" && callers.first?.tokenDigests == bytes)
        #expect(
            callers.first?.openTasksMax == 5
                && callers.first?.isAdmin == false)
        #expect(callers.last?.isAdmin == true && callers.last?.openTasksMax == nil)
    }

    @Test(arguments: [
        ("- { name: \"\", token_sha256: [D] }", "callers[0].name: is empty"),
        ("- { name: \"a b\", token_sha256: [D] }", "callers[0].name: 'a b' is no name"),
        ("- { name: local, token_sha256: [D] }", "'local' is the caller of a listener without callers"),
        ("- { name: LOCAL, token_sha256: [D] }", "'local' is the caller of a listener without callers"),
        ("- { token_sha256: [D] }", "required key 'name' is missing"),
        ("- { name: a }", "required key 'token_sha256' is missing"),
        ("- { name: a, token_sha256: [] }", "callers[0].token_sha256: is empty"),
        ("- { name: a, token_sha256: [abc] }", "callers[0].token_sha256[0]: is no SHA-256 digest"),
        ("- { name: a, token_sha256: [Dff] }", "is no SHA-256 digest"),
        ("- { name: a, token_sha256: [D, D] }", "callers[0].token_sha256[1]: stands in this file already"),
        (
            "- { name: a, token_sha256: [D] }\n- { name: b, token_sha256: [D] }",
            "callers[1].token_sha256[0]: stands in this file already"
        ),
        (
            "- { name: a, token_sha256: [D] }\n- { name: a, token_sha256: [E] }",
            "callers[1].name: is the name of another caller"
        ),
        (
            "- { name: a, token_sha256: [e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855] }",
            "is the digest of an empty token"
        ),
        ("- { name: a, token_sha256: [D], max_open_tasks: 0 }", "max_open_tasks: is out of range"),
    ]) func aCallerThatCannotBeMeantIsRefused(text: String, message: String) {
        let list = text.replacing("[D", with: "[\(digest)").replacing(" D]", with: " \(digest)]").replacing(
            "[E]", with: "[\"\(other)\"]")
        let messages = refusals(file(server: "callers:\n\(list)"))
        #expect(messages.count == 1 && messages.first?.contains(message) == true, "\(messages)")
        #expect(messages.first?.hasPrefix("3:") == true || messages.first?.hasPrefix("4:") == true, "\(messages)")
    }

    @Test(arguments: ["0.0.0.0:7411", "10.0.0.1:1", "[::]:7411", "128.0.0.1:1"])
    func beyondLoopbackNobodyListensWithoutCallers(listen: String) {
        let messages = refusals(file(server: "listen: \"\(listen)\"\nallow_plaintext: true"))
        #expect(messages.count == 1)
        #expect(
            messages.first?.hasPrefix("2:11: server.listen: ") == true
                && messages.first?.contains("no caller is named") == true)
    }

    @Test func beyondLoopbackPlaintextIsSaidAloudAndWarnedOf() throws {
        let callers = "callers: [{ name: a, token_sha256: [\(digest)] }]"
        let messages = refusals(file(server: "listen: 0.0.0.0:7411\n\(callers)"))
        #expect(messages.count == 1 && messages.first?.contains("server.allow_plaintext: true") == true)
        let loaded = try load(file(server: "listen: 0.0.0.0:7411\n\(callers)\nallow_plaintext: true"))
        #expect(loaded.warnings.count == 1)
        #expect(loaded.configuration.server.healthWithoutToken == nil)
    }

    @Test(arguments: [
        ("127.0.0.1:7411", "127.0.0.1", 7_411), ("127.255.255.255:65535", "127.255.255.255", 65_535),
        ("[::1]:0", "::1", 0),
        ("localhost:1", "localhost", 1), ("[::ffff:127.0.0.1]:1", "::ffff:127.0.0.1", 1),
        ("[0:0:0:0:0:0:0:1]:1", "0:0:0:0:0:0:0:1", 1),
    ]) func loopbackIsKnownInEachForm(text: String, host: String, port: Int) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host && address.port == port && address.isLoopback)
    }

    @Test(arguments: [
        "", ":1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:000001",
        "127.0.0.01:1",
        "127.0.0:1", "1.2.3.256:1", "::1:7411", "[::1:7411", "[:::1]:1", "[1::2::3]:1", "[12345::]:1", "[::1%lo]:1",
        "host.name:1",
        "[1:2:3:4:5:6:7:8:9]:1", "[1:2:3:4:5:6:7]:1",
    ]) func whatIsNoAddressIsRefused(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test(arguments: [("[::2]:1", false), ("[::ffff:10.0.0.1]:1", false), ("[fe80::1]:1", false), ("[1::1]:1", false)])
    func otherIPv6AddressesAreNotLoopback(text: String, isLoopback: Bool) throws {
        #expect(try #require(ListenAddress(text)).isLoopback == isLoopback)
    }

    @Test func limitsHoldAtTheirEdges() throws {
        func value(_ line: String) throws -> ConfiguredLimits {
            try load(file(server: "limits: { \(line) }")).configuration.server.limits
        }
        #expect(try value("max_frame_bytes: 1048584").frameBytesMax == 1_048_584)
        #expect(try value("max_frame_bytes: 67108872, max_request_bytes: 67108872").frameBytesMax == 67_108_872)
        for line in [
            "max_frame_bytes: 1048583", "max_frame_bytes: 67108873", "max_frame_bytes: 0", "max_calls: 0",
            "max_calls: 4097",
            "max_image_bytes: 31457281", "max_request_bytes: 16777223",
        ] {
            #expect(refusals(file(server: "limits: { \(line) }")).count == 1, "\(line)")
        }
    }
}
