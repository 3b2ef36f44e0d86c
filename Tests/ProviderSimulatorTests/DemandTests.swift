import NIOCore
import Testing

@testable import ProviderSimulator

/// The provider sheet's list of what clients demand of a simulator (8.5), where no other suite has it.
@Suite("What third-party clients demand")
struct DemandTests {
    @Test("An upload with further parts is as good as one without; a chunked one as one with a length")
    func uploads() async throws {
        var parts = ByteBuffer(string: "--\(Multipart.boundary)\r\n")
        parts.writeString("Content-Disposition: form-data; name=\"fileType\"\r\n\r\ninput\r\n")
        let form = Multipart.body(key: Site.key, fileName: "picture.png", content: Picture.source)
        parts.writeImmutableBuffer(form)
        try await Site.with { site in
            let name = try await site.upload(Picture.source)
            for (path, bearer) in [("/task/openapi/upload", ""), ("/openapi/v2/media/upload/binary", Site.key)] {
                let text = try await site.exchange(chunked(parts, path: path, bearer: bearer))
                let reply = try #require(RawReply(text))
                #expect(reply.head.contains("Content-Type: application/json"))
                let json = try JSONValue(parsing: reply.body)
                #expect(json["code"] == 0)
                #expect(
                    json["data"]?["fileName"]?.string?.split(separator: "/").last == name.split(separator: "/").last)
            }
            let v1 = try #require(
                RawReply(try await site.exchange(chunked(parts, path: "/v1/upload", bearer: Site.key))))
            #expect(v1.status == 200 && v1.text.hasPrefix("{\"url\":\"\(site.server.baseURL)/files/"))
        }
    }

    /// Small pieces with a foreign `Host`.
    private func chunked(_ body: ByteBuffer, path: String, bearer: String) -> ByteBuffer {
        var request = ByteBuffer(
            string: "POST \(path) HTTP/1.1\r\nHost: www.runninghub.cn\r\nConnection: close\r\n"
                + "Content-Type: \(Multipart.contentType)\r\nTransfer-Encoding: chunked\r\n")
        if bearer != "" { request.writeString("Authorization: Bearer \(bearer)\r\n") }
        request.writeString("\r\n")
        var rest = body
        while let piece = rest.readSlice(length: min(7, rest.readableBytes)), piece.readableBytes > 0 {
            request.writeString("\(String(piece.readableBytes, radix: 16))\r\n")
            request.writeImmutableBuffer(piece)
            request.writeString("\r\n")
        }
        request.writeString("0\r\n\r\n")
        return request
    }

    @Test("A run's life can be told in polls: queued twice, running once, then its end")
    func polls() throws {
        var harness = ProviderHarness { $0.runTime = 0 }
        let id = harness.create(nodes: nil).taskID
        try harness.setFaults(
            FaultRule(.status, .stillQueued, times: 2), FaultRule(.status, .stillRunning, times: 1),
            FaultRule(.outputs, .stillQueued, times: 2), FaultRule(.outputs, .stillRunning, times: 1))
        #expect((0..<4).map { _ in harness.ask("status", id).data } == ["QUEUED", "QUEUED", "RUNNING", "SUCCESS"])
        #expect((0..<4).map { _ in harness.ask("outputs", id).code } == [813, 813, 804, 0])
    }

    @Test("Newer replies have keys that nobody knows")
    func extraKeys() throws {
        var harness = ProviderHarness()
        try harness.setFaults(FaultRule(.account, .extraKeys))
        let reply = harness.post("/uc/openapi/accountStatus", ["apikey": .string(ProviderHarness.key)])
        #expect(reply.code == 0)
        #expect(reply.text.hasSuffix("},\"errorMessages\":null,\"unheardOf\":[{\"deep\":[1,null]}]}"))
    }

    @Test("Faults that every JSON call may meet come in the words of its face")
    func everyFace() throws {
        func reply(_ endpoint: Endpoint, _ fault: Fault) throws -> ProviderHarness.Received {
            var harness = ProviderHarness()
            try harness.setFaults(FaultRule(endpoint, fault))
            let method = endpoint.methods.first ?? "POST"
            let path =
                endpoint.path ?? ["runV2": "/openapi/v2/run/workflow/5", "runV1": "/v1/workflows/5/run"][
                    endpoint.rawValue] ?? "/v1/tasks/5"
            return harness.send(
                ProviderRequest(
                    method: method, path: path, authorization: "Bearer \(ProviderHarness.key)",
                    contentType: "application/json", body: ByteBuffer(string: "{}")))
        }
        for endpoint in Endpoint.allCases where endpoint != .file && endpoint != .other && !endpoint.isControl {
            let refused = try reply(endpoint, .code(421, message: "wait"))
            switch endpoint.face {
            case .envelope: #expect(refused.text == "{\"code\":421,\"msg\":\"wait\",\"data\":null}")
            case .envelopeV2(let names):
                #expect(names.allSatisfy { refused.json?[$0] == "wait" } && refused.code == 421)
            case .flat: #expect(refused.json?["errorCode"] == "421" && refused.json?["errorMessage"] == "wait")
            case .status: #expect(refused.reply.status == 429 && refused.text == "{\"error\":\"wait\"}")
            case .plain: Issue.record("\(endpoint) has no face")
            }
            for status in [429, 500, 502] { #expect(try reply(endpoint, .http(status)).reply.status == status) }
            #expect(try reply(endpoint, Fault(.emptyBody)).bytes.isEmpty)
            #expect(try reply(endpoint, Fault(.html)).text.hasPrefix("<html>"))
            #expect(try reply(endpoint, .slow(seconds: 1)).reply.delivery == .late(seconds: 1))
            #expect(try reply(endpoint, Fault(.hang)).reply.delivery == .never)
        }
    }

    @Test("Every path is one endpoint's, and an id in it is read to the letter")
    func paths() {
        for endpoint in Endpoint.allCases {
            if let path = endpoint.path { #expect(Endpoint(path: path) == endpoint) }
        }
        #expect(Endpoint(path: "/openapi/v2/run/workflow/5") == .runV2)
        #expect(Endpoint.runV2.id(in: "/openapi/v2/run/workflow/5") == "5")
        #expect(Endpoint.runV1.id(in: "/v1/workflows/wf-1/run") == "wf-1")
        #expect(Endpoint.taskV1.id(in: "/v1/tasks/task_1") == "task_1")
        for path in [
            "/v1/workflows/run", "/v1/workflows//run", "/v1/workflows/a/b/run", "/v1/workflows/5", "/v1/tasks",
            "/openapi/v2/run/workflow/", "/openapi/v2/run/workflow/5/6", "/v1/tasks/5/", "/v2/tasks/5",
        ] { #expect(Endpoint(path: path) == .other, "\(path)") }
        #expect(Endpoint(path: "/files/a/b.png") == .file)
    }

    @Test("The faces share slots, money, uploads and runs")
    func oneModel() throws {
        var harness = ProviderHarness { $0.slots = 3 }
        let name = harness.uploadedName(Picture.source)
        let node: JSONValue = ["nodeInfoList": [ProviderHarness.node("3", "image", .string(name))]]
        let ids = [
            harness.create().taskID, harness.runV2(node).json?["taskId"]?.string, harness.startedV1(),
        ].map { $0 ?? "none" }
        #expect(harness.create(nodes: nil).code == 421)
        #expect(harness.runV2([:]).json?["errorCode"] == "421")
        let inputs = harness.inputsV1()
        #expect(harness.runV1(inputs).reply.status == 429)
        for id in ids {
            #expect(harness.ask("status", id).data == "RUNNING")
            #expect(harness.queryV2(id).json?["status"] == "RUNNING")
            #expect(harness.taskV1(id).json?["status"] == "running")
        }
        let account = harness.post("/uc/openapi/accountStatus", ["apikey": .string(ProviderHarness.key)]).data
        #expect(account?["remainCoins"] == "99948" && account?["currentTaskCounts"] == "3")
        #expect(harness.ledger.paid.map(\.dialect) == [.taskOpenAPI, .openAPIV2, .workflowV1])
        #expect(harness.ledger.refusedCount == 3)
        harness.now = .seconds(3)
        let links = ids.map { harness.ask("outputs", $0).data?.array?.first?["fileUrl"]?.string }
        let queried = ids.map { harness.queryV2($0).json?["results"]?.array?.first?["url"]?.string }
        let polled = ids.map { harness.taskV1($0).json?["outputs"]?["output_image"]?.string }
        #expect(links == queried && links == polled && Set(links).count == 3)
    }

    @Test("In task-openapi and in the second family too the seed changes the bytes, and equal seeds give equal ones")
    func seeds() {
        var harness = ProviderHarness { $0.slots = 9 }
        func id(_ seed: JSONValue?) -> String? {
            let nodes = seed.map { [ProviderHarness.node("12", "seed", $0)] } ?? []
            return harness.create(nodes: .array(nodes)).taskID
        }
        let v2 = harness.runV2(["nodeInfoList": [ProviderHarness.node("12", "seed", "7")]]).json?["taskId"]?.string
        let ids = [id(7), v2, id(8), id(nil), id(nil)]
        harness.now = .seconds(3)
        let results = ids.map { harness.download(harness.ask("outputs", $0).data?.array?.first) }
        #expect(results[0] == results[1] && results[3] == results[4])
        #expect(Set(results).count == 3)
        let comparisons = ids.map { harness.download(harness.ask("outputs", $0).data?.array?.last) }
        #expect(Set(comparisons).count == 3)
    }
}
