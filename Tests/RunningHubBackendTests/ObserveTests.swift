import BackendAPI
import HTTPTransport
import RunningHubBackend
import Testing

@Suite("Observe: what one look proves")
struct ObserveTests {
    private let item =
        #"{"fileUrl":"https://cdn.example/a.png?sig=1","fileType":"png","taskCostTime":"83","nodeId":"10","#
        + #""thirdPartyConsumeMoney":null,"consumeMoney":null,"consumeCoins":"17"}"#

    private func observe(
        _ answers: FakeProvider.Answer...,
        outputs: [RunningHubConfiguration.Output] = [.init(node: "10", name: "image")]
    ) async throws -> Observation {
        let provider = FakeProvider(answers)
        let observation = try await backend(provider, outputs: outputs).observe(run)
        let expected = ["/task/openapi/outputs", "/task/openapi/status", "/task/openapi/outputs"].prefix(answers.count)
        #expect(provider.paths == Array(expected))
        #expect(
            provider.bodies.allSatisfy { $0 == #"{"apiKey":"\#(FakeProvider.key)","taskId":"1900000000000000001"}"# })
        return observation
    }

    private func noAnswerClass(_ observation: Observation) -> BackendError.Class? {
        if case .noAnswer(let error) = observation { error.errorClass } else { nil }
    }

    @Test("running, queued and success are told by outputs alone")
    func states() async throws {
        #expect(try await observe(.code(804, "APIKEY_TASK_IS_RUNNING")) == .running(progress: nil))
        #expect(try await observe(.code(804, data: #"{"netWssUrl":"wss://x"}"#)) == .running(progress: nil))
        #expect(try await observe(.code(813, "APIKEY_TASK_IS_QUEUED")) == .queued)
        #expect(try await observe(.json(#"{"code":"813","msg":null}"#)) == .queued)
        let succeeded = try await observe(.code(0, "success", data: "[\(item)]"))
        let output = RunOutput(name: "image", url: "https://cdn.example/a.png?sig=1", node: "10")
        #expect(succeeded == .succeeded(outputs: [output], cost: RunCost(coins: "17")))
    }

    @Test("numbers and text are one; the cost that stands on each item is taken once")
    func lenientItems() async throws {
        let data =
            #"[{"fileUrl":"https://cdn.example/1.png","fileType":"PNG","nodeId":10,"taskCostTime":83,"consumeCoins":51,"#
            + #""consumeMoney":"0.35","storageType":1},{"fileUrl":"https://cdn.example/2.png","fileType":"png","nodeId":"11","#
            + #""consumeCoins":51}]"#
        guard case .succeeded(let outputs, let cost) = try await observe(.code(0, data: data)) else {
            Issue.record("not succeeded")
            return
        }
        #expect(outputs.map(\.url) == ["https://cdn.example/1.png"])
        #expect(cost == RunCost(coins: "51", money: "0.35"))
    }

    @Test("outputs are chosen by node, in the order of the configuration; text files are no pictures")
    func choice() async throws {
        let data =
            #"[{"fileUrl":"https://cdn.example/c.png","fileType":"png","nodeId":"11"},"#
            + #"{"fileUrl":"https://cdn.example/log.txt","fileType":"txt","nodeId":"10"},"#
            + #"{"fileUrl":"https://cdn.example/r.webp","nodeId":"10"},7,null]"#
        let both: [RunningHubConfiguration.Output] = [
            .init(node: "10", name: "image"), .init(node: "11", name: "compare"),
        ]
        guard case .succeeded(let outputs, nil) = try await observe(.code(0, data: data), outputs: both) else {
            Issue.record("not succeeded")
            return
        }
        #expect(outputs.map(\.name) == ["image", "compare"])
        #expect(outputs.map(\.url) == ["https://cdn.example/r.webp", "https://cdn.example/c.png"])
    }

    private let three =
        #"[{"fileUrl":"https://cdn.example/a.txt","fileType":"txt","nodeId":"4"},"#
        + #"{"fileUrl":"https://cdn.example/b.jpg","fileType":"jpg","nodeId":"4"},"#
        + #"{"fileUrl":"https://cdn.example/c.jpg","fileType":"JPEG","nodeId":"5"}]"#

    private func names(
        _ data: String, _ outputs: [RunningHubConfiguration.Output]
    ) async throws -> [String] {
        guard case .succeeded(let found, _) = try await observe(.code(0, data: data), outputs: outputs) else {
            return []
        }
        return found.map { "\($0.name) \($0.node) \($0.url.suffix(5))" }
    }

    @Test("without configured outputs every picture is a result, under names of its own")
    func everyPicture() async throws {
        #expect(try await names(three, []) == ["image 4 b.jpg", "image_2 5 c.jpg"])
    }

    @Test("the main output's node gave nothing: another picture takes its place; others are left out")
    func fallback() async throws {
        let main = RunningHubConfiguration.Output(node: "10", name: "picture")
        #expect(try await names(three, [main]) == ["picture 4 b.jpg"])
        let compare = RunningHubConfiguration.Output(node: "4", name: "compare")
        let absent = RunningHubConfiguration.Output(node: "6", name: "absent")
        #expect(try await names(three, [main, absent, compare]) == ["picture 5 c.jpg", "compare 4 b.jpg"])
        let both = RunningHubConfiguration.Output(node: "5", name: "mask")
        #expect(try await names(three, [main, compare, both]).first == "picture 4 b.jpg")
    }

    @Test("files but no picture: failed, with its cost")
    func noPicture() async throws {
        let data = #"[{"fileUrl":"https://cdn.example/a.txt","fileType":"txt","nodeId":"10","consumeCoins":"17"}]"#
        guard case .failed(let error, let cost) = try await observe(.code(0, data: data)) else {
            Issue.record("not failed")
            return
        }
        #expect(error.errorClass == .permanent)
        #expect(cost == RunCost(coins: "17"))
    }

    @Test("an empty list is success without output")
    func empty() async throws {
        #expect(try await observe(.code(0, "success", data: "[]")) == .succeededWithoutOutput)
    }

    @Test(
        "success without data: the text may name the state",
        arguments: [
            ("APIKEY_TASK_IS_QUEUED", .queued), ("APIKEY_TASK_IS_RUNNING", .running(progress: nil)), ("任务排队中", .queued),
            ("任务运行中", .running(progress: nil)),
        ] as [(String, Observation)])
    func stateInText(text: String, expected: Observation) async throws {
        #expect(try await observe(.code(0, text)) == expected)
    }

    @Test(
        "success without data and without a word: status is asked",
        arguments: [
            ("QUEUED", .queued), ("CREATE", .queued), ("RUNNING", .running(progress: nil)),
            ("running", .running(progress: nil)),
            ("SUCCESS", .succeededWithoutOutput), ("CANCEL", .cancelled(cost: nil)),
            ("CANCELLED", .cancelled(cost: nil)),
        ] as [(String, Observation)])
    func status(word: String, expected: Observation) async throws {
        #expect(try await observe(.code(0, "success"), .code(0, "success", data: "\"\(word)\"")) == expected)
        #expect(try await observe(.code(0, ""), .code(0, "", data: "\"\(word)\"")) == expected)
    }

    @Test("an unknown word, an unknown code and a missing word change nothing")
    func unknownWord() async throws {
        #expect(noAnswerClass(try await observe(.code(0), .code(0, data: "\"PAUSED\""))) == .transient)
        #expect(noAnswerClass(try await observe(.code(0), .code(0))) == .transient)
        #expect(noAnswerClass(try await observe(.code(0), .code(77_777))) == .transient)
        #expect(noAnswerClass(try await observe(.code(0), .http(502))) == .transient)
    }

    @Test("status FAILED with text 'success': the reason comes from outputs, never from the text")
    func failedSuccess() async throws {
        let failed = FakeProvider.Answer.code(0, "success", data: "\"FAILED\"")
        let reason = FakeProvider.Answer.code(
            805, data: #"{"failedReason":{"exception_message":"boom","node_name":"KSampler"}}"#)
        for last in [reason, .code(804), .code(0), .http(500)] {
            guard case .failed(let error, nil) = try await observe(.code(0, "success"), failed, last) else {
                Issue.record("not failed")
                continue
            }
            #expect(!error.message.contains("success"))
        }
        let late = try await observe(.code(0), failed, .code(0, data: "[\(item)]"))
        guard case .succeeded = late else {
            Issue.record("a result that is there counts")
            return
        }
    }

    @Test(
        "805 is the end, with whatever reason there is",
        arguments: [
            (
                #"{"failedReason":{"node_id":"12","node_name":"KSampler","exception_type":"E","exception_message":"boom","#
                    + #""traceback":"[\"x\"]","current_inputs":"{}"}}"#, "the run failed: boom (node KSampler)"
            ),
            (#"{"failedReason":"plain words"}"#, "the run failed: plain words"),
            (#"{"failedReason":{"exception_message":17,"node_id":3}}"#, "the run failed: 17 (node 3)"),
            (
                #"{"failedReason":{"exception_message":"CUDA 显存告警"}}"#,
                "the run failed: the graphics memory was too small for this run: CUDA 显存告警"
            ),
            ("null", "the run failed, was interrupted or was cancelled at the provider"),
            ("{}", "the run failed, was interrupted or was cancelled at the provider"),
            (#"{"failedReason":null}"#, "the run failed, was interrupted or was cancelled at the provider"),
            (#"{"failedReason":{}}"#, "the run failed, was interrupted or was cancelled at the provider"),
            (#"[]"#, "the run failed, was interrupted or was cancelled at the provider"),
            (#""text""#, "the run failed, was interrupted or was cancelled at the provider"),
        ])
    func failed(data: String, message: String) async throws {
        let expected = BackendError(.permanent, code: "805", message: message)
        #expect(try await observe(.code(805, "APIKEY_TASK_STATUS_ERROR", data: data)) == .failed(expected, cost: nil))
    }

    @Test("moderation is told from an ordinary failure")
    func moderation() async throws {
        let reply = FakeProvider.Answer.code(
            805, data: #"{"failedReason":{"exception_message":"Content: Porn detected"}}"#)
        guard case .failed(let error, _) = try await observe(reply) else {
            Issue.record("not failed")
            return
        }
        #expect(error.errorClass == .rejected)
    }

    @Test("unknown there is lost, by each of its numbers", arguments: [807, 423, 1004])
    func lost(code: Int) async throws {
        for observation in [try await observe(.code(code)), try await observe(.code(0), .code(code))] {
            guard case .lost(let error) = observation else {
                Issue.record("not lost: \(observation)")
                continue
            }
            #expect(error.code == String(code))
        }
    }

    @Test(
        "trouble says nothing about the run",
        arguments: [
            (.code(500), .transient), (.code(1005), .transient), (.code(1012), .transient),
            (.code(1003), .backpressure(retryAfterMilliseconds: nil)),
            (.code(1010), .backpressure(retryAfterMilliseconds: nil)),
            (.code(802), .auth), (.code(806), .auth), (.code(811), .auth), (.code(1002), .auth),
            (.code(77_777), .transient),
            (.http(500), .transient), (.http(502), .transient), (.http(401), .auth),
            (.http(429, headers: [HTTPHeader("Retry-After", "3")]), .backpressure(retryAfterMilliseconds: 3_000)),
            (.http(429, headers: [HTTPHeader("Retry-After", "soon")]), .backpressure(retryAfterMilliseconds: nil)),
            (.json(""), .transient), (.json("<html>"), .transient),
            (.json(#"{"code":0,"data":[{"fileUrl":"#), .transient),
            (.json(#"{"data":[]}"#), .transient), (.code(0, data: "7"), .transient),
            (.code(0, data: #"{"a":1}"#), .transient),
            (.failed(.timeout, .maybeSent), .transient), (.failed(.connect, .nothingSent), .transient),
            (.failed(.certificate, .nothingSent), .configuration), (.failed(.cancelled, .maybeSent), .transient),
        ] as [(FakeProvider.Answer, BackendError.Class)])
    func trouble(answer: FakeProvider.Answer, errorClass: BackendError.Class) async throws {
        #expect(noAnswerClass(try await observe(answer)) == errorClass)
    }

    @Test("256 items are looked at, the rest is not")
    func manyItems() async throws {
        let text = #"{"fileUrl":"https://cdn.example/a.txt","fileType":"txt","nodeId":"10"}"#
        for (count, isSeen) in [
            (0, true), (RunningHubLimits.outputItemsMax - 1, true), (RunningHubLimits.outputItemsMax, false),
        ] {
            let list = (Array(repeating: text, count: count) + [item]).joined(separator: ",")
            let observation = try await observe(.code(0, data: "[\(list)]"))
            if case .succeeded = observation { #expect(isSeen) } else { #expect(!isSeen) }
        }
    }
}
