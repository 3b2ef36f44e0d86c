import BackendAPI
import BackendConformance
import HTTPTransport
import RunningHubBackend
import Testing

@Suite("The dialect workflow-v1")
struct WorkflowV1Tests {
    private func backend(
        _ provider: FakeProvider, outputs: [RunningHubConfiguration.Output] = [],
        change: (inout RunningHubConfiguration) -> Void = { _ in }
    ) throws -> WorkflowV1Backend {
        var configuration = try configuration(.workflowV1, outputs: outputs)
        change(&configuration)
        return WorkflowV1Backend(configuration, transport: provider, now: { 1_000_000 })
    }

    private func submit(_ answer: FakeProvider.Answer) async throws -> SubmitOutcome {
        let provider = FakeProvider(answer)
        let outcome = try await backend(provider).submit(pose)
        #expect(provider.paths == ["/v1/workflows/1996080571212349442/run"])
        if let error = outcome.error { #expect(!error.message.contains(FakeProvider.key)) }
        return outcome
    }

    private func observe(
        _ answer: FakeProvider.Answer, outputs: [RunningHubConfiguration.Output] = []
    ) async throws -> Observation {
        let provider = FakeProvider(answer)
        let observation = try await backend(provider, outputs: outputs).observe(RunID(rawValue: "task_0001"))
        #expect(provider.paths == ["/v1/tasks/task_0001"])
        #expect(provider.requests.first?.method == .get)
        #expect(provider.requests.first?.bodyBytesMax == RunningHubLimits.shortReplyBytesMax)
        return observation
    }

    // MARK: Upload

    private let image = ImageFile(path: "/data/blob", sha256: "ab", sizeBytes: 9, mediaType: "image/jpeg")

    @Test(
        "an upload's address is the handle, in each of its shapes",
        arguments: [
            #"{"url":"https://f.example/a.png?sig=1"}"#, #"{"file_url":"https://f.example/a.png?sig=1"}"#,
            #"{"code":0,"data":{"url":"https://f.example/a.png?sig=1"}}"#,
        ])
    func upload(reply: String) async throws {
        let provider = FakeProvider(.json(reply))
        #expect(try await backend(provider).prepare(image).handle == "https://f.example/a.png?sig=1")
        #expect(provider.paths == ["/v1/upload"])
        #expect(provider.bodies == [#""file":/data/blob|ab.jpg|image/jpeg"#])
    }

    @Test(
        "an upload's failures carry their class",
        arguments: [
            (.http(401), .auth), (.http(413), .permanent), (.http(415), .permanent), (.http(402), .quota),
            (.http(500), .transient),
            (
                .http(429, headers: [HTTPHeader("Retry-After", "7")]),
                .backpressure(retryAfterMilliseconds: 7_000)
            ),
            (.json("{}"), .transient), (.json("<html>"), .transient), (.failed(.timeout, .maybeSent), .transient),
            (.failed(.fileUnreadable, .nothingSent), .permanent),
        ] as [(FakeProvider.Answer, BackendError.Class)])
    func uploadFailures(answer: FakeProvider.Answer, errorClass: BackendError.Class) async throws {
        let backend = try backend(FakeProvider(answer))
        do throws(BackendError) {
            _ = try await backend.prepare(image)
            Issue.record("prepared")
        } catch {
            #expect(error.errorClass == errorClass)
        }
    }

    @Test("an address of 2048 bytes is taken, one more is not; nor an image beyond 30 MiB")
    func bounds() async throws {
        for (size, isTaken) in [
            (RunningHubLimits.handleAddressBytesMax, true), (RunningHubLimits.handleAddressBytesMax + 1, false),
            (0, false),
        ] {
            let backend = try backend(FakeProvider(.json(#"{"url":"\#(String(repeating: "a", count: size))"}"#)))
            let prepared = try? await backend.prepare(image)
            #expect((prepared != nil) == isTaken)
        }
        var large = image
        large.sizeBytes = RunningHubLimits.uploadBytesMax + 1
        let prepared = try? await backend(FakeProvider()).prepare(large)
        #expect(prepared == nil)
    }

    // MARK: Run

    @Test("one run call; pictures, parameters and seed are inputs by name")
    func request() async throws {
        let provider = FakeProvider(.json(#"{"task_id":"task_0001","status":"queued"}"#))
        let backend = try backend(provider) {
            $0.parameters = [.init(ParameterRule(name: "steps", kind: .integer), at: .init(node: "", field: ""))]
            $0.seed = .init(at: .init(node: "", field: "noise"))
        }
        var request = pose
        request.parameters = ["steps": "20", "seed": "7"]
        #expect(await backend.submit(request) == .accepted(RunID(rawValue: "task_0001")))
        #expect(
            provider.bodies == [
                #"{"inputs":{"noise":7,"pose_image":"api/bb.jpg","raw_image":"api/aa.png","steps":20}}"#
            ])
        request.images["raw_image"] = nil
        #expect(await backend.submit(request).kind == "refused")
        request.parameters["unknown"] = "1"
        #expect(await backend.submit(request).kind == "refused")
        #expect(provider.paths.count == 1)
    }

    @Test(
        "an id is a run, by each of its names, as text or number",
        arguments: [
            (#"{"task_id":"t1"}"#, "t1"), (#"{"id":"t1"}"#, "t1"), (#"{"run_id":"t1"}"#, "t1"),
            (#"{"taskId":1900000000000000001}"#, "1900000000000000001"), (#"{"data":{"task_id":"t1"}}"#, "t1"),
            (#"{"task_id":"t1","error":"but"}"#, "t1"),
        ])
    func accepted(reply: String, id: String) async throws {
        #expect(try await submit(.json(reply)) == .accepted(RunID(rawValue: id)))
        #expect(try await submit(.http(202, reply)) == .accepted(RunID(rawValue: id)))
    }

    @Test(
        "statuses that come before any work are refusals, with their class",
        arguments: [
            (400, .permanent), (422, .permanent), (413, .permanent), (415, .permanent), (401, .auth), (403, .auth),
            (402, .quota), (404, .configuration), (429, .backpressure(retryAfterMilliseconds: 7_000)),
            (503, .backpressure(retryAfterMilliseconds: 7_000)),
        ] as [(Int, BackendError.Class)])
    func refused(status: Int, errorClass: BackendError.Class) async throws {
        for body in [
            #"{"error":"the words"}"#, #"{"error":{"code":"x","message":"the words"}}"#, #"{"message":"the words"}"#,
        ] {
            let outcome = try await submit(.http(status, headers: [HTTPHeader("Retry-After", "7")], body))
            #expect(outcome.kind == "refused")
            #expect(outcome.error?.errorClass == errorClass)
            #expect(outcome.error?.message.contains("the words") == true)
        }
        #expect(try await submit(.http(status, "\(FakeProvider.key) <html>")).kind == "refused")
        #expect(try await submit(.http(status, #"{"error":"\#(FakeProvider.key)"}"#)).kind == "refused")
    }

    @Test(
        "what proves nothing is unknown",
        arguments: [
            .http(408), .http(409), .http(500), .http(502), .http(504), .http(302), .json("{}"), .json(""),
            .json("<html>"),
            .json(#"{"error":"Workflow not found"}"#), .json(#"{"task_id":null}"#), .json(#"{"task_id":"a b"}"#),
            .json("[]"), .json(String(repeating: "[", count: 100_000)), .failed(.timeout, .maybeSent),
            .failed(.closed, .maybeSent), .http(204),
        ] as [FakeProvider.Answer])
    func unknown(answer: FakeProvider.Answer) async throws {
        #expect(try await submit(answer).kind == "unknown")
    }

    @Test("nothing was sent: refused; a strict engine does not trust 503")
    func edges() async throws {
        #expect(try await submit(.failed(.connect, .nothingSent)).kind == "refused")
        let strict = try backend(FakeProvider(.http(503))) { $0.isStrictAboutUnknown = true }
        #expect(await strict.submit(pose).kind == "unknown")
        #expect(try await submit(.http(307)).error?.code == "REDIRECTED")
    }

    // MARK: Observe

    @Test(
        "each word of a state, whatever its case",
        arguments: [
            ("pending", .queued), ("queued", .queued), ("Running", .running(progress: nil)),
            ("PROCESSING", .running(progress: nil)), ("cancelled", .cancelled(cost: nil)),
            ("canceled", .cancelled(cost: nil)), ("completed", .succeededWithoutOutput),
            ("finished", .succeededWithoutOutput), ("success", .succeededWithoutOutput),
        ] as [(String, Observation)])
    func states(word: String, expected: Observation) async throws {
        #expect(try await observe(.json(#"{"status":"\#(word)"}"#)) == expected)
    }

    @Test(
        "progress is of one or of a hundred, and never out of 0...1",
        arguments: [
            ("0", 0), ("0.25", 0.25), ("1", 1), ("\"40\"", 0.4), ("100", 1), ("250", 1), ("-1", nil), ("\"nan\"", nil),
            ("null", nil), ("{}", nil),
        ] as [(String, Double?)])
    func progress(text: String, expected: Double?) async throws {
        #expect(
            try await observe(.json(#"{"status":"running","progress":\#(text)}"#)) == .running(progress: expected))
    }

    @Test(
        "a result in each of its shapes",
        arguments: [
            #""outputs":{"output_image":"https://cdn.example/r.png"}"#,
            #""output":{"image":"https://cdn.example/r.png"}"#,
            #""result":"https://cdn.example/r.png""#, #""outputs":["https://cdn.example/r.png"]"#,
            #""outputs":[{"url":"https://cdn.example/r.png","type":"image"}]"#,
            #""output":{"result":{"url":"https://cdn.example/r.png","type":"image/png"}}"#,
            #""outputs":{"seed":"42","log":"https://cdn.example/l.txt","output":["https://cdn.example/r.png"]}"#,
        ])
    func results(fields: String) async throws {
        for reply in [#"{"status":"completed",\#(fields)}"#, #"{"data":{"status":"completed",\#(fields)}}"#] {
            guard case .succeeded(let outputs, nil) = try await observe(.json(reply)) else {
                Issue.record("not succeeded: \(reply)")
                continue
            }
            #expect(outputs.map(\.name) == ["image"])
            #expect(outputs.map(\.url) == ["https://cdn.example/r.png"])
        }
    }

    @Test("several results are told apart by their names; without an ending a result is a picture, a text file is none")
    func severalResults() async throws {
        let reply = FakeProvider.Answer.json(
            #"{"status":"completed","outputs":{"comparison":"https://cdn.example/c.png","#
                + #""output_image":"https://cdn.example/r","log":"https://cdn.example/l.txt"}}"#)
        guard case .succeeded(let all, _) = try await observe(reply) else { return }
        #expect(all.map { "\($0.name) \($0.node)" } == ["image output_image", "image_2 comparison"])
        let wanted: [RunningHubConfiguration.Output] = [
            .init(node: "comparison", name: "compare"), .init(node: "output_image", name: "picture"),
        ]
        guard case .succeeded(let named, _) = try await observe(reply, outputs: wanted) else { return }
        #expect(named.map { "\($0.name) \($0.node)" } == ["compare comparison", "picture output_image"])
        #expect(all.count == 2 && named.count == 2)
    }

    @Test("256 results are looked at, one more is not; none is no result")
    func manyResults() async throws {
        for (count, seen) in [
            (0, 0), (RunningHubLimits.outputItemsMax, RunningHubLimits.outputItemsMax),
            (RunningHubLimits.outputItemsMax + 1, RunningHubLimits.outputItemsMax),
        ] {
            let list = Array(repeating: #""https://cdn.example/r.png""#, count: count).joined(separator: ",")
            let observation = try await observe(.json(#"{"status":"completed","outputs":[\#(list)]}"#))
            guard case .succeeded(let outputs, _) = observation else {
                #expect(count == 0 && observation == .succeededWithoutOutput)
                continue
            }
            #expect(outputs.count == seen)
        }
    }

    @Test(
        "a failed run tells its reason",
        arguments: [
            (#""error":"boom""#, "the run failed: boom", .permanent),
            (#""error":{"code":"x","message":"boom"}"#, "the run failed: boom", .permanent),
            (#""message":"boom""#, "the run failed: boom", .permanent),
            (#""error":null"#, "the run failed: the provider gave no reason", .permanent),
            (#""error":"porn""#, "the provider's moderation refused: porn", .rejected),
        ] as [(String, String, BackendError.Class)])
    func failed(fields: String, message: String, errorClass: BackendError.Class) async throws {
        for word in ["failed", "ERROR"] {
            guard case .failed(let error, nil) = try await observe(.json(#"{"status":"\#(word)",\#(fields)}"#)) else {
                Issue.record("not failed")
                continue
            }
            #expect(error.message == message)
            #expect(error.errorClass == errorClass)
        }
    }

    @Test("404 is lost; trouble and unknown words say nothing about the run")
    func lost() async throws {
        for status in [404, 410] {
            guard case .lost = try await observe(.http(status, #"{"error":"no"}"#)) else {
                Issue.record("not lost")
                continue
            }
        }
        for answer in [
            .http(401), .http(429), .http(500), .http(503), .json(#"{"status":"paused"}"#), .json("{}"), .json(""),
            .json("<html>"), .failed(.timeout, .maybeSent), .json(#"{"status":null}"#),
        ] as [FakeProvider.Answer] {
            guard case .noAnswer = try await observe(answer) else {
                Issue.record("\(answer)")
                continue
            }
        }
    }

    @Test("an id cannot lead to another call")
    func escapedID() async throws {
        let provider = FakeProvider(.http(404))
        _ = try await backend(provider).observe(RunID(rawValue: "../a?b#c%/ü"))
        #expect(provider.paths == ["/v1/tasks/%2E%2E%2Fa%3Fb%23c%25%2F%C3%BC"])
    }

    // MARK: Cancel, download, probe

    @Test("without a cancel path nothing is asked")
    func noCancel() async throws {
        let provider = FakeProvider()
        #expect(try await backend(provider).cancel(run) == .unsupported)
        #expect(provider.paths.isEmpty)
    }

    @Test(
        "with one, its status is the outcome",
        arguments: [
            (.http(200), .accepted), (.http(204), .accepted), (.http(409), .alreadyEnded), (.http(404), .unknownThere),
        ] as [(FakeProvider.Answer, CancelOutcome)])
    func cancel(answer: FakeProvider.Answer, expected: CancelOutcome) async throws {
        let provider = FakeProvider(answer)
        let backend = try backend(provider) { $0.cancelPath = "/v1/tasks/{task_id}/cancel" }
        #expect(await backend.cancel(RunID(rawValue: "t/1")) == expected)
        #expect(provider.paths == ["/v1/tasks/t%2F1/cancel"])
        #expect(provider.requests.first?.method == .post)
        guard
            case .noAnswer = try await self.backend(
                FakeProvider(.http(500)), change: { $0.cancelPath = "/v1/tasks/x{task_id}" }
            )
            .cancel(run)
        else {
            Issue.record("an outcome without an answer")
            return
        }
    }

    @Test("a result's host never sees the key")
    func download() async throws {
        let provider = FakeProvider(.http(200, "picture"))
        let sink = KeepingSink()
        try await backend(provider).download(
            RunOutput(name: "image", url: "https://cdn.example/r.png", node: ""), to: sink)
        #expect(sink.bytes == Array("picture".utf8))
        #expect(provider.requests.first?.headers.isEmpty == true)
    }

    @Test(
        "the probe asks for a task that is not there",
        arguments: [
            (.http(404, headers: [HTTPHeader("Date", "Thu, 01 Jan 1970 00:16:40 GMT")]), true, nil, 500),
            (.json("{}"), true, nil, nil), (.http(401), true, false, nil), (.http(403), true, false, nil),
            (.http(500), false, nil, nil), (.http(302), false, nil, nil),
            (.failed(.connect, .nothingSent), false, nil, nil),
        ] as [(FakeProvider.Answer, Bool?, Bool?, Int64?)])
    func probe(answer: FakeProvider.Answer, reachable: Bool?, authorised: Bool?, ahead: Int64?) async throws {
        let provider = FakeProvider(answer)
        let probe = try await backend(provider).probe()
        #expect(provider.paths == ["/v1/tasks/posetransferd-probe"])
        #expect(provider.requests.first?.method == .get)
        #expect(probe.configured == true)
        #expect(probe.reachable == reachable)
        #expect(probe.authorised == authorised)
        #expect(probe.funded == nil && probe.workflowValid == nil && probe.siteMatches == nil)
        #expect(probe.clockAheadMilliseconds == ahead)
        #expect(probe.message.isEmpty == (reachable == true && authorised != false))
    }
}
