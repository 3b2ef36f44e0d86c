import ArgumentParser
import Glibc
import PoseTransferClient
import PoseWire
import Testing

@testable import posetransferctl

/// A place that is taken is told before anything is paid.
@Suite(.timeLimit(.minutes(1))) struct ResultPlaceTests {
    private static let content: [UInt8] = [1, 2, 3]

    /// A server whose caller has one task with key `k`, in `state`, with an output of these bytes.
    private static func check(
        state: Int32, output: [UInt8] = content, key: String? = "k", force: Bool = false
    ) async throws -> posetransferctl.ExitStatus {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                var task = snapshot("t1", key: "k")
                task.latest.state = PoseWire.TaskState(rawValue: state)
                var made = Output()
                made.sha256 = ContentDigest(of: output).bytes
                task.latest.outputs = state == 6 ? [made] : []
                var response = ListTasksResponse()
                response.tasks = [snapshot("t2", key: "other"), task]
                connection.respond(response, to: request.call)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let status = try await withFile { path in
            let run = CommandRun(client: client, console: Console(format: .json))
            var options = try ResultOptions.parse(["-o", path])
            options.force = force
            do {
                try await run.checkPlace(options, key: key)
                return posetransferctl.ExitStatus.success
            } catch let failure as CommandFailure {
                return failure.status
            }
        }
        await client.shutdown()
        try await server.stop()
        return status
    }

    private static func withFile<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let path = "/tmp/posetransferctl-test.\(UInt64.random(in: 0...(.max)))"
        let file = try OutputFile(path: path)
        try file.write(content)
        try file.finish(replacing: false)
        defer { unlink(path) }
        return try await body(path)
    }

    @Test func theResultOfTheSameCommandMayBeThere() async throws {
        #expect(try await Self.check(state: 6) == .success)
    }

    @Test func anythingElseIsRefused() async throws {
        #expect(try await Self.check(state: 6, output: [9]) == .cannotWriteFile)
        #expect(try await Self.check(state: 4) == .cannotWriteFile)
        #expect(try await Self.check(state: 6, key: "new") == .cannotWriteFile)
        #expect(try await Self.check(state: 6, key: nil) == .cannotWriteFile)
    }

    @Test func whoForcesAndWhoHasNoResultIsNotHeldUp() async throws {
        #expect(try await Self.check(state: 4, force: true) == .success)
        #expect(try await Self.check(state: 7) == .success)
    }

    @Test func aLostDownloadSaysHowToFetch() async throws {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request: connection.close()
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port) { $0.reconnectPatience = .milliseconds(20) }
        let run = CommandRun(client: client, console: Console(format: .json))
        let last = ClientValues.succeeded("t1")
        let failure = await #expect(throws: CommandFailure.self) {
            _ = try await run.finish(last, try ResultOptions.parse([]))
        }
        #expect(failure?.status == .cannotConnect)
        #expect(failure?.advice.contains("posetransferctl fetch t1") == true)
        await client.shutdown()
        try await server.stop()
    }
}
