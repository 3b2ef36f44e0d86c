import BackendAPI
import HTTPTransport
import RunningHubBackend
import Testing

@Suite("Parameters, seed and options of a run")
struct ValueTests {
    private func nodes(
        _ parameters: [String: String] = [:], marker: String = "m",
        _ change: (inout RunningHubConfiguration) -> Void
    ) async throws -> String {
        var configuration = try configuration()
        change(&configuration)
        let provider = FakeProvider(.code(0, data: #"{"taskId":"1"}"#))
        let request = RunRequest(images: pose.images, parameters: parameters, marker: marker)
        let outcome = await RunningHubBackend(configuration, transport: provider).submit(request)
        guard let body = provider.bodies.first else { return outcome.error?.message ?? "" }
        return body
    }

    private func declare(_ configuration: inout RunningHubConfiguration) {
        func place(_ field: String) -> RunningHubConfiguration.NodeField { .init(node: "12", field: field) }
        configuration.parameters = [
            .init(ParameterRule(name: "big", kind: .integer), at: place("big"), default: "9223372036854775807"),
            .init(ParameterRule(name: "denoise", kind: .number, minimum: "0", maximum: "1"), at: place("denoise")),
            .init(ParameterRule(name: "tile", kind: .boolean), at: place("tile")),
            .init(ParameterRule(name: "text", kind: .string, maximum: "4"), at: place("text")),
        ]
    }

    @Test(
        "values are JSON of their type, in the declared order; a whole number is exact; what nobody gives is not sent")
    func scalars() async throws {
        let body = try await nodes(["tile": "false", "denoise": "0.1", "text": "\"17\""], declare)
        #expect(
            body.contains(
                #"{"fieldName":"big","fieldValue":9223372036854775807,"nodeId":"12"},"#
                    + #"{"fieldName":"denoise","fieldValue":0.1,"nodeId":"12"},"#
                    + #"{"fieldName":"tile","fieldValue":false,"nodeId":"12"},"#
                    + #"{"fieldName":"text","fieldValue":"\"17\"","nodeId":"12"}]"#))
        let least = try await nodes(["big": "-9223372036854775808"], declare)
        #expect(least.contains(#""fieldValue":-9223372036854775808,"#))
        #expect(!least.contains("denoise"))
    }

    @Test(
        "what does not fit its rule is refused before any call",
        arguments: [
            ["denoise": "1.5"], ["denoise": "nan"], ["big": "1.0"], ["big": "9223372036854775808"], ["tile": "yes"],
            ["text": "12345"], ["unknown": "1"], ["seed": "1"],
        ])
    func misfits(parameters: [String: String]) async throws {
        var configuration = try configuration()
        declare(&configuration)
        let provider = FakeProvider()
        let request = RunRequest(images: pose.images, parameters: parameters, marker: "m")
        let outcome = await RunningHubBackend(configuration, transport: provider).submit(request)
        #expect(outcome.kind == "refused")
        #expect(outcome.error?.errorClass == .permanent)
        #expect(provider.paths.isEmpty)
    }

    private func seedSent(
        _ parameters: [String: String] = [:], marker: String = "m", fixed: Int64? = nil
    ) async throws -> Int64? {
        let body = try await nodes(parameters, marker: marker) {
            $0.seed = .init(at: .init(node: "12", field: "seed"), fixed: fixed)
        }
        guard let start = body.firstRange(of: #""fieldName":"seed","fieldValue":"#) else { return nil }
        return Int64(body[start.upperBound...].prefix { $0.isNumber })
    }

    @Test("a configured seed is always sent: the caller's, the fixed one, or the marker's, which repeats")
    func seed() async throws {
        #expect(try await seedSent(["seed": "9007199254740991"], fixed: 5) == 9_007_199_254_740_991)
        #expect(try await seedSent(["seed": "0"]) == 0)
        #expect(try await seedSent(fixed: 5) == 5)
        let own = try #require(try await seedSent(marker: "a"))
        #expect(try await seedSent(marker: "a") == own)
        #expect(try await seedSent(marker: "b") != own)
        #expect((0...RunningHubLimits.seedMax).contains(own))
    }

    @Test("a seed beyond its range is refused")
    func seedRange() async throws {
        #expect(try await seedSent(["seed": "9007199254740992"]) == nil)
        #expect(try await seedSent(["seed": "-1"]) == nil)
    }

    @Test("the options of the call are sent where they are set, and the password is shown nowhere")
    func options() async throws {
        let body = try await nodes {
            $0.instanceType = "plus"
            $0.addsMetadata = true
            $0.usesPersonalQueue = true
            $0.retainSeconds = 30
            $0.accessPassword = Secret("pass-canary")
        }
        for part in [
            #""instanceType":"plus""#, #""addMetadata":true"#, #""usePersonalQueue":true"#, #""retainSeconds":30"#,
            #""accessPassword":"pass-canary""#,
        ] { #expect(body.contains(part)) }
        var configuration = try configuration()
        configuration.accessPassword = Secret("pass-canary")
        let provider = FakeProvider(.code(803, "wrong pass-canary"))
        let outcome = await RunningHubBackend(configuration, transport: provider).submit(pose)
        #expect(outcome.error?.message.contains("canary") == false)
        #expect(!"\(configuration)".contains("canary"))
    }

    @Test("the scope of uploads follows key and site, is the same after a restart, and tells neither")
    func uploadScope() throws {
        func scope(_ key: String, _ base: String) throws -> String {
            let configuration = try RunningHubConfiguration(apiKey: Secret(key), workflowID: "1", baseURL: base)
            let scope = RunningHubBackend(configuration, transport: FakeProvider()).uploadScope
            #expect(WorkflowV1Backend(configuration, transport: FakeProvider()).uploadScope == scope)
            return scope
        }
        // printf key-one | sha256sum
        #expect(try scope("key-one", "https://a.example/") == "https://a.example 9b346041bc9a4957")
        #expect(try scope("key-two", "https://a.example") != scope("key-one", "https://a.example"))
        #expect(try scope("key-one", "https://b.example") != scope("key-one", "https://a.example"))
    }
}
