import BackendAPI
import HTTPTransport
import RunningHubBackend
import Testing

@Suite("Create: accepted, surely refused, or unknown")
struct CreateTests {
    private func submit(_ answer: FakeProvider.Answer) async throws -> SubmitOutcome {
        let provider = FakeProvider(answer)
        let outcome = try await backend(provider).submit(pose)
        #expect(provider.paths == ["/task/openapi/create"])
        if let error = outcome.error { #expect(!error.message.contains(FakeProvider.key)) }
        return outcome
    }

    @Test("one request: key, workflow, each image verbatim at its node")
    func request() async throws {
        let provider = FakeProvider(
            .code(0, "success", data: #"{"taskId":"1900000000000000001","taskStatus":"RUNNING"}"#))
        #expect(try await backend(provider).submit(pose) == .accepted(run))
        #expect(
            provider.bodies == [
                #"{"addMetadata":false,"apiKey":"\#(FakeProvider.key)","nodeInfoList":["#
                    + #"{"fieldName":"image","fieldValue":"api/bb.jpg","nodeId":"7"},"#
                    + #"{"fieldName":"image","fieldValue":"api/aa.png","nodeId":"3"}],"workflowId":"1996080571212349442"}"#
            ])
    }

    @Test(
        "a readable id means that a run exists, whatever state or form stands beside it",
        arguments: [
            #"{"code":0,"msg":"success","data":{"netWssUrl":null,"taskId":"1900000000000000001","taskStatus":"QUEUED"}}"#,
            #"{"code":0,"msg":"success","data":{"taskId":1900000000000000001,"taskStatus":"CREATE"}}"#,
            #"{"code":"0","msg":null,"data":{"taskId":"1900000000000000001","taskStatus":"SUCCESS"},"errorMessages":null}"#,
            #"{"code":0,"msg":"success","data":{"taskId":"1900000000000000001","taskStatus":"FAILED"}}"#,
            #"{"code":0,"msg":"success","data":{"taskId":"1900000000000000001","taskStatus":"SOMETHING"}}"#,
            #"{"code":200,"msg":"success","data":{"taskId":"1900000000000000001"}}"#,
            #"{"code":77777,"msg":"?","data":{"taskId":"1900000000000000001"}}"#,
            #"{"msg":"?","data":{"taskId":"1900000000000000001","promptTips":null}}"#,
            #"{"code":0,"data":{"taskId":"1900000000000000001","promptTips":"not JSON"}}"#,
            #"{"code":0,"data":{"taskId":"1900000000000000001","promptTips":"{\"result\":true,\"node_errors\":{}}"}}"#,
        ])
    func accepted(reply: String) async throws { #expect(try await submit(.json(reply)) == .accepted(run)) }

    @Test(
        "node errors in promptTips, or a refusal beside an id: accepted but invalid, to be cancelled",
        arguments: [
            #"{"code":0,"data":{"taskId":"1900000000000000001","promptTips":"{\"node_errors\":{\"3\":{\"errors\":[]}}}"}}"#,
            #"{"code":0,"data":{"taskId":"1900000000000000001","promptTips":"{\"result\":false,\"node_errors\":{}}"}}"#,
            #"{"code":433,"msg":"VALIDATE_PROMPT_FAILED","data":{"taskId":"1900000000000000001"}}"#,
        ])
    func invalid(reply: String) async throws {
        let outcome = try await submit(.json(reply))
        guard case .acceptedButInvalid(run, let error) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(error.errorClass == .permanent)
    }

    @Test("full for now: nothing was created, try later", arguments: [421, 415, 814, 1003, 1520, 804, 1010, 1011])
    func full(code: Int) async throws {
        let outcome = try await submit(.code(code, "TASK_QUEUE_MAXED"))
        #expect(outcome.kind == "refused")
        #expect(outcome.error?.errorClass == .backpressure(retryAfterMilliseconds: nil))
        #expect(outcome.error?.code == String(code))
    }

    @Test(
        "a refusal for good is told apart from key, balance and configuration, by number and not by name",
        arguments: [
            (1, .permanent), (301, .permanent), (412, .permanent), (433, .permanent), (803, .permanent),
            (901, .permanent),
            (1001, .permanent), (1007, .permanent), (1008, .permanent), (1009, .permanent), (1013, .permanent),
            (1101, .permanent), (1501, .rejected), (1505, .rejected), (380, .configuration), (404, .configuration),
            (435, .configuration), (810, .configuration), (401, .auth), (403, .auth), (436, .auth), (801, .auth),
            (802, .auth), (806, .auth), (811, .auth), (1002, .auth), (1014, .auth), (416, .quota), (812, .quota),
        ] as [(Int, BackendError.Class)])
    func refused(code: Int, errorClass: BackendError.Class) async throws {
        let outcome = try await submit(.code(code, "APIKEY_SOMETHING"))
        #expect(outcome.kind == "refused")
        #expect(outcome.error?.errorClass == errorClass)
        #expect(outcome.error?.code == String(code))
    }

    @Test("the old text for an empty balance is a refusal, whatever its number")
    func oldBalance() async throws {
        let outcome = try await submit(.code(9999, "TASK_CREATE_FAILED_BY_NOT_ENOUGH_POWER_VALUE"))
        #expect(outcome.kind == "refused")
        #expect(outcome.error?.errorClass == .quota)
    }

    @Test(
        "what proves nothing is unknown: faults after the fact, no id, strange codes, pages, halves, nothing",
        arguments: [
            .code(500), .code(1000), .code(1005), .code(1012), .code(805), .code(807), .code(423), .code(77_777),
            .code(0, "success"), .code(0, data: "{}"), .code(0, data: "[]"), .code(0, data: #""1900000000000000001""#),
            .code(0, data: #"{"taskId":null}"#), .code(0, data: #"{"taskId":""}"#), .code(0, data: #"{"taskId":"0"}"#),
            .code(0, data: #"{"taskId":0}"#), .code(0, data: #"{"taskId":-5}"#), .code(0, data: #"{"taskId":{"a":1}}"#),
            .code(0, data: #"{"taskId":"a b"}"#), .code(0, data: #"{"taskId":"\n1"}"#), .code(421, data: "[1]"),
            .json(""), .json("<html>login</html>"), .json(#"{"code":0,"msg":"success","data":{"taskId":"19000"#),
            .json("null"),
            .json("[]"), .json("{}"), .json(#"{"code":null}"#), .json("\u{0}"), .json(#"{"code":4e400}"#),
            .json(String(repeating: "[", count: 100_000)),
            .success(HTTPResponse(status: 200, body: [0xff, 0xfe, 0x7b])),
            .http(204), .http(500), .http(502, "{\"code\":421}"), .http(504), .http(408), .http(409), .http(599),
        ] as [FakeProvider.Answer])
    func unknown(answer: FakeProvider.Answer) async throws {
        #expect(try await submit(answer).kind == "unknown")
    }

    @Test("a redirect is unknown and says so", arguments: [301, 302, 307, 308])
    func redirected(status: Int) async throws {
        let outcome = try await submit(.http(status, headers: [HTTPHeader("Location", "http://127.0.0.1/")]))
        #expect(outcome.kind == "unknown")
        #expect(outcome.error?.code == "REDIRECTED")
    }

    @Test(
        "HTTP refusals before any work: nothing was created",
        arguments: [
            (401, .auth), (403, .auth), (404, .configuration), (405, .configuration), (413, .permanent),
            (417, .permanent),
            (429, .backpressure(retryAfterMilliseconds: 7_000)), (503, .backpressure(retryAfterMilliseconds: 7_000)),
        ] as [(Int, BackendError.Class)])
    func refusedByHTTP(status: Int, errorClass: BackendError.Class) async throws {
        let outcome = try await submit(.http(status, headers: [HTTPHeader("Retry-After", "7")]))
        #expect(outcome.kind == "refused")
        #expect(outcome.error?.errorClass == errorClass)
    }

    @Test(
        "without an answer: refused where surely nothing was sent, else unknown",
        arguments: HTTPTransportError.Code.allCases)
    func noAnswer(code: HTTPTransportError.Code) async throws {
        #expect(try await submit(.failed(code, .nothingSent)).kind == "refused")
        #expect(try await submit(.failed(code, .maybeSent)).kind == "unknown")
    }

    @Test("a certificate that does not hold is the engine's trouble, a network that does not the moment's")
    func noAnswerClasses() async throws {
        #expect(try await submit(.failed(.certificate, .nothingSent)).error?.errorClass == .configuration)
        for code in [HTTPTransportError.Code.connect, .resolve, .timeout, .tls] {
            #expect(try await submit(.failed(code, .nothingSent)).error?.errorClass == .transient)
        }
    }

    @Test("a run without its images, or with a parameter that nobody declared, is refused before any call")
    func badRuns() async throws {
        let provider = FakeProvider()
        let backend = try backend(provider)
        var run = pose
        run.images["pose_image"] = nil
        #expect(await backend.submit(run).kind == "refused")
        run = pose
        run.parameters["seed"] = "1"
        #expect(await backend.submit(run).kind == "refused")
        #expect(provider.paths.isEmpty)
    }

    @Test("a strict engine holds for unknown what is only assumed to be a refusal")
    func strict() async throws {
        var configuration = try configuration()
        configuration.isStrictAboutUnknown = true
        for (answer, kind) in [
            (.code(1010), "unknown"), (.code(1011), "unknown"), (.http(503), "unknown"), (.code(421), "refused"),
            (.http(429), "refused"), (.code(803), "refused"),
        ] as [(FakeProvider.Answer, String)] {
            let backend = RunningHubBackend(configuration, transport: FakeProvider(answer))
            #expect(await backend.submit(pose).kind == kind)
        }
    }
}
