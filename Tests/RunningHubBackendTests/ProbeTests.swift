import BackendAPI
import HTTPTransport
import RunningHubBackend
import Testing

@Suite("Probe: key, money, load, workflow, site and clock")
struct ProbeTests {
    private static let rich = FakeProvider.Answer.code(
        0, data: #"{"remainCoins":"99999","currentTaskCounts":"2","remainMoney":null}"#)

    private static let nodes =
        #"{"3":{"inputs":{"image":"a.png"},"class_type":"LoadImage","_meta":{"title":"input:raw_image:1"}},"#
        + #""7":{"inputs":{"image":"b.png","upload":"image"},"class_type":"LoadImage","_meta":{"title":"input:pose"}},"#
        + #""10":{"inputs":{"images":["12",0]},"class_type":"SaveImage"},"#
        + #""12":{"inputs":{"seed":1,"steps":20},"class_type":"KSampler"},"extra":7}"#

    private static func graph(_ nodes: String) -> FakeProvider.Answer {
        let text = nodes.replacing("\"", with: "\\\"")
        return .code(0, "success", data: #"{"prompt":"\#(text)"}"#)
    }

    private func probe(
        _ answers: FakeProvider.Answer..., change: (inout RunningHubConfiguration) -> Void = { _ in }
    ) async throws -> Probe {
        var configuration = try configuration()
        change(&configuration)
        let provider = FakeProvider(answers)
        let probe = await RunningHubBackend(configuration, transport: provider, now: { 1_000_000 }).probe()
        let paths = ["/uc/openapi/accountStatus", "/api/openapi/getJsonApiFormat"].prefix(answers.count)
        #expect(provider.paths == Array(paths))
        #expect(!probe.message.contains(FakeProvider.key))
        return probe
    }

    @Test(
        "the account tells how the engine stands, whatever the case of its names",
        arguments: [
            (rich, true, "99999 coins", 2),
            (.code(0, data: #"{"remaincoins":"7","currenttaskcounts":0}"#), true, "7 coins", 0),
            (.code(0, data: #"{"remainCoins":0,"remainMoney":null}"#), false, "0 coins", nil),
            (.code(0, data: #"{"remainCoins":0,"remainMoney":"1.5","currency":"USD"}"#), true, "0 coins, 1.5 USD", nil),
            (.code(0, data: "null"), nil, "", nil), (.code(0, data: #"{"currentTaskCounts":"-1"}"#), nil, "", nil),
            (.code(0, data: #"{"remainCoins":"many"}"#), nil, "many coins", nil),
        ] as [(FakeProvider.Answer, Bool?, String, Int?)])
    func account(answer: FakeProvider.Answer, funded: Bool?, balance: String, runs: Int?) async throws {
        let probe = try await probe(answer, Self.graph(Self.nodes))
        #expect(probe.configured == true && probe.reachable == true && probe.authorised == true)
        #expect(probe.workflowValid == true && probe.siteMatches == true)
        #expect(probe.funded == funded)
        #expect(probe.balance == balance)
        #expect(probe.runsUnderWay == runs)
        #expect(probe.message.isEmpty == (funded != false))
    }

    @Test(
        "without an account nothing is asked about the workflow",
        arguments: [
            (.code(802), true, false), (.http(401), true, false), (.http(502), false, nil),
            (.json("<html>"), false, nil),
            (.failed(.connect, .nothingSent), false, nil), (.code(500), true, nil),
        ] as [(FakeProvider.Answer, Bool?, Bool?)])
    func noAccount(answer: FakeProvider.Answer, reachable: Bool?, authorised: Bool?) async throws {
        let probe = try await probe(answer)
        #expect(probe.reachable == reachable)
        #expect(probe.authorised == authorised)
        #expect(probe.workflowValid == nil)
        #expect(!probe.message.isEmpty)
    }

    @Test("an empty enterprise account is authorised and not funded; its workflow is looked at all the same")
    func enterprise() async throws {
        let probe = try await probe(.code(812), Self.graph(Self.nodes))
        #expect(probe.authorised == true && probe.funded == false && probe.workflowValid == true)
    }

    @Test(
        "a workflow that is not there, or never ran, is not valid, and the message says what to do",
        arguments: [380, 810])
    func workflow(code: Int) async throws {
        let probe = try await probe(Self.rich, .code(code))
        #expect(probe.workflowValid == false)
        #expect(probe.siteMatches == nil)
        #expect(probe.message.contains(String(code)))
        #expect(probe.message.contains(code == 810 ? "run it once" : "www.runninghub"))
    }

    @Test(
        "a graph that cannot be read says nothing about the workflow",
        arguments: [
            .code(403, "TOKEN_MISSION"), .code(412), .http(404), .http(500), .json("<html>"), .code(0), .code(500),
            .code(0, data: #"{"prompt":"not JSON"}"#), .code(0, data: #"{"prompt":"{}"}"#), .code(0, data: "[]"),
            .failed(.timeout, .maybeSent), .failed(.bodyTooLarge, .maybeSent),
            .json(String(repeating: "[", count: 100_000)),
        ] as [FakeProvider.Answer])
    func noGraph(answer: FakeProvider.Answer) async throws {
        let probe = try await probe(Self.rich, answer)
        #expect(probe.workflowValid == nil && probe.siteMatches == nil)
        #expect(probe.message.contains("could not be checked"))
    }

    @Test("a wrong node or field is named, with the nodes of that kind that there are")
    func wrongNodes() async throws {
        let graph = Self.graph(Self.nodes)
        let input = try await probe(Self.rich, graph) { $0.inputs["raw_image"] = .init(node: "5", field: "image") }
        #expect(input.workflowValid == false)
        #expect(
            input.message
                == "inputs.raw_image: the workflow has no node 5 (for its field 'image'); "
                + "LoadImage nodes: 3 (input:raw_image:1), 7 (input:pose)")
        let field = try await probe(Self.rich, graph) { $0.inputs["pose_image"] = .init(node: "7", field: "img") }
        #expect(
            field.message == "inputs.pose_image: node 7 (LoadImage) has no field 'img'; its fields: image, upload")
        let output = try await probe(Self.rich, graph) { $0.outputs.append(.init(node: "11", name: "compare")) }
        #expect(output.message == "outputs, name compare: the workflow has no node 11; output nodes: 10")
        let parameter = try await probe(Self.rich, graph) {
            let rule = ParameterRule(name: "steps", kind: .integer)
            $0.parameters = [.init(rule, at: .init(node: "13", field: "steps"))]
        }
        #expect(parameter.message.hasSuffix("nodes with a field 'steps': 12"))
        let seed = try await probe(Self.rich, graph) { $0.seed = .init(at: .init(node: "12", field: "noise_seed")) }
        #expect(seed.message == "seed_node: node 12 (KSampler) has no field 'noise_seed'; its fields: seed, steps")
        let none = try await probe(Self.rich, Self.graph(#"{"1":{"class_type":"Note"}}"#))
        #expect(none.message.contains("there are no LoadImage nodes"))
        #expect(none.message.count <= RunningHubLimits.messageCharactersMax)
    }

    @Test("a graph may also be JSON itself")
    func plainGraph() async throws {
        #expect(try await probe(Self.rich, .code(0, data: #"{"prompt":\#(Self.nodes)}"#)).workflowValid == true)
    }

    @Test("12 nodes are listed, one more is not")
    func manyNodes() async throws {
        for (count, isListed) in [
            (RunningHubLimits.nodesListedMax, true), (RunningHubLimits.nodesListedMax + 1, false),
        ] {
            let nodes = (1...count).map { #""\#(100 + $0)":{"class_type":"LoadImage"}"# }
            let probe = try await probe(Self.rich, Self.graph("{\(nodes.joined(separator: ","))}"))
            #expect(probe.message.contains(String(100 + count)) == isListed)
        }
    }

    @Test(
        "codes that the other site's key brings name that site; only an unknown user proves it",
        arguments: [802, 806, 807, 811, 901, 1002, 1004, 423])
    func otherSite(code: Int) async throws {
        for (base, other) in [
            ("https://www.runninghub.cn", "https://www.runninghub.ai"),
            ("https://www.runninghub.ai", "https://www.runninghub.cn"),
        ] {
            let configuration = try RunningHubConfiguration(
                apiKey: Secret(FakeProvider.key), workflowID: "1", baseURL: base)
            let answers = AnsweringTransport(.code(code))
            let probe = await RunningHubBackend(configuration, transport: answers).probe()
            #expect(probe.message.contains("set api_base_url to \(other)"))
            #expect(probe.siteMatches == (code == 806 ? false : nil))
        }
        let elsewhere = try await probe(.code(code))
        #expect(elsewhere.message.contains("www.runninghub.cn") && elsewhere.message.contains("www.runninghub.ai"))
    }

    @Test("the other site is named for a submit as well")
    func submitHint() async throws {
        let outcome = try await backend(FakeProvider(.code(380))).submit(pose)
        #expect(outcome.error?.message.contains("www.runninghub.cn") == true)
        let other = try await backend(FakeProvider(.code(803))).submit(pose)
        #expect(other.error?.message.contains("www.runninghub.cn") == false)
    }

    @Test(
        "the clock is compared where the answer has a date",
        arguments: [
            ("Thu, 01 Jan 1970 00:16:40 GMT", 500), ("Thu, 01 Jan 1970 00:00:00 GMT", -999_500),
            ("Wed, 25 Nov 2026 08:17:52 GMT", 1_795_594_672_000 + 500 - 1_000_000),
            ("Tue, 29 Feb 2000 23:59:60 GMT", 951_868_800_000 + 500 - 1_000_000),
            ("", nil), ("yesterday", nil), ("Wed, 25 Foo 2026 08:17:52 GMT", nil),
            ("Wed, 25 Nov 2026 24:00:00 GMT", nil),
            ("Wed, 25 Nov 2026 08:17 GMT", nil), ("Wed, 25 Nov 2026 08:17:52 CET", nil),
            ("Wednesday, 25-Nov-26 08:17:52 GMT", nil), ("Wed, +5 Nov 2026 08:17:52 GMT", nil),
        ] as [(String, Int64?)])
    func clock(date: String, ahead: Int64?) async throws {
        let answer = FakeProvider.Answer.http(
            200, headers: [HTTPHeader("date", date)], #"{"code":0,"data":{"remainCoins":"1"}}"#)
        #expect(try await probe(answer, Self.graph(Self.nodes)).clockAheadMilliseconds == ahead)
        #expect(try await probe(Self.rich, Self.graph(Self.nodes)).clockAheadMilliseconds == nil)
    }
}

/// Answers every call alike.
struct AnsweringTransport: HTTPTransport {
    let answer: FakeProvider.Answer
    init(_ answer: FakeProvider.Answer) { self.answer = answer }
    func execute(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse { try answer.get() }
}
