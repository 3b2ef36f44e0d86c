import NIOCore
@testable import PoseTransferClient
import PoseWire
import Testing

@Suite(.timeLimit(.minutes(1))) struct StatusStreamTests {
    private func sequences(_ client: PoseTransferClient, after: UInt64 = 0) async throws -> [UInt64] {
        var seen: [UInt64] = []
        for try await event in client.status(of: "t1", afterSequence: after) { seen.append(event.sequence) }
        return seen
    }

    @Test func everyEventComesOnceHoweverOftenTheConnectionBreaks() async throws {
        let last: UInt64 = 12
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                let next = request.message(StreamStatusRequest.self).afterSequence + 1
                connection.item(lifeEvent(next, last: last), to: request.call)
                connection.close()
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(try await sequences(client) == Array(1...last))
        #expect(server.accepted.count == 0 || server.accepted.count >= Int(last))
        await client.shutdown()
        try await server.stop()
    }

    @Test func anEventThatWasCutInTheMiddleComesWhole() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                let next = request.message(StreamStatusRequest.self).afterSequence + 1
                if next > 1 && connection.number == 2 {
                    // The rest of the story, from where the first connection stopped.
                    for sequence in next...4 { connection.item(lifeEvent(sequence, last: 4), to: request.call) }
                    connection.endWell(request.call)
                    return
                }
                connection.item(lifeEvent(1, last: 4), to: request.call)
                var bytes = connection.bytes(ofItem: lifeEvent(2, last: 4), to: request.call)
                if let half = bytes.readSlice(length: bytes.readableBytes / 2) { connection.raw(half) }
                connection.close()
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(try await sequences(client) == [1, 2, 3, 4])
        await client.shutdown()
        try await server.stop()
    }

    @Test func whatComesTwiceIsSeenOnce() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                for sequence: UInt64 in [1, 2, 2, 1, 3] {
                    connection.item(lifeEvent(sequence, last: 3), to: request.call)
                }
                connection.endWell(request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(try await sequences(client) == [1, 2, 3])
        await client.shutdown()
        try await server.stop()
    }

    @Test func aGapIsFilledByAskingAgain() async throws {
        let asked = Log<UInt64>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                let after = request.message(StreamStatusRequest.self).afterSequence
                asked.add(after)
                let sequences: [UInt64] = after == 0 ? [1, 3, 4] : [2, 3, 4]
                for sequence in sequences { connection.item(lifeEvent(sequence, last: 4), to: request.call) }
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(try await sequences(client) == [1, 2, 3, 4])
        #expect(asked.all == [0, 1])
        await client.shutdown()
        try await server.stop()
    }

    @Test func aTaskThatHasEndedBeforeGivesNoEvent() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request): connection.endWell(request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(try await sequences(client, after: 7) == [])
        await client.shutdown()
        try await server.stop()
    }

    @Test func aDrainedServerIsLeftAndTheStreamGoesOnElsewhere() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request) where connection.number == 1:
                connection.item(lifeEvent(1, last: 2), to: request.call)
                connection.goAway(lastCall: request.call)
                connection.end(request.call, .serverDraining)
            case .request(let request):
                connection.item(lifeEvent(2, last: 2), to: request.call)
                connection.endWell(request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(try await sequences(client) == [1, 2])
        await client.shutdown()
        try await server.stop()
    }

    @Test func anUnknownTaskEndsTheStreamWithTheServersWord() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request): connection.end(request.call, .taskUnknown, field: "task_ids[0]")
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let error = await thrown { _ = try await sequences(client) }
        #expect(error?.code == .refused)
        #expect(error?.reason == "TASK_UNKNOWN")
        #expect(error?.field == "task_ids[0]")
        await client.shutdown()
        try await server.stop()
    }

    @Test func aSlowReaderLosesNothingAndHoldsBackNobody() async throws {
        let last: UInt64 = 3_000
        let cancelled = Counter()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request) where request.method == .streamStatus:
                let next = request.message(StreamStatusRequest.self).afterSequence + 1
                for sequence in next...last { connection.item(lifeEvent(sequence, last: last), to: request.call) }
                connection.endWell(request.call)
            case .request(let request):
                var response = GetTaskResponse()
                response.task = snapshot("t1")
                connection.respond(response, to: request.call)
            case .cancelled: cancelled.increased()
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        var seen: [UInt64] = []
        for try await event in client.status(of: "t1") {
            seen.append(event.sequence)
            guard seen.count == 1 else { continue }
            // More waits than is held. The stream is given up, and another call on the same connection is answered meanwhile.
            await cancelled.reached(1)
            #expect(try await client.task("t1").id == "t1")
        }
        #expect(seen == Array(1...last))
        await client.shutdown()
        try await server.stop()
    }

    @Test func allTasksResumeByCursor() async throws {
        let asked = Log<UInt64>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                let message = request.message(StreamStatusRequest.self)
                asked.add(message.afterCursor)
                for sequence: UInt64 in 1...3 where 100 + sequence > message.afterCursor {
                    connection.item(lifeEvent(sequence, last: 9, task: "t\(sequence)"), to: request.call)
                    if sequence == 2 && connection.number == 1 { return connection.close() }
                }
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        var tasks: [String] = []
        for try await event in client.statusOfAllTasks(afterCursor: 100) {
            tasks.append(event.taskID)
            if tasks.count == 3 { break }
        }
        #expect(tasks == ["t1", "t2", "t3"])
        #expect(asked.all == [100, 102])
        await client.shutdown()
        try await server.stop()
    }

    @Test func leavingTheLoopCancelsTheCallAndNotTheTask() async throws {
        let cancelled = Counter()
        let methods = Log<WireMethod>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                methods.add(request.method)
                connection.item(lifeEvent(1, last: 9), to: request.call)
            case .cancelled: cancelled.increased()
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        for try await _ in client.status(of: "t1") { break }
        await cancelled.reached(1)
        #expect(methods.all == [.streamStatus])
        await client.shutdown()
        try await server.stop()
    }

    @Test func aCancelledReaderEndsAtOnce() async throws {
        let asked = Counter()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request: asked.increased()
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let reading = Task { await thrown { for try await _ in client.status(of: "t1") {} } }
        await asked.reached(1)
        reading.cancel()
        #expect(await reading.value?.code == .cancelled)
        await client.shutdown()
        try await server.stop()
    }
}
