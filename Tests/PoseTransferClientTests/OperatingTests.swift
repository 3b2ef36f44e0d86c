import PoseWire
import Testing

@testable import PoseTransferClient

@Suite(.timeLimit(.minutes(1))) struct OperatingTests {
    @Test(arguments: [
        (TaskVerdict.adoptRun("198"), Verdict.adoptRun("198")), (.notCharged, .notCharged),
        (.submitAgain, .submitAgain),
    ])
    func aVerdictArrivesAndItsAnswerIsRead(verdict: TaskVerdict, wire: Verdict) async throws {
        let seen = Log<ResolveTaskRequest>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                seen.add(request.message(ResolveTaskRequest.self))
                var response = ResolveTaskResponse()
                response.task = snapshot("t1")
                response.task.resolution = "told"
                response.task.followUpTaskID = "t2"
                var next = snapshot("t2")
                next.followsTaskID = "t1"
                response.followUp = next
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let settled = try await client.resolve("t1", as: verdict, note: "seen in the console")
        #expect(seen.all.map(\.verdict) == [wire])
        #expect(seen.all.map(\.note) == ["seen in the console"])
        #expect(settled.task.resolution == "told")
        #expect(settled.task.followUp == "t2")
        #expect(settled.task.follows == nil)
        #expect(settled.followUp?.follows == "t1")
        await client.shutdown()
        try await server.stop()
    }

    @Test func aVerdictWithoutAnAnswerIsSentAgain() async throws {
        let seen = Log<Verdict>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                seen.add(request.message(ResolveTaskRequest.self).verdict)
                guard seen.all.count > 1 else { return connection.close() }
                connection.respond(ResolveTaskResponse(), to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let settled = try await client.resolve("t1", as: .notCharged)
        #expect(settled.followUp == nil)
        #expect(seen.all == [.notCharged, .notCharged])
        await client.shutdown()
        try await server.stop()
    }

    @Test func anEngineIsPausedAndTellsHowItStands() async throws {
        let seen = Log<SetEngineRequest>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                seen.add(request.message(SetEngineRequest.self))
                var response = SetEngineResponse()
                (response.engine.name, response.engine.state) = ("cloud", "paused")
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let engine = try await client.setEngine("cloud", paused: true, note: "n")
        #expect(engine.state == "paused")
        #expect(seen.all.map(\.isPaused) == [true])
        #expect(seen.all.map(\.engine) == ["cloud"])
        await client.shutdown()
        try await server.stop()
    }

    @Test func aPurgeTellsWhatItRemoved() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                var response = PurgeCallerResponse()
                (response.tasks, response.bytes) = (3, 4_000)
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(try await client.purge(caller: "shop") == PurgedCaller(tasks: 3, bytes: 4_000))
        await client.shutdown()
        try await server.stop()
    }

    @Test func aServerThatDrainsAlreadyIsNotAskedTwice() async throws {
        let calls = Counter()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                calls.increased()
                connection.end(request.call, .serverDraining, retryAfterMilliseconds: 60_000)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        try await client.drain()
        #expect(calls.count == 1)
        await client.shutdown()
        try await server.stop()
    }

    @Test func whoIsNoAdminLearnsIt() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request): connection.end(request.call, .adminOnly)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        for ask in [
            { () async throws in _ = try await client.listUnknown() }, { try await client.drain() },
            { _ = try await client.setEngine("e", paused: false) }, { _ = try await client.purge(caller: "c") },
            { for try await _ in client.statusOfAllCallers() {} },
        ] as [() async throws -> Void] {
            let error = await thrown(by: ask)
            #expect(error?.code == .refused)
            #expect(error?.reason == "ADMIN_ONLY")
        }
        await client.shutdown()
        try await server.stop()
    }

    @Test func theEventsOfAllCallersResumeByCursorAndSayWhose() async throws {
        let asked = Log<UInt64>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                let message = request.message(WatchAllRequest.self)
                asked.add(message.afterCursor)
                var event = lifeEvent(message.afterCursor == 40 ? 1 : 2, last: 9)
                event.caller = "shop"
                connection.item(event, to: request.call)
                connection.close()
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        var (cursors, callers): ([UInt64], [String]) = ([], [])
        for try await event in client.statusOfAllCallers(afterCursor: 40) {
            cursors.append(event.cursor)
            callers.append(event.caller)
            if cursors.count == 2 { break }
        }
        #expect(cursors == [101, 102])
        #expect(callers == ["shop", "shop"])
        #expect(asked.all.prefix(2) == [40, 101])
        await client.shutdown()
        try await server.stop()
    }
}
