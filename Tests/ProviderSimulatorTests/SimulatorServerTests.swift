import NIOCore
import Testing

@testable import ProviderSimulator

@Suite("The simulator on a socket", .timeLimit(.minutes(1)))
struct SimulatorServerTests {
    @Test("A whole run over HTTP: upload, create, status, outputs, download, ledger")
    func wholeRun() async throws {
        try await Site.with { site in
            let id = try await site.createdRun()
            #expect(try await site.post("/task/openapi/status", ["taskId": .string(id)]).data == "RUNNING")
            site.time.advance(by: .seconds(3))
            let items = try await site.post("/task/openapi/outputs", ["taskId": .string(id)]).data?.array
            let link = try #require(items?.first?["fileUrl"]?.string)
            #expect(link.hasPrefix(site.server.baseURL + "/files/"))
            let file = try await site.get(String(link.dropFirst(site.server.baseURL.count)))
            let expected = SimulatedResult.png(
                sourceDigest: Digest.sha256(Picture.source), poseDigest: Digest.sha256(Picture.pose))
            #expect(file.body == expected)
            #expect(file.head.contains("Content-Type: image/png"))
            let ledger = try await JSONValue(parsing: site.get("/simulator/ledger").body)
            #expect(ledger["creates"]?.array?.first?["outcome"] == "succeeded")
            #expect(ledger["calls"]?["upload"]?["received"] == 2)
            #expect(site.server.ledger.paid.map(\.runID) == [id])
        }
    }

    @Test("Two simulators of one seed answer the same calls with the same bytes")
    func determinism() async throws {
        func bytes() async throws -> [String] {
            try await Site.with { site in
                let id = try await site.createdRun()
                site.time.advance(by: .seconds(3))
                let body: JSONValue = ["apiKey": .string(Site.key), "taskId": .string(id)]
                let outputs = try await site.exchange(site.request("/task/openapi/outputs", body))
                let ledger = try await site.get("/simulator/ledger").text
                return [id, String(decoding: outputs, as: UTF8.self), ledger].map {
                    $0.split(separator: ":\(site.server.port)").joined(separator: ":PORT")
                }
            }
        }
        let first = try await bytes()
        let second = try await bytes()
        #expect(first == second)
    }

    @Test("Requests that are sent at once are answered one by one, in order")
    func pipelining() async throws {
        try await Site.with { site in
            site.server.setFaults(try FaultPlan([FaultRule(.status, .slow(seconds: 0.01), times: 1)]))
            let first = site.request(
                "/task/openapi/status", ["apiKey": .string(Site.key), "taskId": "0"], closes: false)
            let second = site.request(
                "/task/openapi/status", ["apiKey": .string(Site.key), "taskId": "5"], closes: false)
            let third = "GET /simulator/health HTTP/1.1\r\nConnection: close\r\n\r\n"
            let text = try await String(decoding: site.exchange(first + second + third), as: UTF8.self)
            let codes = ["\"code\":301", "\"code\":807", "\"status\":\"ok\""].map {
                text.firstRange(of: $0)?.lowerBound
            }
            let places = codes.compactMap { $0 }
            #expect(places.count == 3 && places == places.sorted())
        }
    }

    @Test("A burst of a thousand requests in one piece is answered to the last")
    func burst() async throws {
        try await Site.with { site in
            let one = "GET /simulator/health HTTP/1.1\r\n\r\n"
            let last = "GET /simulator/health HTTP/1.1\r\nConnection: close\r\n\r\n"
            let bytes = try await site.exchange(String(repeating: one, count: 999) + last)
            #expect(!bytes.isEmpty)
            #expect(site.server.ledger.calls[.health]?.answered == 1_000)
        }
    }

    @Test("A chunked body is as good as one with a length, and any Host is taken")
    func chunkedBody() async throws {
        try await Site.with { site in
            let body = "{\"apiKey\":\"\(Site.key)\",\"taskId\":\"5\"}"
            let halves = [body.prefix(10), body.dropFirst(10)]
            let chunks = halves.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined()
            let request =
                "POST /task/openapi/status HTTP/1.1\r\nHost: www.runninghub.cn\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n"
            let reply = try #require(RawReply(try await site.exchange(request)))
            #expect(try JSONValue(parsing: reply.body)["code"] == 807)
        }
    }

    @Test("A body that is announced too long is refused before it is sent, whatever follows is dropped")
    func announcedTooLong() async throws {
        try await Site.with { site in
            let length = Endpoint.upload.bodyBytesMax + 1
            let head =
                "POST /task/openapi/upload HTTP/1.1\r\nContent-Type: \(Multipart.contentType)\r\n"
                + "Expect: 100-continue\r\nContent-Length: \(length)\r\n\r\n"
            let connection = try await RawConnection.open(port: site.server.port)
            try await connection.send(head)
            let early = await connection.read { RawReply($0) != nil }
            let reply = try #require(RawReply(early))
            #expect(reply.status == 200)
            #expect(reply.head.contains("Connection: close"))
            #expect(reply.text.contains("\"code\":809"))
            try await connection.send(ByteBuffer(repeating: 1, count: length))
            #expect(await connection.readToEnd().isEmpty, "closes once the body has come")
            #expect(site.server.ledger.calls[.upload] == Ledger.Calls(received: 1, read: 0, answered: 1))
        }
    }

    @Test("A JSON body of the limit is read, one byte more is not")
    func jsonBodyLimit() async throws {
        try await Site.with { site in
            for (extra, status) in [(0, 200), (1, 413)] {
                let start = "{\"apiKey\":\"\(Site.key)\",\"taskId\":\"5\",\"x\":\""
                let fill = SimulatorLimits.jsonBodyBytesMax - start.utf8.count - 2 + extra
                let body = start + String(repeating: "x", count: fill) + "\"}"
                let bytes = try await site.exchange(
                    "POST /task/openapi/status HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                #expect(RawReply(bytes)?.status == status)
            }
        }
    }

    @Test("A chunked body is refused with its first byte beyond the limit")
    func chunkedTooLong() async throws {
        try await Site.with { site in
            let limit = SimulatorLimits.jsonBodyBytesMax
            let head =
                "POST /task/openapi/create HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            let connection = try await RawConnection.open(port: site.server.port)
            try await connection.send(head + "\(String(limit + 1, radix: 16))\r\n")
            try await connection.send(ByteBuffer(repeating: 0x20, count: limit + 1))
            let reply = try #require(RawReply(await connection.read { RawReply($0) != nil }))
            #expect(reply.status == 413)
            await connection.close()
            #expect(site.server.ledger.paid.isEmpty)
        }
    }

    @Test("A peer that waits for leave to send its body gets it")
    func expectContinue() async throws {
        try await Site.with { site in
            let body = "{\"apiKey\":\"\(Site.key)\",\"taskId\":\"5\"}"
            let connection = try await RawConnection.open(port: site.server.port)
            try await connection.send(
                "POST /task/openapi/status HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
                    + "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
            let leave = await connection.read { $0.count >= ReplyEncoder.goOn.utf8.count }
            #expect(leave == Array(ReplyEncoder.goOn.utf8))
            try await connection.send(body)
            #expect(RawReply(await connection.readToEnd())?.text.contains("807") == true)
        }
    }

    @Test("What is not HTTP is answered with 400")
    func notHTTP() async throws {
        try await Site.with { site in
            let bytes = try await site.exchange("nonsense\r\n\r\n")
            #expect(RawReply(bytes)?.status == 400)
        }
    }

    @Test("Starts on loopback only, says when a port is taken, and can be shut down twice")
    func startAndStop() async throws {
        var configuration = SimulatorConfiguration()
        configuration.host = "0.0.0.0"
        let everywhere = configuration
        await #expect(throws: SimulatorError.self) { try await SimulatorServer.start(everywhere) }
        let server = try await SimulatorServer.start()
        configuration.host = "127.0.0.1"
        configuration.port = server.port
        let taken = configuration
        let error = await #expect(throws: SimulatorError.self) { try await SimulatorServer.start(taken) }
        #expect(error?.code == .cannotListen)
        await server.shutdown()
        await server.shutdown()
    }

    @Test("The command announces its address, serves, and ends with its task")
    func command() async throws {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        var options = SimulatorOptions()
        options.faults = "{\"rules\":[{\"endpoint\":\"status\",\"fault\":\"http\",\"code\":503}]}"
        let task = Task { [options] in try await options.run { continuation.yield($0) } }
        let line = try #require(await lines.first { _ in true })
        let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
        #expect(line == "simulator listening on http://127.0.0.1:\(port)")
        let connection = try await RawConnection.open(port: port)
        try await connection.send("POST /task/openapi/status HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        #expect(RawReply(await connection.read { RawReply($0) != nil })?.status == 503)
        task.cancel()
        try await task.value
        #expect(await connection.readToEnd().isEmpty)
    }

    @Test("A broken fault plan stops the start")
    func brokenPlan() async {
        var broken = SimulatorOptions()
        broken.faults = "{\"rules\":[{\"endpoint\":\"create\",\"fault\":\"outputsNull\"}]}"
        let options = broken
        await #expect(throws: SimulatorError.self) { try await options.run { _ in } }
    }

    @Test("Who waits for calls is woken, and who is cancelled is told so")
    func waiting() async throws {
        try await Site.with { site in
            let waiter = Task { await site.server.waitForCalls(.health, read: 2) }
            _ = try await site.get("/simulator/health")
            _ = try await site.get("/simulator/health")
            #expect(await waiter.value)
            let cancelled = Task { await site.server.waitForCalls(.create, received: 1) }
            cancelled.cancel()
            #expect(await !cancelled.value)
        }
    }

    @Test("As many connections as the limit says may stay, one more may not")
    func connectionLimit() {
        let host = ProviderHost(configuration: SimulatorConfiguration(), clock: .startingNow())
        for _ in 0..<SimulatorLimits.connectionsMax { #expect(host.connectionOpened()) }
        #expect(!host.connectionOpened())
        host.connectionClosed()
        host.connectionClosed()
        #expect(host.connectionOpened())
    }
}
