import NIOCore
import Testing

@testable import ProviderSimulator

@Suite("Replies that go wrong on the wire", .timeLimit(.minutes(1)))
struct DeliveryTests {
    private func create(on site: Site, _ fault: Fault?) async throws -> [UInt8] {
        let rules = fault.map { [FaultRule(.create, $0, times: 1)] } ?? []
        site.server.setFaults(try FaultPlan(rules))
        let body: JSONValue = ["apiKey": .string(Site.key), "workflowId": "5"]
        return try await site.exchange(site.request("/task/openapi/create", body))
    }

    @Test("Cut after every kind of place: so many bytes come, and the create is paid each time")
    func cut() async throws {
        var configuration = SimulatorConfiguration()
        configuration.slots = 100
        try await Site.with(configuration) { site in
            let whole = try await create(on: site, nil)
            for count in [0, 1, 9, 17, 60, whole.count - 1] {
                #expect(try await create(on: site, .cut(afterBytes: count)).count == count)
            }
            #expect(site.server.ledger.paid.count == 7)
            #expect(site.server.ledger.paid.filter { !$0.replied }.count == 6)
        }
    }

    @Test("Closed before or after reading: no byte comes and nothing is made")
    func closed() async throws {
        try await Site.with { site in
            for kind in [Fault.Kind.closeBeforeReading, .closeAfterReading] {
                let bytes = try await create(on: site, Fault(kind))
                #expect(bytes.isEmpty)
            }
            #expect(site.server.ledger.paid.isEmpty)
            #expect(site.server.ledger.calls[.create]?.received == 2)
            #expect(site.server.ledger.calls[.create]?.read == 1)
        }
    }

    @Test("A kept-alive connection is closed at its second request, before the first byte of a reply")
    func closedWhileKept() async throws {
        try await Site.with { site in
            site.server.setFaults(try FaultPlan([FaultRule(.create, .closeAfterReading, skip: 1, times: 1)]))
            let request = site.request(
                "/task/openapi/create", ["apiKey": .string(Site.key), "workflowId": "5"], closes: false)
            let connection = try await RawConnection.open(port: site.server.port)
            try await connection.send(request)
            #expect(RawReply(await connection.read { RawReply($0)?.text.hasSuffix("}") == true })?.status == 200)
            try await connection.send(request)
            #expect(await connection.readToEnd().isEmpty)
            #expect(site.server.ledger.paid.count == 1)
        }
    }

    @Test("No reply: the create is paid, the connection stays open until somebody closes it")
    func hang() async throws {
        try await Site.with { site in
            site.server.setFaults(try FaultPlan([FaultRule(.create, .hang, times: 1)]))
            let connection = try await RawConnection.open(port: site.server.port)
            let body: JSONValue = ["apiKey": .string(Site.key), "workflowId": "5"]
            try await connection.send(site.request("/task/openapi/create", body))
            #expect(await site.server.waitForCalls(.create, read: 1))
            #expect(site.server.ledger.paid.map(\.replied) == [false])
            await site.server.shutdown()
            #expect(await connection.readToEnd().isEmpty)
        }
    }

    @Test("Late and in pieces: the same bytes in the end")
    func lateAndDripping() async throws {
        var configuration = SimulatorConfiguration()
        configuration.slots = 100
        try await Site.with(configuration) { site in
            let whole = try await create(on: site, nil)
            #expect(try await create(on: site, .slow(seconds: 0.001)).count == whole.count)
            #expect(try await create(on: site, .drip(bytes: 100, seconds: 0.0001)).count == whole.count)
            #expect(try await create(on: site, .drip(bytes: 10_000, seconds: 0)).count == whole.count)
        }
    }

    @Test("Closed behind a whole reply that did not announce it")
    func closedAfterReply() async throws {
        try await Site.with { site in
            site.server.setFaults(try FaultPlan([FaultRule(.status, .closeAfterReply, times: 1)]))
            let body: JSONValue = ["apiKey": .string(Site.key), "taskId": "5"]
            let bytes = try await site.exchange(site.request("/task/openapi/status", body, closes: false))
            let reply = try #require(RawReply(bytes))
            #expect(reply.text.hasSuffix("}") && !reply.head.contains("Connection: close"))
        }
    }

    @Test("Results of a wrong length, and in chunks without a length")
    func resultLengths() async throws {
        try await Site.with { site in
            let id = try await site.createdRun()
            site.time.advance(by: .seconds(3))
            let items = try await site.post("/task/openapi/outputs", ["taskId": .string(id)]).data?.array
            let path = String((items?.first?["fileUrl"]?.string ?? "").dropFirst(site.server.baseURL.count))
            let whole = try await site.get(path)
            site.server.setFaults(
                try FaultPlan([
                    FaultRule(.file, .resultTruncated, times: 1), FaultRule(.file, .resultLonger, times: 1),
                    FaultRule(.file, .chunked, times: 1),
                ]))
            let short = try await site.get(path)
            #expect(short.body.count == 1_000 && short.head.contains("Content-Length: \(whole.body.count)"))
            let long = try await site.get(path)
            #expect(long.body == whole.body && long.head.contains("Content-Length: 1000"))
            let chunked = try await site.get(path)
            #expect(chunked.head.contains("Transfer-Encoding: chunked") && !chunked.head.contains("Content-Length"))
            #expect(chunked.body.starts(with: Array("4000\r\n".utf8) + whole.body.prefix(16_384)))
            #expect(chunked.body.suffix(7) == Array("\r\n0\r\n\r\n".utf8)[...])
        }
    }

    @Test("HTTP errors carry their headers")
    func httpErrors() async throws {
        try await Site.with { site in
            let reply = try #require(RawReply(try await create(on: site, .http(429, retryAfter: "Wed, 1 Jan"))))
            #expect(reply.status == 429)
            #expect(reply.head.contains("HTTP/1.1 429 Too Many Requests\r\n"))
            #expect(reply.head.contains("Retry-After: Wed, 1 Jan"))
        }
    }

    @Test("A large result is sent whole")
    func largeResult() async throws {
        var configuration = SimulatorConfiguration()
        configuration.resultBytes = 5_000_000
        try await Site.with(configuration) { site in
            let id = try await site.createdRun()
            site.time.advance(by: .seconds(3))
            let items = try await site.post("/task/openapi/outputs", ["taskId": .string(id)]).data?.array
            let path = String((items?.first?["fileUrl"]?.string ?? "").dropFirst(site.server.baseURL.count))
            #expect(try await site.get(path).body.count == 5_000_000)
        }
    }
}
