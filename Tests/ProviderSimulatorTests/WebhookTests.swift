import Testing

@testable import ProviderSimulator

@Suite("Webhooks: what is decided")
struct WebhookTests {
    private static let link = "http://127.0.0.1:9/hook?token=abc"

    private func create(_ harness: inout ProviderHarness, link: String = Self.link) -> ProviderHarness.Received {
        harness.create(nodes: nil, extra: [.init(name: "webhookUrl", value: .string(link))])
    }

    private func detail(_ harness: inout ProviderHarness, _ id: String) -> ProviderHarness.Received {
        harness.ask("getWebhookDetail", id)
    }

    @Test("When the run ends, its outputs are told once, as a string in a string")
    func delivery() throws {
        var harness = ProviderHarness()
        let id = try #require(create(&harness).taskID)
        let early = harness.provider.webhooksDue(at: .seconds(2))
        #expect(early.deliveries.isEmpty && early.next == .seconds(3))
        harness.now = .seconds(3)
        let due = harness.provider.webhooksDue(at: .seconds(3))
        #expect(due.deliveries.map(\.number) == [0])
        #expect(harness.provider.webhooksDue(at: .seconds(3)).deliveries.isEmpty, "taken up once")
        let body = try JSONValue(parsing: Array(try #require(due.deliveries.first?.body).utf8))
        #expect(body["event"] == "TASK_END" && body["taskId"] == .string(id))
        let outputs = try #require(harness.ask("outputs", id).json)
        let event = try JSONValue(parsing: Array(try #require(body["eventData"]?.string).utf8))
        #expect(event["code"] == 0 && event["msg"] == "success")
        #expect(event["data"]?.array?.first?["fileUrl"] == outputs["data"]?.array?.first?["fileUrl"])
        #expect(event["data"]?.array?.first?["taskCostTime"] == 3, "a number here, a string in the reply")
        harness.provider.webhookEnded(0, .answered(status: 200, text: "ok"), at: .seconds(3))
        #expect(harness.provider.webhooksDue(at: .seconds(1_000)).deliveries.isEmpty)
        #expect(harness.ledger.webhooks == [Ledger.Webhook(runID: id, attempts: 1, state: "SUCCESS")])
    }

    @Test("A failed run and a cancelled one are told too; one that never ends, or is lost, is not")
    func ends() throws {
        var harness = ProviderHarness { $0.slots = 9 }
        try harness.setFaults(
            FaultRule(.create, .runFails(message: "no luck"), times: 1), FaultRule(.create, .runStuck, times: 1),
            FaultRule(.create, .runLost, times: 1), FaultRule(.create, .webhookLost, times: 1))
        for _ in 0..<4 { #expect(create(&harness).code == 0) }
        let cancelled = create(&harness).taskID
        harness.now = .seconds(1)
        #expect(harness.ask("cancel", cancelled).code == 0)
        #expect(harness.provider.webhooksDue(at: .seconds(1)).deliveries.map(\.number) == [4])
        let failed = harness.provider.webhooksDue(at: .seconds(500))
        #expect(failed.deliveries.map(\.number) == [0])
        #expect(failed.deliveries.first?.body.contains("no luck") == true)
        #expect(harness.ledger.webhooks.map(\.attempts) == [1, 0, 0, 0, 1])
    }

    @Test("A delivery that fails is tried again after the pause, three times, then given up")
    func retries() throws {
        var harness = ProviderHarness { $0.webhookRetryTime = 10 }
        let id = try #require(create(&harness).taskID)
        var now = Duration.seconds(3)
        for attempt in 0...SimulatorLimits.webhookRetriesMax {
            #expect(harness.provider.webhooksDue(at: now - .milliseconds(1)).deliveries.isEmpty)
            #expect(harness.provider.webhooksDue(at: now).deliveries.count == 1, "attempt \(attempt)")
            harness.provider.webhookEnded(0, .answered(status: 500, text: "no"), at: now)
            harness.now = now
            let isLast = attempt == SimulatorLimits.webhookRetriesMax
            #expect(detail(&harness, id).data?["callbackStatus"] == (isLast ? "FAILED" : "RETRYING"))
            now += .seconds(10)
        }
        #expect(harness.provider.webhooksDue(at: .seconds(9_999)).deliveries.isEmpty)
        let given = detail(&harness, id).data
        #expect(given?["retryCount"] == 3 && given?["callbackResponse"] == "HTTP 500")
        #expect(harness.ledger.webhooks.map(\.attempts) == [4])
    }

    @Test("A notice may come twice: by one run's fault, or for all")
    func twice() throws {
        for isSetting in [false, true] {
            var harness = ProviderHarness { $0.duplicateWebhooks = isSetting }
            if !isSetting { try harness.setFaults(FaultRule(.create, .webhookTwice, times: 1)) }
            #expect(create(&harness).code == 0)
            var bodies: [String] = []
            for _ in 0..<3 {
                let deliveries = harness.provider.webhooksDue(at: .seconds(3)).deliveries
                bodies += deliveries.map(\.body)
                for delivery in deliveries {
                    harness.provider.webhookEnded(delivery.number, .answered(status: 204, text: ""), at: .seconds(3))
                }
            }
            #expect(bodies.count == 2 && Set(bodies).count == 1)
        }
    }

    @Test("The detail tells everything, with the key masked")
    func details() throws {
        var harness = ProviderHarness()
        let id = try #require(create(&harness).taskID)
        let hook = "\"webhookUrl\":\"\(Self.link)\""
        #expect(
            detail(&harness, id).text
                == "{\"code\":0,\"msg\":\"success\",\"data\":{\"id\":\"1800000000001048576\",\"userApiKey\":\"ke****ts\","
                + "\"taskId\":\"\(id)\",\(hook),\"eventData\":null,\"callbackStatus\":\"PENDING\","
                + "\"callbackResponse\":\"\",\"retryCount\":0,\"createTime\":\"0.0\",\"updateTime\":\"0.0\"}}")
        let none = harness.create(nodes: nil).taskID
        #expect(
            harness.ask("getWebhookDetail", none).text
                == "{\"code\":1,\"msg\":\"webhook event not exists\",\"data\":null}")
        #expect(harness.ask("getWebhookDetail", "5").code == 807)
        #expect(harness.ask("getWebhookDetail", id, key: "key-of-somebody-else").code == 807)
    }

    @Test("A retry sends again at once, to another address if it gives one")
    func retry() throws {
        var harness = ProviderHarness()
        let id = try #require(create(&harness).taskID)
        func retry(_ webhook: JSONValue, link: JSONValue = nil, key: String = ProviderHarness.key) -> String {
            harness.post(
                "/task/openapi/retryWebhook",
                ["apiKey": .string(key), "webhookId": webhook, "webhookUrl": link]
            ).text
        }
        let webhook = try #require(detail(&harness, id).data?["id"])
        let missing = "{\"code\":1,\"msg\":\"webhook event not exists\",\"data\":null}"
        #expect(retry("5") == missing)
        #expect(retry(webhook, key: "key-of-somebody-else") == missing)
        #expect(retry(webhook, link: "https://example.org/").contains("\"code\":301"))
        #expect(retry(webhook) == "{\"code\":0,\"msg\":\"success\",\"data\":null}")
        #expect(harness.provider.webhooksDue(at: .seconds(2)).deliveries.isEmpty, "nothing to tell before the end")
        _ = harness.provider.webhooksDue(at: .seconds(3))
        harness.provider.webhookEnded(0, .answered(status: 200, text: "ok"), at: .seconds(3))
        harness.now = .seconds(4)
        #expect(retry(webhook, link: "http://[::1]:81/other").contains("\"code\":0"))
        let again = harness.provider.webhooksDue(at: .seconds(4)).deliveries
        #expect(again.map(\.target.host) == ["::1"] && again.map(\.target.path) == ["/other"])
        #expect(detail(&harness, id).data?["retryCount"] == 1)
    }

    @Test(
        "Only plain HTTP to loopback is taken; what is not makes no run",
        arguments: [
            "https://127.0.0.1/", "http://example.org/", "http://10.0.0.1/", "http://127.0.0.1.example.org/",
            "http://127.0.0.1@example.org/", "http://user@127.0.0.1/", "http://127.0.0.1:0/", "http://127.0.0.1:65536/",
            "http://127.0.0.1:+80/", "http://127.0.0.1x80/", "http://127.0.0.1180/", "http://127.0.0.1:/",
            "http://localhosts/", "http://127.0.0.1/a b", "127.0.0.1",
            "",
            "http://127.0.0.1/\r\nX: y", "http://",
        ])
    func targets(link: String) {
        var harness = ProviderHarness()
        let refused = create(&harness, link: link)
        #expect(
            refused.text
                == "{\"code\":301,\"msg\":\"PARAMS_INVALID: webhookUrl must be http:// and 127.0.0.1, [::1] or "
                + "localhost: the simulator calls nobody else\",\"data\":null}")
        #expect(harness.ledger.paid.isEmpty)
    }

    @Test("Legal targets are read as they were meant, up to the limit of a text")
    func legalTargets() throws {
        let target = try WebhookTarget.read("HTTP://LocalHost:8080?a=1#part")
        #expect(target.host == "127.0.0.1" && target.port == 8_080 && target.path == "/?a=1")
        #expect(target.authority == "LocalHost:8080")
        #expect(try WebhookTarget.read("http://127.0.0.1").port == 80)
        #expect(try WebhookTarget.read("http://[::1]/x/y").path == "/x/y")
        let start = "http://127.0.0.1/"
        let fill = SimulatorLimits.textBytesMax - start.utf8.count
        #expect(throws: Never.self) { try WebhookTarget.read(start + String(repeating: "x", count: fill)) }
        #expect(throws: Refusal.self) { try WebhookTarget.read(start + String(repeating: "x", count: fill + 1)) }
    }

    @Test("Deliveries at one time: as many as the limit; the rest follows when there is room")
    func room() {
        let most = SimulatorLimits.webhookDeliveriesMax
        var harness = ProviderHarness { $0.slots = most + 1 }
        for _ in 0...most { #expect(create(&harness).code == 0) }
        #expect(harness.provider.webhooksDue(at: .seconds(3)).deliveries.map(\.number) == Array(0..<most))
        #expect(harness.provider.webhooksDue(at: .seconds(3)).deliveries.isEmpty)
        harness.provider.webhookEnded(0, .failed(reason: "no answer in time"), at: .seconds(3))
        #expect(harness.provider.webhooksDue(at: .seconds(3)).deliveries.map(\.number) == [most])
    }

    @Test("Of a receiver's answer no more is kept than the limit", arguments: [0, 1])
    func answerKept(more: Int) {
        var harness = ProviderHarness()
        let id = create(&harness).taskID ?? ""
        _ = harness.provider.webhooksDue(at: .seconds(3))
        let most = SimulatorLimits.webhookAnswerCharactersKept
        let text = String(repeating: "x", count: most + more)
        harness.provider.webhookEnded(0, .answered(status: 200, text: text), at: .seconds(3))
        #expect(detail(&harness, id).data?["callbackResponse"]?.string?.count == most)
    }
}
