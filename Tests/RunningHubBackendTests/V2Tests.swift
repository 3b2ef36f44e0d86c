import BackendAPI
import HTTPTransport
import RunningHubBackend
import Testing

@Suite("The v2 family: other words, the same meaning")
struct V2Tests {
    private static let item = #"{"url":"https://cdn.example/a.png?sig=1","nodeId":"10","outputType":"png","text":null}"#

    private static func query(_ status: String, _ more: String = "") -> FakeProvider.Answer {
        let rest = more.isEmpty ? "" : ",\(more)"
        return .json(
            #"{"taskId":"1900000000000000001","status":"\#(status)","errorCode":"","errorMessage":""\#(rest)}"#)
    }

    private func submit(_ answer: FakeProvider.Answer) async throws -> SubmitOutcome {
        let provider = FakeProvider(answer)
        let outcome = try await backendV2(provider).submit(pose)
        #expect(provider.paths == ["/openapi/v2/run/workflow/1996080571212349442"])
        return outcome
    }

    private func observe(
        _ answer: FakeProvider.Answer, outputs: [RunningHubConfiguration.Output] = [.init(node: "10", name: "image")]
    ) async throws -> Observation {
        let provider = FakeProvider(answer)
        let observation = try await backendV2(provider, outputs: outputs).observe(run)
        #expect(provider.paths == ["/openapi/v2/query"])
        #expect(provider.bodies == [#"{"taskId":"1900000000000000001"}"#])
        return observation
    }

    @Test("an upload is one part; its name comes back in either spelling, success as 0 or 200")
    func upload() async throws {
        for reply in [
            #"{"code":0,"message":"success","data":{"type":"image","download_url":"https://x/y.png","fileName":"openapi/c0.png"}}"#,
            #"{"code":200,"message":"success","data":{"filename":"openapi/c0.png"}}"#,
        ] {
            let provider = FakeProvider(.json(reply))
            let image = ImageFile(path: "/data/blob", sha256: "ab", sizeBytes: 9, mediaType: "image/png")
            #expect(try await backendV2(provider).prepare(image).handle == "openapi/c0.png")
            #expect(provider.paths == ["/openapi/v2/media/upload/binary"])
            #expect(provider.bodies == [#""file":/data/blob|ab.png|image/png"#])
        }
    }

    @Test("a run names neither key nor workflow in its body")
    func request() async throws {
        let provider = FakeProvider(Self.query("RUNNING"))
        #expect(try await backendV2(provider).submit(pose) == .accepted(run))
        #expect(
            provider.bodies == [
                #"{"addMetadata":false,"nodeInfoList":[{"fieldName":"image","fieldValue":"api/bb.jpg","nodeId":"7"},"#
                    + #"{"fieldName":"image","fieldValue":"api/aa.png","nodeId":"3"}]}"#
            ])
    }

    @Test(
        "an id means a run, whatever stands beside it",
        arguments: [
            #"{"taskId":"1900000000000000001","status":"QUEUED","errorCode":"","errorMessage":"","results":null}"#,
            #"{"taskId":1900000000000000001,"status":"CREATE","errorCode":null}"#, #"{"taskId":"1900000000000000001"}"#,
            #"{"taskId":"1900000000000000001","status":"FAILED","errorCode":"1000","errorMessage":"unknown error"}"#,
        ])
    func accepted(reply: String) async throws { #expect(try await submit(.json(reply)) == .accepted(run)) }

    @Test(
        "codes mean what they mean in the older family",
        arguments: [
            ("421", "refused", .backpressure(retryAfterMilliseconds: nil)), ("1002", "refused", .auth),
            ("1003", "refused", .backpressure(retryAfterMilliseconds: nil)), ("1101", "refused", .permanent),
            ("1501", "refused", .rejected), ("404", "refused", .configuration), ("416", "refused", .quota),
            ("1000", "unknown", .transient), ("1005", "unknown", .transient), ("1012", "unknown", .transient),
            ("77777", "unknown", .transient),
        ] as [(String, String, BackendError.Class)])
    func refused(code: String, kind: String, errorClass: BackendError.Class) async throws {
        for reply in [
            #"{"taskId":"","status":"","errorCode":"\#(code)","errorMessage":"api queue limit reached"}"#,
            #"{"taskId":null,"errorCode":\#(code),"errorMessage":"api queue limit reached"}"#,
            #"{"code":\#(code),"message":"api queue limit reached","data":null}"#,
        ] {
            let outcome = try await submit(.json(reply))
            #expect(outcome.kind == kind)
            #expect(outcome.error?.errorClass == errorClass)
            #expect(outcome.error?.message.contains("queue limit") == true)
        }
    }

    @Test(
        "what proves nothing is unknown",
        arguments: [
            #"{"taskId":"","status":"QUEUED","errorCode":""}"#, #"{"errorCode":"abc"}"#, #"{"status":"RUNNING"}"#, "{}",
            "", "<html>", #"{"taskId":{"a":1},"errorCode":""}"#,
        ])
    func unknown(reply: String) async throws { #expect(try await submit(.json(reply)).kind == "unknown") }

    @Test("node errors beside an id: accepted but invalid")
    func invalid() async throws {
        let tips = #""promptTips":"{\"result\":false,\"node_errors\":{\"3\":{}}}""#
        #expect(try await submit(Self.query("RUNNING", tips)).kind == "accepted but invalid")
        let code = #"{"taskId":"1900000000000000001","errorCode":"433","errorMessage":"no"}"#
        #expect(try await submit(.json(code)).kind == "accepted but invalid")
    }

    @Test("each state of a run")
    func states() async throws {
        #expect(try await observe(Self.query("QUEUED")) == .queued)
        #expect(try await observe(Self.query("CREATE")) == .queued)
        #expect(try await observe(Self.query("running")) == .running(progress: nil))
        #expect(try await observe(Self.query("CANCEL")) == .cancelled(cost: nil))
        #expect(try await observe(Self.query("SUCCESS", #""results":null"#)) == .succeededWithoutOutput)
        #expect(try await observe(Self.query("SUCCESS", #""results":[]"#)) == .succeededWithoutOutput)
        guard case .noAnswer = try await observe(Self.query("PAUSED")) else {
            Issue.record("an unknown word changes nothing")
            return
        }
    }

    @Test("the cost stands beside the files and is taken once, however many there are")
    func cost() async throws {
        let usage =
            #""usage":{"consumeMoney":"0.5","consumeCoins":17,"taskCostTime":"83","thirdPartyConsumeMoney":null}"#
        let observation = try await observe(
            Self.query("SUCCESS", #""results":[\#(Self.item),\#(Self.item)],\#(usage)"#))
        let output = RunOutput(name: "image", url: "https://cdn.example/a.png?sig=1", node: "10")
        #expect(observation == .succeeded(outputs: [output], cost: RunCost(coins: "17", money: "0.5")))
        #expect(try await observe(Self.query("CANCEL", usage)) == .cancelled(cost: RunCost(coins: "17", money: "0.5")))
    }

    @Test("texts are no pictures")
    func texts() async throws {
        let text = #"{"url":null,"nodeId":"9","outputType":"txt","text":"hello"}"#
        guard case .failed(let error, nil) = try await observe(Self.query("SUCCESS", #""results":[\#(text)]"#)) else {
            Issue.record("not failed")
            return
        }
        #expect(error.code == "no image")
    }

    @Test(
        "a failed run tells its reason and class",
        arguments: [
            (
                #""errorCode":"1000","errorMessage":"unknown error","failedReason":{"node_id":"12","exception_message":"boom"}"#,
                "the run failed: boom (node 12)", .permanent
            ),
            (
                #""errorCode":"1501","errorMessage":"sensitive""#, "the provider's moderation refused: sensitive",
                .rejected
            ),
            (
                #""errorCode":"1000","failedReason":{"exception_message":"Porn found"}"#,
                "the provider's moderation refused: Porn found", .rejected
            ),
            (#""errorCode":"","errorMessage":"success""#, "the run failed; the provider gave no reason", .permanent),
        ] as [(String, String, BackendError.Class)])
    func failed(fields: String, message: String, errorClass: BackendError.Class) async throws {
        let observation = try await observe(.json(#"{"taskId":"1900000000000000001","status":"FAILED",\#(fields)}"#))
        guard case .failed(let error, nil) = observation else {
            Issue.record("\(observation)")
            return
        }
        #expect(error.message == message)
        #expect(error.errorClass == errorClass)
    }

    @Test("unknown there is lost; trouble says nothing about the run")
    func lost() async throws {
        for code in ["1004", "807", "423"] {
            guard case .lost = try await observe(.json(#"{"taskId":null,"status":null,"errorCode":"\#(code)"}"#)) else {
                Issue.record("not lost")
                continue
            }
        }
        for answer in [
            .json(#"{"errorCode":"1003"}"#), .json(#"{"errorCode":1002}"#),
            .json(#"{"code":500,"msg":"","data":null}"#),
            .json("{}"), .json(""), .json("[]"), .http(502), .failed(.timeout, .maybeSent),
            .json(#"{"taskId":"1","status":"RUNNING","errorCode":"1005"}"#),
        ] as [FakeProvider.Answer] {
            guard case .noAnswer = try await observe(answer) else {
                Issue.record("\(answer)")
                continue
            }
        }
    }

    @Test("a cancel goes to the older family's call")
    func cancel() async throws {
        let provider = FakeProvider(.code(0))
        #expect(try await backendV2(provider).cancel(run) == .accepted)
        #expect(provider.paths == ["/task/openapi/cancel"])
    }
}
