import Glibc
import HTTPTransport
import Testing

@Suite("Time, cancellation, shutdown, many at once")
struct LifeTests {
    let transport: CurlTransport
    init() throws { transport = try CurlTransport() }

    @Test("a silent server runs into the time limit")
    func timeout() async throws {
        let server = try await LoopbackServer.start { _ in [.hold] }
        let error = try await failure(transport, request(.post, server.url, delivery: .once, milliseconds: 1_000))
        #expect(error.code == .timeout)
        #expect(error.sent == .maybeSent)
    }

    @Test("a transfer below its lowest speed is ended")
    func slowest() async throws {
        let server = try await LoopbackServer.start { _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), .bytes(1), .hold]
        }
        var slow = try request(.get, server.url)
        slow.time.slowest = .init(bytesPerSecond: 1_000, seconds: 1)
        #expect(try await failure(transport, slow).code == .timeout)
    }

    @Test("cancelling the Swift task ends the request and closes its connection")
    func cancelled() async throws {
        let server = try await LoopbackServer.start { _ in [.hold] }
        let held = try request(.post, server.url, delivery: .once)
        let task = Task { [transport] in try await failure(transport, held) }
        await server.waitForRequests(1)
        task.cancel()
        let error = try await task.value
        #expect(error.code == .cancelled)
        #expect(error.sent == .maybeSent)
        await server.waitForClosed(1)
    }

    @Test("a task that was cancelled before never connects")
    func cancelledBefore() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("ok"))] }
        let held = try request(.get, server.url)
        let task = Task { [transport] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await failure(transport, held)
        }
        let error = try await task.value
        #expect(error.code == .cancelled)
        #expect(error.sent == .nothingSent)
        #expect(server.connections == 0)
    }

    @Test("500 requests at once each get their own answer")
    func many() async throws {
        let server = try await LoopbackServer.start { seen in [.send(answer(seen.target))] }
        let url = server.url
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<500 {
                group.addTask { [transport] in
                    let response = try await transport.execute(request(.get, url + "/\(number)"))
                    return response.body == Array("/\(number)".utf8)
                }
            }
            for try await isOwn in group { #expect(isOwn) }
        }
        #expect(server.seen.count == 500)
        #expect(server.connections <= HTTPTransportLimits.connectionsPerHostMax)
    }

    @Test("500 requests cancelled at once all end, and the transport goes on")
    func manyCancelled() async throws {
        let server = try await LoopbackServer.start { $0.target == "/ok" ? [.send(answer("ok"))] : [.hold] }
        let held = try request(.get, server.url)
        let task = Task { [transport] in
            await withTaskGroup(of: HTTPTransportError.Code?.self) { group in
                for _ in 0..<500 { group.addTask { try? await failure(transport, held).code } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        await server.waitForRequests(10)
        task.cancel()
        #expect(await task.value.allSatisfy { $0 == .cancelled })
        #expect(try await transport.execute(request(.get, server.url + "/ok")).status == 200)
    }

    @Test("shutdown ends what is under way, joins the thread, and refuses what comes after")
    func shutdown() async throws {
        let server = try await LoopbackServer.start { _ in [.hold] }
        let held = try request(.get, server.url)
        let task = Task { [transport] in try await failure(transport, held) }
        await server.waitForRequests(1)
        transport.shutdown()
        let ended = try await task.value
        #expect(ended.code == .shutDown)
        #expect(ended.sent == .maybeSent)
        transport.shutdown()
        let after = try await failure(transport, held)
        #expect(after.code == .shutDown)
        #expect(after.sent == .nothingSent)
    }

    @Test("4,096 requests may be under way; one more is refused and says so")
    func overloaded() async throws {
        let server = try await LoopbackServer.start { _ in [.hold] }
        let held = try request(.get, server.url)
        await withTaskGroup(of: HTTPTransportError?.self) { group in
            for _ in 0...HTTPTransportLimits.transfersMax { group.addTask { try? await failure(transport, held) } }
            let first = await group.next() ?? nil
            #expect(first?.code == .overloaded)
            #expect(first?.sent == .nothingSent)
            transport.shutdown()
            var ended = 0
            for await error in group where error?.code == .shutDown { ended += 1 }
            #expect(ended == HTTPTransportLimits.transfersMax)
        }
    }

    @Test("proxy variables of the environment are ignored")
    func proxyIgnored() async throws {
        let server = try await LoopbackServer.start { _ in [.send(answer("direct"))] }
        #expect(ProxyTrap.names.allSatisfy { getenv($0) != nil })
        let response = try await transport.execute(request(.get, server.url))
        #expect(response.body == Array("direct".utf8))
        #expect(server.seen.first?.head.hasPrefix("GET / ") == true)
    }
}
