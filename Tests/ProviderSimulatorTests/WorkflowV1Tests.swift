import NIOCore
import Testing

@testable import ProviderSimulator

@Suite("workflow-v1")
struct WorkflowV1Tests {
    @Test("Two uploads, a run, a poll and a download: every reply to the letter")
    func wholeRun() throws {
        var harness = ProviderHarness { $0.queueTime = 1 }
        let (source, pose) = (harness.uploadV1(Picture.source), harness.uploadV1(Picture.pose))
        let link = try #require(source.json?["url"]?.string)
        #expect(source.text == "{\"url\":\"\(link)\"}")
        #expect(link.hasPrefix("http://127.0.0.1/files/") && link.hasSuffix(".png"))
        #expect(harness.get(String(link.dropFirst("http://127.0.0.1".count))).bytes == Picture.source)
        let started = harness.runV1(["raw_image": source.json?["url"] ?? nil, "pose_image": pose.json?["url"] ?? nil])
        let id = try #require(started.json?["task_id"]?.string)
        #expect(started.text == "{\"task_id\":\"\(id)\",\"status\":\"queued\"}")
        #expect(harness.taskV1(id).text == "{\"task_id\":\"\(id)\",\"status\":\"queued\"}")
        harness.now = .seconds(1)
        #expect(harness.taskV1(id).text == "{\"task_id\":\"\(id)\",\"status\":\"running\"}")
        harness.now = .seconds(4)
        let done = harness.taskV1(id)
        let result = try #require(done.json?["outputs"]?["output_image"]?.string)
        let comparison = try #require(done.json?["outputs"]?["comparison_image"]?.string)
        #expect(
            done.text == "{\"task_id\":\"\(id)\",\"status\":\"completed\",\"outputs\":"
                + "{\"output_image\":\"\(result)\",\"comparison_image\":\"\(comparison)\"}}")
        let expected = SimulatedResult.png(
            sourceDigest: Digest.sha256(Picture.source), poseDigest: Digest.sha256(Picture.pose))
        #expect(harness.get(String(result.dropFirst("http://127.0.0.1".count))).bytes == expected)
        #expect(harness.ledger.paid.map(\.dialect) == [.workflowV1])
        #expect(harness.ledger.json["creates"]?.array?.first?["dialect"] == "workflow-v1")
    }

    @Test("Refusals come as an HTTP status and a text; none makes a run")
    func refusals() throws {
        var harness = ProviderHarness {
            $0.workflows = ["5"]
            $0.neverRunWorkflows = ["6"]
            $0.foreignWorkflows = ["7"]
            $0.foreignKeys = ["foreign-key"]
        }
        let link = harness.uploadV1(Picture.source).json?["url"] ?? nil
        let inputs: JSONValue = ["raw_image": link, "pose_image": link]
        func run(_ inputs: JSONValue, workflow: String = "5", key: String? = ProviderHarness.key) -> String {
            let reply = harness.runV1(inputs, workflow: workflow, key: key)
            return "\(reply.reply.status) \(reply.text)"
        }
        #expect(run(inputs, key: nil) == "401 {\"error\":\"Unauthorized\"}")
        #expect(run(inputs, key: "short") == "401 {\"error\":\"Unauthorized\"}")
        #expect(run(inputs, key: "foreign-key") == "401 {\"error\":\"Unauthorized\"}")
        #expect(run(inputs, workflow: "99") == "404 {\"error\":\"Workflow not found\"}")
        #expect(run(inputs, workflow: "7") == "404 {\"error\":\"Workflow not found\"}")
        #expect(run(inputs, workflow: "6") == "422 {\"error\":\"WORKFLOW_NOT_SAVED_OR_NOT_RUNNING\"}")
        #expect(run("none") == "400 {\"error\":\"inputs must be an object\"}")
        #expect(run(["pose_image": link]) == "400 {\"error\":\"inputs.raw_image must be a link\"}")
        let unread = "422 {\"error\":\"inputs.pose_image cannot be read: it is no upload of this key\"}"
        #expect(run(["raw_image": link, "pose_image": "https://example.org/a.png"]) == unread)
        #expect(run(["raw_image": link, "pose_image": "http://127.0.0.1/files/0/a.png"]) == unread)
        #expect(run(["raw_image": link, "pose_image": link, "seed": "many"]).hasPrefix("422 "))
        #expect(
            run(["raw_image": link, "pose_image": link, "style": []])
                == "422 {\"error\":\"inputs.style must be a plain value\"}")
        #expect(harness.ledger.paid.isEmpty)
        #expect(harness.ledger.refusedCount == 12)
    }

    @Test("No balance is 402, over the limit 429, an unknown task or somebody else's 404")
    func limits() throws {
        var harness = ProviderHarness {
            $0.slots = 1
            $0.balance = 33
        }
        let link = harness.uploadV1(Picture.source).json?["url"] ?? nil
        let inputs: JSONValue = ["raw_image": link, "pose_image": link]
        let id = try #require(harness.runV1(inputs).json?["task_id"]?.string)
        let full = harness.runV1(inputs)
        #expect(full.reply.status == 429)
        #expect(full.text == "{\"error\":\"Too many running tasks\"}")
        harness.now = .seconds(3)
        let poor = harness.runV1(inputs)
        #expect(poor.reply.status == 402)
        #expect(poor.text == "{\"error\":\"Insufficient balance\"}")
        for (task, key) in [("5", ProviderHarness.key), ("x", ProviderHarness.key), (id, "key-of-somebody-else")] {
            let unknown = harness.taskV1(task, key: key)
            #expect(unknown.reply.status == 404)
            #expect(unknown.text == "{\"error\":\"Task not found\"}")
        }
        #expect(harness.taskV1(id, key: nil).reply.status == 401)
        #expect(harness.ledger.paid.count == 1)
    }

    @Test("Uploads: no key 401, no file 400, no image 415, too large 413")
    func uploads() {
        var harness = ProviderHarness()
        func upload(_ content: [UInt8], key: String? = ProviderHarness.key, name: String = "a.png") -> String {
            let reply = harness.uploadV1(content, key: key, fileName: name)
            return "\(reply.reply.status) \(reply.text)"
        }
        #expect(upload(Picture.source, key: nil) == "401 {\"error\":\"Unauthorized\"}")
        #expect(upload(Array("a zip".utf8), name: "a.zip") == "415 {\"error\":\"Unsupported image type\"}")
        #expect(upload([]) == "415 {\"error\":\"Unsupported image type\"}")
        let limit = SimulatorLimits.uploadFileBytesMax
        let large = Picture.signature + [UInt8](repeating: 7, count: limit - Picture.signature.count + 1)
        #expect(upload(large) == "413 {\"error\":\"File too large\"}")
        #expect(harness.provider.bodyRefused(at: .uploadV1).status == 413)
        let noForm = harness.send(
            ProviderRequest(
                method: "POST", path: "/v1/upload", authorization: "Bearer \(ProviderHarness.key)",
                contentType: "image/png", body: ByteBuffer(bytes: Picture.source)))
        #expect(noForm.reply.status == 400)
        #expect(noForm.text == "{\"error\":\"PARAMS_INVALID: the content type is not multipart/form-data\"}")
    }

    @Test("The way of asking: wrong method 405, no JSON 400, another type 415")
    func plainHTTP() {
        var harness = ProviderHarness()
        func status(_ method: String, _ path: String, type: String? = "application/json", body: String = "{}") -> String
        {
            let reply = harness.send(
                ProviderRequest(
                    method: method, path: path, authorization: "Bearer \(ProviderHarness.key)", contentType: type,
                    body: ByteBuffer(string: body)))
            return "\(reply.reply.status) \(reply.text)"
        }
        #expect(status("GET", "/v1/workflows/5/run") == "405 {\"error\":\"Method not allowed\"}")
        #expect(status("POST", "/v1/tasks/5") == "405 {\"error\":\"Method not allowed\"}")
        #expect(
            status("POST", "/v1/workflows/5/run", type: "text/plain")
                == "415 {\"error\":\"Content-Type must be application/json\"}")
        #expect(status("POST", "/v1/workflows/5/run", body: "{").hasPrefix("400 {\"error\":"))
        #expect(status("GET", "/v1/tasks/").hasPrefix("404 "))
        #expect(status("GET", "/v1/tasks/5/6").hasPrefix("404 "))
    }

    @Test("A failed run tells why; one that was cancelled through the other face says so")
    func otherEnds() throws {
        var harness = ProviderHarness()
        try harness.setFaults(FaultRule(.runV1, .runFails(message: "no luck"), times: 1))
        let failed = harness.startedV1()
        let cancelled = harness.startedV1()
        #expect(harness.ask("cancel", cancelled).code == 0)
        #expect(
            harness.taskV1(cancelled).text
                == "{\"task_id\":\"\(cancelled)\",\"status\":\"cancelled\",\"error\":\"the task was cancelled\"}")
        harness.now = .seconds(3)
        #expect(
            harness.taskV1(failed).text
                == "{\"task_id\":\"\(failed)\",\"status\":\"failed\",\"error\":\"no luck\"}")
        #expect(harness.ask("outputs", failed).code == 805, "one run, seen by every face")
    }

    @Test("Further parameters arrive: the seed changes the bytes, whichever face brought it")
    func parameters() throws {
        var harness = ProviderHarness { $0.slots = 9 }
        let seven = harness.startedV1(["seed": 7])
        let text = harness.startedV1(["seed": "7"])
        let eight = harness.startedV1(["seed": 8])
        let style = harness.startedV1(["style": "oil", "filename_prefix": "mine"])
        let plain = harness.startedV1()
        harness.now = .seconds(3)
        let results = [seven, text, eight, style, plain].map { id in
            harness.download(harness.ask("outputs", id).data?.array?.first)
        }
        #expect(results[0] == results[1])
        #expect(Set(results).count == 4)
        #expect(
            results[0]
                == SimulatedResult.png(
                    sourceDigest: Digest.sha256(Picture.source), poseDigest: Digest.sha256(Picture.pose),
                    parameters: ["seed": "7"]))
        #expect(harness.ledger.paid[3].marker == "mine")
        #expect(harness.ledger.paid[0].nodes.last == Ledger.Node(node: "12", field: "seed", value: 7))
        #expect(harness.ledger.paid[3].nodes.map(\.field) == ["image", "image", "style", "filename_prefix"])
    }

    @Test("The other spellings of replies and errors")
    func spellings() throws {
        func word(_ kind: Fault.Kind, _ word: String) -> Fault {
            var fault = Fault(kind)
            fault.word = word
            return fault
        }
        var harness = ProviderHarness()
        try harness.setFaults(
            FaultRule(.uploadV1, word(.keyNamed, "file_url"), times: 1),
            FaultRule(.uploadV1, word(.keyNamed, "data.url"), times: 1))
        #expect(harness.uploadV1(Picture.source).text.hasPrefix("{\"file_url\":\"http://"))
        #expect(harness.uploadV1(Picture.source).text.hasPrefix("{\"data\":{\"url\":\"http://"))
        try harness.setFaults(
            FaultRule(.runV1, word(.keyNamed, "run_id"), times: 1), FaultRule(.runV1, .withoutTaskID, times: 1),
            FaultRule(.runV1, word(.errorShape, "object"), times: 1),
            FaultRule(.runV1, word(.errorShape, "message"), times: 1),
            FaultRule(.runV1, .code(421), times: 1), FaultRule(.runV1, .http(503, retryAfter: "2"), times: 1))
        let inputs = harness.inputsV1()
        let renamed = harness.runV1(inputs)
        let id = try #require(renamed.json?["run_id"]?.string)
        #expect(harness.runV1(inputs).text == "{\"status\":\"queued\"}")
        #expect(
            harness.runV1([:], workflow: "x").text
                == "{\"error\":{\"code\":\"E404\",\"message\":\"Workflow not found\"}}")
        #expect(harness.runV1([:], workflow: "x").text == "{\"message\":\"Workflow not found\"}")
        #expect(harness.runV1(inputs).reply.status == 429)
        let busy = harness.runV1(inputs)
        #expect(busy.reply.status == 503 && busy.text == "{\"error\":\"Service Unavailable\"}")
        #expect(busy.reply.headers == [.init(name: "Retry-After", value: "2")])
        #expect(harness.ledger.paid.count == 2)
        harness.now = .seconds(3)
        let plain = harness.taskV1(id).json
        let link = plain?["outputs"]?["output_image"] ?? nil
        let other = plain?["outputs"]?["comparison_image"] ?? nil
        func outputs(_ shape: OutputShape) throws -> JSONValue? {
            try harness.setFaults(FaultRule(.taskV1, word(.resultShape, shape.rawValue)))
            return harness.taskV1(id).json
        }
        #expect(try outputs(.outputs) == plain)
        #expect(try outputs(.output)?["output"]?["output_image"] == link)
        #expect(try outputs(.result)?["result"]?["output_image"] == link)
        #expect(try outputs(.image)?["outputs"]?["image"] == link)
        #expect(try outputs(.string)?["output"] == link)
        #expect(try outputs(.list)?["outputs"] == .array([link, other]))
        #expect(try outputs(.listOfObjects)?["outputs"] == .array([["url": link], ["url": other]]))
    }

    @Test("Polls: held back, finished too early, unknown words, no outputs")
    func polls() throws {
        var harness = ProviderHarness()
        let id = harness.startedV1()
        try harness.setFaults(
            FaultRule(.taskV1, .earlySuccess, times: 1), FaultRule(.taskV1, .unknownWord("paused"), times: 1))
        #expect(harness.taskV1(id).text == "{\"task_id\":\"\(id)\",\"status\":\"completed\"}")
        #expect(harness.taskV1(id).json?["status"] == "paused")
        harness.now = .seconds(3)
        try harness.setFaults(
            FaultRule(.taskV1, .stillQueued, times: 2), FaultRule(.taskV1, .stillRunning, times: 1),
            FaultRule(.taskV1, .outputsNull, times: 1), FaultRule(.taskV1, .outputsEmpty, times: 1))
        let words = (0..<3).map { _ in harness.taskV1(id).json?["status"] }
        #expect(words == ["queued", "queued", "running"])
        #expect(harness.taskV1(id).text.hasSuffix("\"status\":\"completed\",\"outputs\":null}"))
        #expect(harness.taskV1(id).text.hasSuffix("\"status\":\"completed\",\"outputs\":{}}"))
    }
}

extension ProviderHarness {
    mutating func uploadV1(_ content: [UInt8], key: String? = Self.key, fileName: String = "a.png") -> Received {
        upload(content, path: "/v1/upload", key: nil, bearer: key, fileName: fileName)
    }

    mutating func inputsV1(_ more: JSONValue = [:]) -> JSONValue {
        var inputs: JSONValue = [
            "raw_image": uploadV1(Picture.source).json?["url"] ?? nil,
            "pose_image": uploadV1(Picture.pose).json?["url"] ?? nil,
        ]
        if case .object(let members) = more {
            for member in members { inputs = inputs.adding(member.name, member.value) }
        }
        return inputs
    }

    mutating func runV1(
        _ inputs: JSONValue, workflow: String = Self.workflow, key: String? = Self.key
    ) -> Received {
        post("/v1/workflows/\(workflow)/run", ["inputs": inputs], bearer: key)
    }

    mutating func startedV1(_ more: JSONValue = [:]) -> String {
        let inputs = inputsV1(more)
        return runV1(inputs).json?["task_id"]?.string ?? "none"
    }

    mutating func taskV1(_ id: String, key: String? = Self.key) -> Received {
        get("/v1/tasks/\(id)", bearer: key)
    }
}
