import NIOCore
import Testing

@testable import ProviderSimulator

@Suite("What the provider takes and what it refuses")
struct RequestRulesTests {
    @Test("The key comes as Bearer, in the body, or as both if they are the same")
    func keys() {
        var harness = ProviderHarness()
        func status(_ body: String?, _ bearer: String?) -> Int64? {
            let key = body.map { JSONValue.string($0) } ?? nil
            return harness.post("/task/openapi/status", ["apiKey": key, "taskId": "5"], bearer: bearer).code
        }
        #expect(status("first-key-1", nil) == 807)
        #expect(status(nil, "first-key-1") == 807)
        #expect(status("first-key-1", "first-key-1") == 807)
        #expect(status("first-key-1", "other-key-2") == 802)
        #expect(status(nil, nil) == 802)
        #expect(status("1234567", nil) == 802)
        #expect(status("12345678", nil) == 807)
        #expect(harness.post("/uc/openapi/accountStatus", ["apiKey": "first-key-1"]).code == 0)
        #expect(harness.post("/uc/openapi/accountStatus", ["apikey": "first-key-1"]).code == 0)
        #expect(
            harness.post("/uc/openapi/accountStatus", ["apikey": "first-key-1", "apiKey": "other-key"]).code == 802)
    }

    @Test("Where keys are given, no other is known")
    func configuredKeys() {
        var harness = ProviderHarness { $0.keys = ["the-only-key"] }
        #expect(harness.post("/uc/openapi/accountStatus", ["apikey": "the-only-key"]).code == 0)
        #expect(harness.post("/uc/openapi/accountStatus", ["apikey": "another-key"]).code == 802)
    }

    @Test("No reply and no ledger line shows a key")
    func keysStayHidden() {
        var harness = ProviderHarness()
        let texts = [harness.create().text, harness.ask("status", "5").text, harness.ledger.json.text]
        #expect(texts.allSatisfy { !$0.contains(ProviderHarness.key) })
    }

    @Test("A run and an upload belong to one key")
    func isolation() throws {
        var harness = ProviderHarness()
        let id = try #require(harness.create().taskID)
        for call in ["status", "outputs", "cancel"] {
            #expect(harness.ask(call, id, key: "key-of-somebody-else").code == 807)
        }
        let name = harness.uploadedName(Picture.source)
        let nodes: JSONValue = [ProviderHarness.node("3", "image", .string(name))]
        #expect(harness.create(nodes: nodes, key: "key-of-somebody-else").code == 433)
    }

    @Test(
        "A nodeInfoList that does not match the workflow is refused and makes nothing",
        arguments: [
            (["nodeId": "99", "fieldName": "image", "fieldValue": "x"], 803),
            (["nodeId": "3", "fieldName": "picture", "fieldValue": "x"], 803),
            (["nodeId": 3, "fieldName": "image", "fieldValue": "x"], 803),
            (["nodeId": "3", "fieldName": "image", "fieldValue": ["x"]], 803),
            (["nodeId": "3", "fieldName": "image"], 803),
            (["nodeId": "3", "fieldName": "image", "fieldValue": "api/unknown.png"], 433),
            (["nodeId": "3", "fieldName": "image", "fieldValue": 5], 433),
            (["nodeId": "12", "fieldName": "seed", "fieldValue": "many"], 433),
            (["nodeId": "10", "fieldName": "images", "fieldValue": "x"], 433),
        ] as [(JSONValue, Int64)])
    func nodes(element: JSONValue, code: Int64) {
        var harness = ProviderHarness()
        #expect(harness.create(nodes: [element]).code == code)
        #expect(harness.ledger.paid.isEmpty)
        #expect(harness.ledger.refusedCount == 1)
    }

    @Test("The same field twice is refused; no list runs the saved workflow")
    func nodeList() {
        var harness = ProviderHarness()
        let seed = ProviderHarness.node("12", "seed", 7)
        #expect(harness.create(nodes: [seed, seed]).code == 803)
        #expect(harness.create(nodes: "3").code == 803)
        #expect(harness.create(nodes: nil).code == 0)
        #expect(harness.create(nodes: [seed]).code == 0)
    }

    @Test(
        "Wrong options of a create are refused, not ignored",
        arguments: [
            ("addMetadata", 1), ("usePersonalQueue", "yes"), ("instanceType", "PLUS"), ("retainSeconds", 9),
            ("retainSeconds", 181), ("webhookUrl", 5), ("workflow", [:]),
        ] as [(String, JSONValue)])
    func options(name: String, value: JSONValue) {
        var harness = ProviderHarness()
        #expect(harness.create(nodes: nil, extra: [.init(name: name, value: value)]).code == 301)
        #expect(harness.ledger.paid.isEmpty)
    }

    @Test(
        "Right options of a create are taken",
        arguments: [
            ("addMetadata", false), ("usePersonalQueue", "true"), ("usePersonalQueue", false),
            ("instanceType", "ultra"),
            ("retainSeconds", 10), ("retainSeconds", 180), ("webhookUrl", nil), ("somethingNew", [1]),
        ] as [(String, JSONValue)])
    func legalOptions(name: String, value: JSONValue) {
        var harness = ProviderHarness()
        #expect(harness.create(nodes: nil, extra: [.init(name: name, value: value)]).code == 0)
    }

    @Test("Workflow ids: missing 301, unknown 380")
    func workflows() {
        var open = ProviderHarness()
        func create(_ id: JSONValue) -> Int64? {
            open.post("/task/openapi/create", ["apiKey": .string(ProviderHarness.key), "workflowId": id]).code
        }
        #expect(create(nil) == 301)
        #expect(create(5) == 301)
        #expect(create("not-a-number") == 380)
        #expect(create("5") == 0)
        var closed = ProviderHarness { $0.workflows = ["77"] }
        #expect(closed.create(nodes: nil).code == 380)
    }

    @Test("Task ids: zero, text and nothing 301, unknown 807, a number as good as a string")
    func taskIDs() throws {
        var harness = ProviderHarness()
        for id in ["0", "-1", "abc", ""] { #expect(harness.ask("status", id).code == 301) }
        #expect(harness.ask("outputs", nil).code == 301)
        #expect(harness.ask("cancel", "1900000000000000001").code == 807)
        let id = try #require(harness.create().taskID.flatMap { Int64($0) })
        let body: JSONValue = ["apiKey": .string(ProviderHarness.key), "taskId": .integer(id)]
        #expect(harness.post("/task/openapi/status", body).data == "RUNNING")
    }

    @Test("The graph is a string that holds the nodes which a create may override")
    func graph() throws {
        var harness = ProviderHarness()
        let body: JSONValue = ["apiKey": .string(ProviderHarness.key), "workflowId": "5"]
        let prompt = try #require(harness.post("/api/openapi/getJsonApiFormat", body).data?["prompt"]?.string)
        let graph = try JSONValue(parsing: Array(prompt.utf8))
        #expect(graph["3"]?["class_type"] == "LoadImage")
        #expect(graph["7"]?["inputs"]?["image"] == .string(WorkflowGraph.savedPose))
        #expect(graph["3"]?["inputs"]?["image"] == .string(WorkflowGraph.savedSource))
    }

    @Test("Not JSON, wrong method, wrong type, wrong path")
    func plainHTTP() {
        var harness = ProviderHarness()
        func status(_ method: String, _ path: String, type: String? = "application/json", body: String = "") -> Int {
            harness.send(
                ProviderRequest(method: method, path: path, contentType: type, body: ByteBuffer(string: body))
            ).reply.status
        }
        #expect(status("GET", "/task/openapi/create") == 405)
        #expect(status("POST", "/task/openapi/create", type: "text/plain") == 415)
        #expect(status("POST", "/task/openapi/create", type: nil) == 415)
        #expect(status("POST", "/task/openapi/create", type: "Application/JSON; charset=utf-8") == 200)
        #expect(status("POST", "/elsewhere") == 404)
        #expect(harness.post("/task/openapi/creat", [:]).code == 412)
        #expect(harness.post("/task/openapi/create", [1]).code == 301)
        let broken = ProviderRequest(
            method: "POST", path: "/task/openapi/status", contentType: "application/json",
            body: ByteBuffer(string: "{\"apiKey\""))
        #expect(harness.send(broken).code == 301)
    }

    @Test("The ledger counts calls by endpoint and holds what each paid create carried")
    func ledgerLines() throws {
        var harness = ProviderHarness()
        harness.now = .milliseconds(1_500)
        let id = try #require(harness.create().taskID)
        _ = harness.ask("status", id)
        _ = harness.ask("outputs", id)
        let ledger = harness.ledger
        #expect(ledger.calls[.upload]?.received == 2)
        #expect(ledger.calls[.create] == Ledger.Calls(received: 1, read: 1, answered: 1))
        let line = try #require(ledger.paid.first)
        #expect(line.runID == id)
        #expect(line.seconds == 1.5)
        #expect(line.account == "account-1")
        #expect(line.workflow == ProviderHarness.workflow)
        #expect(line.nodes.map(\.node) == ["3", "7"])
        #expect(line.nodes.first?.value == .string(harness.uploadedName(Picture.source)))
        #expect(line.sourceDigest == hexadecimal(Digest.sha256(Picture.source)))
        #expect(line.poseDigest == hexadecimal(Digest.sha256(Picture.pose)))
        #expect(line.outcome == "running")
        #expect(line.replied)
        let shown = try #require(harness.get("/simulator/ledger").json)
        #expect(shown["paidCreates"] == 1)
        #expect(shown["charged"] == 17)
        #expect(shown["creates"]?.array?.first?["taskId"] == .string(id))
        #expect(shown["calls"]?["create"]?["received"] == 1)
    }
}
