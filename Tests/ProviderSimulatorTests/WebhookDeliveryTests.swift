import NIOCore
import Testing

@testable import ProviderSimulator

@Suite("Webhooks over sockets", .timeLimit(.minutes(1)))
struct WebhookDeliveryTests {
    private func created(at site: Site, link: String) async throws -> String {
        let reply = try await site.post(
            "/task/openapi/create", ["workflowId": "5", "webhookUrl": .string(link)])
        return reply.data?["taskId"]?.string ?? ""
    }

    private func detail(at site: Site, _ id: String) async throws -> JSONValue? {
        try await site.post("/task/openapi/getWebhookDetail", ["taskId": .string(id)]).data
    }

    @Test("The end of a run is POSTed to the link, and the answer can be asked about")
    func delivered() async throws {
        let receiver = try await WebhookReceiver.open(.status(200, body: "thanks"))
        try await Site.with { site in
            let id = try await created(at: site, link: receiver.link)
            site.time.advance(by: .seconds(3))
            let notice = try #require(await receiver.next())
            #expect(notice.method == "POST" && notice.path == "/hook?token=abc")
            #expect(notice.headers["host"] == "127.0.0.1:\(receiver.port)")
            #expect(notice.headers["content-type"] == "application/json")
            #expect(notice.headers["authorization"] == nil)
            let body = try JSONValue(parsing: Array(notice.body.utf8))
            #expect(body["event"] == "TASK_END" && body["taskId"] == .string(id))
            let event = try JSONValue(parsing: Array((body["eventData"]?.string ?? "").utf8))
            let link = try #require(event["data"]?.array?.first?["fileUrl"]?.string)
            let file = try await site.get(String(link.dropFirst(site.server.baseURL.count)))
            #expect(file.body.starts(with: Picture.signature))
            #expect(await site.server.waitForWebhooks(delivered: 1))
            let detail = try await detail(at: site, id)
            #expect(detail?["callbackStatus"] == "SUCCESS" && detail?["callbackResponse"] == "thanks")
        }
        await receiver.close()
    }

    @Test("A receiver that fails, is silent, closes or talks nonsense is told again, with the same words")
    func repeated() async throws {
        let receiver = try await WebhookReceiver.open(.status(500), .silent, .close, .notHTTP)
        var configuration = SimulatorConfiguration()
        configuration.webhookTimeLimit = 2
        configuration.webhookRetryTime = 10
        try await Site.with(configuration) { site in
            let id = try await created(at: site, link: receiver.link)
            site.time.advance(by: .seconds(3))
            var bodies: Set<String> = []
            let reasons = ["HTTP 500", "no answer in time", "closed without an answer", "the answer is not HTTP"]
            for (attempt, reason) in reasons.enumerated() {
                bodies.insert(try #require(await receiver.next()).body)
                #expect(await site.server.waitForWebhooks(delivered: attempt + 1))
                #expect(try await detail(at: site, id)?["callbackResponse"] == .string(reason))
                site.time.advance(by: .seconds(10))
            }
            #expect(bodies.count == 1)
            #expect(try await detail(at: site, id)?["callbackStatus"] == "FAILED")
        }
        await receiver.close()
    }

    @Test("Duplicates are sent one after the other, and a retry reaches the address that it names")
    func duplicates() async throws {
        let receiver = try await WebhookReceiver.open(.status(204))
        let other = try await WebhookReceiver.open(.status(200))
        var configuration = SimulatorConfiguration()
        configuration.duplicateWebhooks = true
        try await Site.with(configuration) { site in
            let id = try await created(at: site, link: receiver.link)
            site.time.advance(by: .seconds(3))
            let first = await receiver.next()
            let second = await receiver.next()
            #expect(first != nil && first?.body == second?.body)
            #expect(await site.server.waitForWebhooks(delivered: 2))
            let webhook = try await detail(at: site, id)?["id"] ?? nil
            let retried = try await site.post(
                "/task/openapi/retryWebhook", ["webhookId": webhook, "webhookUrl": .string(other.link)])
            #expect(retried.code == 0)
            #expect(await other.next()?.body == first?.body)
            #expect(await site.server.waitForWebhooks(delivered: 3))
            #expect(site.server.ledger.webhooks == [Ledger.Webhook(runID: id, attempts: 3, state: "SUCCESS")])
        }
        await receiver.close()
        await other.close()
    }

    @Test("An answer of the limit is read, one byte more is a failure", arguments: [0, 1])
    func answerLimit(more: Int) async throws {
        let text = String(repeating: "x", count: SimulatorLimits.webhookAnswerBytesMax + more)
        let receiver = try await WebhookReceiver.open(.status(200, body: text))
        try await Site.with { site in
            let id = try await created(at: site, link: receiver.link)
            site.time.advance(by: .seconds(3))
            #expect(await receiver.next() != nil)
            #expect(await site.server.waitForWebhooks(delivered: 1))
            #expect(try await detail(at: site, id)?["callbackStatus"] == (more == 0 ? "SUCCESS" : "RETRYING"))
        }
        await receiver.close()
    }

    @Test("With the real clock the notice comes by itself, and a shut simulator sends none")
    func realClock() async throws {
        let receiver = try await WebhookReceiver.open(.status(200))
        var configuration = SimulatorConfiguration()
        configuration.runTime = 0.05
        let server = try await SimulatorServer.start(configuration)
        let site = Site(server: server, time: ManualTime())
        let id = try await created(at: site, link: receiver.link)
        #expect(await receiver.next()?.body.contains(id) == true)
        #expect(await server.waitForWebhooks(delivered: 1))
        await server.shutdown()
        await receiver.close()

        try await Site.with { site in
            _ = try await created(at: site, link: "http://127.0.0.1:9/")
            await site.server.shutdown()
            site.time.advance(by: .seconds(3))
            #expect(site.server.ledger.webhooks.map(\.attempts) == [0])
        }
    }
}
