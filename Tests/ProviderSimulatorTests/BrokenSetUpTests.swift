import Testing

@testable import ProviderSimulator

@Suite("Set-ups that are broken on purpose")
struct BrokenSetUpTests {
    private func account(_ harness: inout ProviderHarness, key: String = ProviderHarness.key) -> String {
        harness.post("/uc/openapi/accountStatus", ["apikey": .string(key)]).text
    }

    @Test("A key of the other site is an unknown user, everywhere")
    func foreignKey() {
        var harness = ProviderHarness { $0.foreignKeys = ["foreign-key"] }
        let unknownUser = "{\"code\":806,\"msg\":\"APIKEY_USER_NOT_FOUND\",\"data\":null}"
        #expect(account(&harness, key: "foreign-key") == unknownUser)
        #expect(harness.create(nodes: nil, key: "foreign-key").text == unknownUser)
        #expect(harness.ask("status", "5", key: "foreign-key").text == unknownUser)
        #expect(harness.upload(Picture.source, key: "foreign-key").text == unknownUser)
        #expect(
            harness.upload(
                Picture.source, path: "/openapi/v2/media/upload/binary", key: nil, bearer: "foreign-key"
            ).text == "{\"code\":806,\"message\":\"APIKEY_USER_NOT_FOUND\",\"data\":null}")
        #expect(harness.get("/openapi/v2/queue/status", bearer: "foreign-key").code == 806)
        #expect(harness.create(nodes: nil).code == 0, "other keys are known")
        #expect(harness.ledger.refused.map(\.code) == [806])
    }

    @Test(
        "A workflow that never ran answers 810, one of the other site 380: at create and where its graph is asked for")
    func workflows() {
        var harness = ProviderHarness {
            $0.neverRunWorkflows = ["6"]
            $0.foreignWorkflows = ["7"]
        }
        func both(_ workflow: String) -> [String] {
            let body: JSONValue = ["apiKey": .string(ProviderHarness.key), "workflowId": .string(workflow)]
            return ["/task/openapi/create", "/api/openapi/getJsonApiFormat"].map { harness.post($0, body).text }
        }
        let neverRan = "{\"code\":810,\"msg\":\"WORKFLOW_NOT_SAVED_OR_NOT_RUNNING\",\"data\":null}"
        let missing = "{\"code\":380,\"msg\":\"WORKFLOW_NOT_EXISTS\",\"data\":null}"
        #expect(both("6") == [neverRan, neverRan])
        #expect(both("7") == [missing, missing])
        #expect(harness.ledger.paid.isEmpty)
    }

    @Test("Without money the account says so, and a create is refused with 416, or 812 for an enterprise key")
    func noBalance() {
        for kind in SimulatorConfiguration.KeyKind.allCases {
            var harness = ProviderHarness {
                $0.balance = 0
                $0.keyKind = kind
                $0.currency = "USD"
            }
            let create = harness.create(nodes: nil).text
            let status = account(&harness)
            if kind == .normal {
                #expect(
                    create == "{\"code\":416,\"msg\":\"TASK_CREATE_FAILED_BY_NOT_ENOUGH_WALLET\",\"data\":null}")
                #expect(
                    status == "{\"code\":0,\"msg\":\"success\",\"data\":{\"remainCoins\":\"0\","
                        + "\"currentTaskCounts\":\"0\",\"remainMoney\":null,\"currency\":null,\"apiType\":\"NORMAL\"}}")
            } else {
                #expect(create == "{\"code\":812,\"msg\":\"CORPAPIKEY_INSUFFICIENT_FUNDS\",\"data\":null}")
                #expect(
                    status == "{\"code\":0,\"msg\":\"success\",\"data\":{\"remainCoins\":\"0\","
                        + "\"currentTaskCounts\":\"0\",\"remainMoney\":\"0.00\",\"currency\":\"USD\","
                        + "\"apiType\":\"\(kind.rawValue)\"}}")
            }
            #expect(harness.ledger.paid.isEmpty)
        }
    }

    @Test("An enterprise key pays in money, and its outputs say so")
    func money() {
        var harness = ProviderHarness {
            $0.keyKind = .shared
            $0.balance = 100
        }
        let id = harness.create(nodes: nil).taskID
        harness.now = .seconds(3)
        let item = harness.ask("outputs", id).data?.array?.first
        #expect(item?["consumeCoins"] == .null && item?["consumeMoney"] == "17.00")
        #expect(account(&harness).contains("\"remainMoney\":\"83.00\",\"currency\":\"CNY\",\"apiType\":\"SHARED\""))
    }

    @Test("Machines of one's own: all busy is 415; who asks for their queue waits for the first that is free")
    func exclusive() throws {
        var harness = ProviderHarness {
            $0.keyKind = .exclusive
            $0.slots = 1
        }
        func queued(_ value: JSONValue) -> ProviderHarness.Received {
            harness.create(nodes: nil, extra: [.init(name: "usePersonalQueue", value: value)])
        }
        #expect(harness.create(nodes: nil).data?["taskStatus"] == "RUNNING")
        #expect(queued(false).text == "{\"code\":415,\"msg\":\"TASK_INSTANCE_MAXED\",\"data\":null}")
        harness.now = .seconds(1)
        let second = queued("true")
        let third = queued(true)
        #expect(second.data?["taskStatus"] == "QUEUED" && third.data?["taskStatus"] == "QUEUED")
        harness.now = .seconds(3)
        #expect(harness.ask("status", second.taskID).data == "RUNNING")
        #expect(harness.ask("status", third.taskID).data == "QUEUED")
        harness.now = .seconds(9)
        #expect(harness.ask("status", third.taskID).data == "SUCCESS")
    }

    @Test("The queue of one's own machines: as many as the limit, one more is refused with 814", arguments: [0, 2])
    func personalQueue(limit: Int) {
        var capacity = SimulatedProvider.Capacity()
        capacity.personalQueue = limit
        var harness = ProviderHarness(capacity: capacity) {
            $0.keyKind = .exclusive
            $0.slots = 1
        }
        let queue = [JSONValue.Member(name: "usePersonalQueue", value: true)]
        for _ in 0..<limit + 1 { #expect(harness.create(nodes: nil, extra: queue).code == 0) }
        #expect(
            harness.create(nodes: nil, extra: queue).text
                == "{\"code\":814,\"msg\":\"PERSONAL_QUEUE_COUNT_LIMIT\",\"data\":null}")
        #expect(harness.ledger.paid.count == limit + 1)
    }

    @Test("A graph sent along must be a graph")
    func ownGraph() {
        var harness = ProviderHarness()
        func create(_ graph: String) -> Int64? {
            harness.create(nodes: nil, extra: [.init(name: "workflow", value: .string(graph))]).code
        }
        #expect(create(WorkflowGraph.json.text) == 0)
        #expect(create("a graph") == 433)
        #expect(create("[]") == 433)
    }

    @Test("Without the comparison there is one output; with it the second is twice as wide and another picture")
    func comparison() throws {
        var harness = ProviderHarness { $0.comparison = false }
        let single = harness.create().taskID
        harness.now = .seconds(3)
        #expect(harness.ask("outputs", single).data?.array?.map { $0["nodeId"] } == ["10"])
        let result = SimulatedResult(
            sourceDigest: Digest.sha256(Picture.source), poseDigest: Digest.sha256(Picture.pose))
        let chunks = try PNGReader.chunks(of: result.comparison.png)
        #expect(chunks[0].content.prefix(8) == [0, 0, 2, 0, 0, 0, 1, 128])
        let rows = try PNGReader.inflatedStored(chunks[2].content)
        let plain = try PNGReader.inflatedStored(PNGReader.chunks(of: result.png)[2].content)
        #expect(rows.count == (2 * 256 + 1) * 384)
        let differing = (0..<384).filter { row in
            let right = rows[row * 513 + 257..<(row + 1) * 513]
            return !right.elementsEqual(plain[row * 257 + 1..<(row + 1) * 257])
        }
        #expect(differing.isEmpty, "the right half is the result")
    }
}
