import BackendAPI
import EngineConfiguration
import EngineCore
import FoundationEssentials
import HTTPTransport
import Logging
import PoseServer
import ServiceLifecycle
import TaskStore
import Testing

@testable import ServiceComposition

/// What the configuration says reaches the room that goes by it: a setting that is read and mapped nowhere has no effect and looks as if it had.
@Suite struct CompositionTests {
    private static let digest = String(repeating: "ab", count: 32)
    private static let text = """
        server:
          listen: 127.0.0.1:0
          callers:
            - { name: shop, token_sha256: ["\(digest)"], admin: true, max_open_tasks: 7, pipelines: [two], input_roots: [/srv/shop] }
          input_url_hosts: [a.example, .b.example, "c.example:8443"]
          input_roots: [/srv/all]
          limits: { max_queued_tasks: 11, max_image_bytes: 1000, max_image_pixels: 2000 }
          timeouts: { max_connection_age: 90, drain: 3, start_by: 60 }
        storage: { path: /nowhere, result_retention: 20, task_retention: 30, input_retention: 10, max_stored_bytes: 5000 }
        engines:
          one: { type: runninghub, config: { api_key: key-one-of-the-test, workflow_id: "1" } }
          same: { type: runninghub, config: { api_key: key-one-of-the-test, workflow_id: "2" } }
          other: { type: runninghub, config: { api_key: key-two-of-the-test, workflow_id: "1" } }
          old: { type: onething, enabled: false }
        pipelines:
          two: { steps: { first: { engine: [one, other], strategy: spread }, second: { engine: same } } }
        """

    private func withComposition(_ body: (Composition, CurlTransport) throws -> Void) throws {
        let transport = try CurlTransport(.init())
        defer { transport.shutdown() }
        let registry = Composition.registry(transport: transport)
        let sources = ConfigurationSources(
            variable: { _ in nil }, file: { _, _ in .unreadable(reason: "no files here") })
        let loaded = try ConfigurationLoader(registry: registry, sources: sources).load(
            Array(Self.text.utf8), file: "test")
        try body(Composition(configuration: loaded.configuration, registry: registry), transport)
    }

    @Test func theServerGoesByItsSection() throws {
        try withComposition { composition, _ in
            let server = composition.serverConfiguration(instanceID: "i")
            let caller = try #require(server.callers.first)
            #expect(
                (caller.name, caller.isAdmin, caller.inputRoots, caller.pipelines) == (
                    "shop", true, ["/srv/shop"], ["two"]
                ))
            #expect(server.localInputRoots == ["/srv/all"])
            #expect(server.limits.maxConnectionAgeMilliseconds == 90_000)
            #expect(server.limits.resultRetentionMilliseconds == 20_000)
            #expect(server.limits.taskRetentionMilliseconds == 30_000)
            #expect(server.limits.drainTimeoutMilliseconds == 3_000)
            #expect(composition.inputHosts == ["a.example", ".b.example", "c.example:8443"])
        }
    }

    @Test func whatIsKeptGoesByItsSection() throws {
        try withComposition { composition, _ in
            #expect(
                composition.retention
                    == RetentionPolicy(
                        resultMilliseconds: 20_000, taskMilliseconds: 30_000, inputMilliseconds: 10_000, bytesMax: 5_000
                    ))
        }
    }

    @Test func theEngineGoesByEnginesAndPipelines() throws {
        try withComposition { composition, _ in
            let settings = composition.engineSettings(try composition.backends())
            #expect(
                settings.pipelines["two"]?.steps == [
                    StepDefinition(name: "first", engines: ["one", "other"], strategy: .spread),
                    StepDefinition(name: "second", engines: ["same"]),
                ])
            #expect(settings.callerLimits["shop"]?.openTasksMax == 7)
            #expect(settings.queuedTasksMax == 11)
            #expect(settings.defaultStartByMilliseconds == 60_000)
            #expect(settings.probeIntervalMilliseconds == EngineLimits.probeIntervalMilliseconds)
            #expect(settings.engines["old"]?.disabled?.replacement == "runninghub")
            let scopes = ["one", "same", "other"].map { settings.engines[$0]?.uploadScope }
            #expect(scopes[0] == scopes[1], "one account")
            #expect(scopes[0] != scopes[2], "another key")
            #expect(scopes.allSatisfy { $0?.contains("key-") == false })
        }
    }

    /// The housekeeping among them, and the engine first, so that it ends last.
    @Test func everythingThatRunsIsAmongTheServices() throws {
        try withComposition { composition, transport in
            let folder = "/tmp/composition-test-\(UInt64.random(in: .min ... .max))"
            let store = try TaskStore.open(path: folder)
            defer {
                store.close()
                try? FileManager.default.removeItem(atPath: folder)
            }
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let parts = try composition.parts(
                over: store, transport, logger: logger, auditLogger: logger, requestDrain: {})
            let kinds = parts.services(listener: Idle()).map { "\(type(of: $0.service))" }
            #expect(kinds == ["EngineService", "HousekeepingService", "Idle"])
        }
    }

    private struct Idle: Service {
        func run() async throws {}
    }
}
