import PoseWire
import Testing

@testable import PoseTransferClient

@Suite(.timeLimit(.minutes(1))) struct ListTests {
    /// Answers with the pages one after the other, each naming the next by its number.
    private static func serve(
        _ pages: [[String]], seen: Log<ListTasksRequest> = Log()
    ) async throws -> FakeServer {
        try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                let message = request.message(ListTasksRequest.self)
                seen.add(message)
                let index = Int(message.pageToken) ?? 0
                var response = ListTasksResponse()
                response.tasks = pages[index].map { snapshot($0) }
                response.nextPageToken = index + 1 < pages.count ? "\(index + 1)" : ""
                response.cursor = 77
                connection.respond(response, to: request.call)
            default: break
            }
        }
    }

    @Test func allPagesComeInTheirOrder() async throws {
        let server = try await Self.serve([["c"], ["b", "a"], []])
        let client = PoseTransferClient(port: server.port)
        var ids: [[String]] = []
        var cursors: [UInt64?] = []
        for try await page in client.tasks(pageSize: 2) {
            ids.append(page.tasks.map(\.id))
            cursors.append(page.cursor)
        }
        #expect(ids == [["c"], ["b", "a"], []])
        #expect(cursors == [77, nil, nil])
        await client.shutdown()
        try await server.stop()
    }

    @Test func theFilterArrivesWithEachPage() async throws {
        let seen = Log<ListTasksRequest>()
        let server = try await Self.serve([["b"], ["a"]], seen: seen)
        let client = PoseTransferClient(port: server.port)
        let filter = TaskFilter(
            states: [.failed, .queued], labels: ["team": "a"], createdSinceUnixMilliseconds: 5,
            createdBeforeUnixMilliseconds: 9)
        for try await _ in client.tasks(filter, pageSize: 500) {}
        #expect(seen.all.map(\.pageToken) == ["", "1"])
        for message in seen.all {
            #expect(message.states.map(\.rawValue) == [7, 1])
            #expect(message.labels == ["team": "a"])
            #expect(message.createdAfter == 5)
            #expect(message.createdBefore == 9)
            #expect(message.pageSize == 500)
        }
        await client.shutdown()
        try await server.stop()
    }

    @Test(arguments: [0, -1, 501]) func aPageOfNoLawfulSizeIsNotAskedFor(size: Int) async throws {
        let client = PoseTransferClient(port: 1)
        let error = await thrown { _ = try await client.listTasks(pageSize: size) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.field == "page_size")
        await client.shutdown()
    }

    @Test func aStateThatIsNotKnownCannotBeAskedFor() async throws {
        let client = PoseTransferClient(port: 1)
        let error = await thrown { _ = try await client.listTasks(TaskFilter(states: [.other(12)])) }
        #expect(error?.field == "states")
        await client.shutdown()
    }

    @Test func aPageThatNamesItselfEndsTheList() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                var response = ListTasksResponse()
                response.nextPageToken = "again"
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        var pages = 0
        let error = await thrown { for try await _ in client.tasks() { pages += 1 } }
        #expect(error?.code == .protocolViolation)
        #expect(pages == 1)
        await client.shutdown()
        try await server.stop()
    }

    @Test func aListGoesOnAfterTheConnectionBroke() async throws {
        let calls = Counter()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                guard calls.increased() > 1 else { return connection.close() }
                var response = ListTasksResponse()
                response.tasks = [snapshot("a")]
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        #expect(try await client.listTasks().tasks.map(\.id) == ["a"])
        #expect(calls.count == 2)
        await client.shutdown()
        try await server.stop()
    }

    @Test func theListOfAllCallersSaysWhose() async throws {
        let seen = Log<ListAllTasksRequest>()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                #expect(request.method == .listAllTasks)
                seen.add(request.message(ListAllTasksRequest.self))
                var response = ListTasksResponse()
                var task = snapshot("a")
                task.caller = "shop"
                response.tasks = [task]
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        var callers: [String] = []
        for try await page in client.tasksOfAllCallers(caller: "shop") { callers += page.tasks.map(\.caller) }
        #expect(callers == ["shop"])
        #expect(seen.all.map(\.caller) == ["shop"])
        await client.shutdown()
        try await server.stop()
    }

    @Test func aServerIsDescribed() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                var parameter = PoseWire.ParameterDescription()
                (parameter.name, parameter.type, parameter.minimum) = ("seed", "integer", "0")
                var pipeline = PoseWire.PipelineDescription()
                (pipeline.name, pipeline.isEnabled, pipeline.steps) = ("pose_change", true, ["one"])
                pipeline.parameters = [parameter]
                var engine = PoseWire.EngineDescription()
                (engine.name, engine.type, engine.mayCostMoney) = ("cloud", "runninghub", true)
                var response = DescribeServerResponse()
                (response.build, response.versions, response.reasons) = ("1.2", [1], ["TASK_UNKNOWN"])
                (response.pipelines, response.engines) = ([pipeline], [engine])
                response.limits.maxImageBytes = 9
                response.fileDescriptorSet = [1, 2]
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let description = try await client.describe()
        #expect(description.build == "1.2")
        #expect(description.versions == [1])
        #expect(description.pipelines.first?.parameters.first?.minimum == "0")
        #expect(description.engines.first?.mayCostMoney == true)
        #expect(description.limits.imageBytesMax == 9)
        #expect(description.limits.callsMax == nil)
        #expect(description.fileDescriptorSet == [1, 2])
        await client.shutdown()
        try await server.stop()
    }
}
