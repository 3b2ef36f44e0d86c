import BackendAPI
import HTTPTransport
import RunningHubBackend
import Testing

@Suite("What the provider says is made fit to be shown")
struct ProviderTextTests {
    private func message(_ reason: String) async throws -> String {
        let reply = FakeProvider.Answer.code(805, data: #"{"failedReason":"\#(reason)"}"#)
        guard case .failed(let error, _) = try await backend(FakeProvider(reply)).observe(run) else { return "" }
        return error.message
    }

    @Test("an echoed key is redacted, also at the cut and in every kind of outcome")
    func key() async throws {
        let key = FakeProvider.key
        #expect(
            try await message("bad key \(key), again \(key)!")
                == "the run failed: bad key <redacted>, again <redacted>!")
        for length in 440..<520 {
            let text = try await message(String(repeating: "x", count: length) + key)
            #expect(!text.contains(key.prefix(4)))
        }
        let create = try await backend(FakeProvider(.code(433, "no \(key)"))).submit(pose)
        #expect(create.error?.message.contains(key) == false)
        let tips = #"{"taskId":"1","promptTips":"{\"result\":false,\"x\":\"\#(key)\"}"}"#
        let invalid = try await backend(FakeProvider(.code(0, data: tips))).submit(pose)
        #expect(invalid.kind == "accepted but invalid")
        #expect(invalid.error?.message.contains(key) == false)
        let probe = try await backend(FakeProvider(.code(802, "unauthorised \(key)"))).probe()
        #expect(!probe.message.contains(key))
    }

    @Test("control characters, line ends and changes of direction are escaped")
    func escaped() async throws {
        let text = try await message(#"a\nb\u001b[31m\u202ec\u2028d\u0000\u009be"#)
        #expect(text == #"the run failed: a\u{a}b\u{1b}[31m\u{202e}c\u{2028}d\u{0}\u{9b}e"#)
    }

    @Test("the query of an address is a secret")
    func queries() async throws {
        let text = try await message(
            "see https://a.example/x.png?Signature=canary&b=1 and wss://h/ws?Rh-Comfy-Auth=canary end")
        #expect(text == "the run failed: see https://a.example/x.png?<redacted> and wss://h/ws?<redacted> end")
    }

    @Test("500 characters are shown, 501 are cut, none is none")
    func length() async throws {
        let lead = "the run failed: ".count
        for (count, shown) in [(484, 500), (485, 500), (100_000, 500), (1, lead + 1)] {
            #expect(try await message(String(repeating: "ü", count: count)).count == shown)
        }
    }
}
