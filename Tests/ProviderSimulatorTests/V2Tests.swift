import Testing

@testable import ProviderSimulator

@Suite("The second family")
struct V2Tests {
    @Test("Run and query: every reply to the letter")
    func wholeRun() throws {
        var harness = ProviderHarness { $0.queueTime = 1 }
        let started = harness.runV2(["nodeInfoList": harness.nodes()])
        let id = try #require(started.json?["taskId"]?.string)
        let client = try #require(started.json?["clientId"]?.string)
        let tips = JSONValue.string(WorkflowGraph.promptTips.text).text
        #expect(
            started.text == "{\"taskId\":\"\(id)\",\"status\":\"QUEUED\",\"errorCode\":\"\",\"errorMessage\":\"\","
                + "\"results\":null,\"clientId\":\"\(client)\",\"promptTips\":\(tips)}")
        let waiting = "\"errorCode\":\"\",\"errorMessage\":\"\",\"results\":null}"
        #expect(harness.queryV2(id).text == "{\"taskId\":\"\(id)\",\"status\":\"QUEUED\",\(waiting)")
        harness.now = .seconds(1)
        #expect(harness.queryV2(id).text == "{\"taskId\":\"\(id)\",\"status\":\"RUNNING\",\(waiting)")
        harness.now = .seconds(4)
        let links = harness.ask("outputs", id).data?.array?.compactMap { $0["fileUrl"]?.string } ?? []
        try #require(links.count == 2)
        #expect(
            harness.queryV2(id).text
                == "{\"taskId\":\"\(id)\",\"status\":\"SUCCESS\",\"errorCode\":\"\",\"errorMessage\":\"\",\"results\":["
                + "{\"url\":\"\(links[0])\",\"nodeId\":\"10\",\"outputType\":\"png\",\"text\":null},"
                + "{\"url\":\"\(links[1])\",\"nodeId\":\"11\",\"outputType\":\"png\",\"text\":null}],"
                + "\"usage\":{\"consumeMoney\":null,\"consumeCoins\":\"17\",\"taskCostTime\":\"3\","
                + "\"thirdPartyConsumeMoney\":null}}")
        #expect(harness.ledger.paid.map(\.dialect) == [.openAPIV2])
    }

    @Test("A failed run has an error code, a reason and its cost; moderation has a code of its own")
    func failed() throws {
        var harness = ProviderHarness()
        try harness.setFaults(
            FaultRule(.runV2, .runFails(message: "no luck"), times: 1), FaultRule(.runV2, .contentRejected, times: 1))
        let ids = (0..<2).compactMap { _ in harness.runV2([:]).json?["taskId"]?.string }
        harness.now = .seconds(3)
        let failed = try #require(harness.queryV2(ids[0]).json)
        #expect(failed["status"] == "FAILED" && failed["results"] == .null)
        #expect(failed["errorCode"] == "1000" && failed["errorMessage"] == "unknown error")
        #expect(failed["failedReason"]?["exception_message"] == "no luck")
        #expect(failed["failedReason"]?["node_id"] == "12")
        #expect(failed["usage"]?["consumeCoins"] == "17")
        #expect(harness.queryV2(ids[1]).json?["errorCode"] == "1501")
    }

    @Test("After a cancel the query says CANCEL, with what is still charged; status goes on to say FAILED")
    func cancelled() throws {
        var harness = ProviderHarness()
        let id = try #require(harness.runV2([:]).json?["taskId"]?.string)
        #expect(harness.ask("cancel", id).code == 0)
        let query = try #require(harness.queryV2(id).json)
        #expect(query["status"] == "CANCEL" && query["errorCode"] == "" && query["results"] == .null)
        #expect(query["usage"]?["consumeCoins"] == "0")
        #expect(harness.ask("status", id).data == "FAILED")
    }

    @Test("Refusals are flat, with the numbers of this family, and make nothing")
    func refusals() throws {
        var harness = ProviderHarness {
            $0.slots = 1
            $0.workflows = ["5", "6"]
            $0.neverRunWorkflows = ["6"]
            $0.foreignKeys = ["foreign-key"]
        }
        func refused(_ code: String, _ message: String) -> String {
            "{\"taskId\":\"\",\"status\":\"\",\"errorCode\":\"\(code)\",\"errorMessage\":\"\(message)\",\"results\":null}"
        }
        func run(_ body: JSONValue = [:], workflow: String = "5", key: String? = ProviderHarness.key) -> String {
            let reply = harness.runV2(body, workflow: workflow, key: key)
            return reply.reply.status == 200 ? reply.text : "HTTP \(reply.reply.status)"
        }
        #expect(run(key: nil) == refused("1002", "invalid api key"))
        #expect(run(["apiKey": .string(ProviderHarness.key)], key: nil) == refused("1002", "invalid api key"))
        #expect(run(key: "foreign-key") == refused("1002", "invalid api key"))
        #expect(run(workflow: "99") == refused("404", "workflow not found"))
        #expect(run(workflow: "6") == refused("810", "WORKFLOW_NOT_SAVED_OR_NOT_RUNNING"))
        #expect(
            run(["nodeInfoList": [ProviderHarness.node("99", "image", "x")]])
                == refused("1101", "APIKEY_INVALID_NODE_INFO"))
        #expect(run(["nodeInfoList": [ProviderHarness.node("3", "image", "api/none.png")]]).contains("\"433\""))
        #expect(run(["retainSeconds": 9]) == refused("1007", "PARAMS_INVALID: retainSeconds is not valid"))
        #expect(harness.ledger.paid.isEmpty && harness.ledger.refusedCount == 8)
        #expect(run().contains("\"errorCode\":\"\""))
        #expect(run() == refused("421", "api queue limit reached, please retry later"))
        #expect(harness.queryV2("5").text == refused("1004", "task not found or expired"))
        #expect(harness.queryV2("0").text == refused("1007", "taskId must be positive"))
        #expect(harness.get("/openapi/v2/query", bearer: ProviderHarness.key).json?["errorCode"] == "1009")
        #expect(harness.ledger.paid.count == 1)
    }

    @Test("Queue and key list: enveloped, with the text under both names, and no key is shown")
    func others() throws {
        var harness = ProviderHarness {
            $0.slots = 2
            $0.queueTime = 1
        }
        _ = harness.runV2([:])
        harness.now = .seconds(1)
        _ = harness.runV2([:])
        #expect(
            harness.get("/openapi/v2/queue/status", bearer: ProviderHarness.key).text
                == "{\"code\":0,\"msg\":\"success\",\"message\":\"success\",\"data\":{\"apiKeyType\":\"NORMAL\","
                + "\"concurrentLimit\":2,\"runningCount\":\"1\",\"queuedCount\":\"1\",\"totalCurrentTasks\":\"2\"}}")
        #expect(
            harness.get("/openapi/v2/api-key/list", bearer: ProviderHarness.key).text
                == "{\"code\":0,\"msg\":\"success\",\"message\":\"success\",\"data\":[{\"key\":\"ke****ts\","
                + "\"apiKeyName\":\"account-1\",\"status\":1,\"quotaLimit\":null,\"quotaUsed\":\"34\","
                + "\"visible\":false,\"expireAt\":null,\"expireInMinute\":null,\"createdAt\":\"0\"}]}")
        let text = "ApiKey verification failed: unknown key"
        let refused = "{\"code\":401,\"msg\":\"\(text)\",\"message\":\"\(text)\",\"data\":null}"
        #expect(harness.get("/openapi/v2/queue/status").text == refused)
        #expect(harness.get("/openapi/v2/api-key/list", bearer: "short").text == refused)
        #expect(harness.post("/openapi/v2/queue/status", [:]).reply.status == 405)
    }

    @Test("Tricky replies: held back, too early, other words, other outputs, other error codes")
    func faults() throws {
        var harness = ProviderHarness()
        try harness.setFaults(
            FaultRule(.runV2, .createState, times: 1), FaultRule(.runV2, .withoutTaskID, times: 1),
            FaultRule(.runV2, .nodeErrors, times: 1), FaultRule(.runV2, .code(1010), times: 1))
        let created = harness.runV2([:])
        #expect(created.json?["status"] == "CREATE")
        let id = try #require(created.json?["taskId"]?.string)
        #expect(harness.runV2([:]).json?["taskId"] == nil)
        #expect(harness.runV2([:]).json?["promptTips"]?.string?.contains("custom_validation_failed") == true)
        #expect(harness.runV2([:]).json?["errorCode"] == "1010")
        #expect(harness.ledger.paid.count == 3)
        try harness.setFaults(FaultRule(.queryV2, .earlySuccess, times: 1))
        #expect(harness.queryV2(id).json?["status"] == "SUCCESS")
        harness.now = .seconds(3)
        func query(_ fault: Fault) throws -> JSONValue? {
            try harness.setFaults(FaultRule(.queryV2, fault, times: 1))
            return harness.queryV2(id).json
        }
        #expect(try query(Fault(.stillQueued))?["status"] == "QUEUED")
        #expect(try query(Fault(.stillRunning))?["status"] == "RUNNING")
        #expect(try query(.unknownWord("PAUSED"))?["status"] == "PAUSED")
        #expect(try query(Fault(.outputsNull))?["results"] == .null)
        #expect(try query(Fault(.outputsEmpty))?["results"] == .array([]))
        #expect(try query(Fault(.comparisonFirst))?["results"]?.array?.map { $0["nodeId"] } == ["11", "10"])
        #expect(try query(Fault(.noImage))?["results"]?.array?.map { $0["outputType"] } == ["txt"])
        #expect(try query(.resultLink("http://10.0.0.1/"))?["results"]?.array?.first?["url"] == "http://10.0.0.1/")
        #expect(try query(Fault(.errorCodeNull))?["errorCode"] == .null)
        #expect(try query(Fault(.errorCodeNumber))?["errorCode"] == 0)
        #expect(try query(.code(1003))?["errorCode"] == "1003")
        #expect(try query(Fault(.numbersAsNumbers))?["usage"]?["consumeCoins"] == 17)
        #expect(try query(Fault(.extraKeys))?["errorMessages"] == .null)
        #expect(try query(Fault(.extraKeys))?["status"] == "SUCCESS")
    }
}

extension ProviderHarness {
    mutating func nodes() -> JSONValue {
        .array([
            Self.node("3", "image", .string(uploadedName(Picture.source))),
            Self.node("7", "image", .string(uploadedName(Picture.pose))),
        ])
    }

    mutating func runV2(
        _ body: JSONValue, workflow: String = Self.workflow, key: String? = Self.key
    ) -> Received {
        post("/openapi/v2/run/workflow/\(workflow)", body, bearer: key)
    }

    mutating func queryV2(_ id: String) -> Received {
        post("/openapi/v2/query", ["taskId": .string(id)], bearer: Self.key)
    }
}
