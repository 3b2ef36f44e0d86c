import Glibc
import LoopbackPorts
import ProviderSimulator
import Testing

/// `config` and `check` as an operator runs them: real processes, and the simulator as the provider.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ConfigurationCommandTests {
    private static let key = "5ecre7c0ffee5ecre7c0ffee5ecre7c0"

    /// A folder with a configuration file, removed afterwards.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/posetransferd-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ChildProcess.Failure(description: "no folder") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try Stand.write(Self.file, to: "\(folder)/engine_config.yml")
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(folder)) } catch { outcome = .failure(error) }
        let remover = try ChildProcess("/bin/rm", ["-rf", folder], environment: [:])
        _ = await remover.exit()
        try outcome.get()
    }

    private static let file = """
        server: { listen: "127.0.0.1:0", limits: { max_calls: 3 } }
        storage: { path: "${DATA}" }
        engines:
          cloud:
            type: runninghub
            config: { api_key: "${KEY}", workflow_id: "1996080571212349442", api_base_url: "${BASE}", dialect: task-openapi }
        pipelines:
          pose_change: { steps: { pose_transfer: { engine: cloud } } }
        """

    private func run(
        _ arguments: [String], in folder: String, base: String = "http://127.0.0.1:1",
        environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String) {
        let own = [
            "DATA": "\(folder)/data", "KEY": Self.key, "BASE": base, "PTD_CONFIG": "\(folder)/engine_config.yml",
        ]
        let child = try ChildProcess(
            "posetransferd", arguments, environment: own.merging(environment) { _, given in given })
        let status = await child.exit()
        return (status, child.output)
    }

    private func line(_ key: String, _ output: String) -> [Substring] {
        output.split(separator: "\n").first { $0.hasPrefix("\(key) ") }?.split(separator: " ") ?? []
    }

    // MARK: config

    @Test func everySourceIsReadAndNamed() async throws {
        try await withFolder { folder in
            let (status, output) = try await run(
                [
                    "config", "--set", "server.limits.max_calls=4", "--set", "server.limits.max_streams=5", "--listen",
                    "[::1]:0",
                ],
                in: folder, environment: ["PTD_SERVER_LIMITS_MAX_CALLS": "6"])
            #expect(status == 0, "\(output)")
            #expect(
                line("server.limits.max_calls", output) == [
                    "server.limits.max_calls", "6", "environment", "PTD_SERVER_LIMITS_MAX_CALLS",
                ])
            #expect(
                line("server.limits.max_streams", output).dropFirst().joined(separator: " ")
                    == "5 flag --set server.limits.max_streams")
            #expect(line("server.listen", output) == ["server.listen", "[::1]:0", "flag", "--listen"])
            #expect(line("engines.cloud.type", output) == ["engines.cloud.type", "runninghub", "line", "5"])
            #expect(line("server.timeouts.drain", output) == ["server.timeouts.drain", "20", "default"])
            #expect(line("engines.cloud.config.api_key", output).dropFirst().first == "<redacted>")
            #expect(!output.contains(Self.key))
        }
    }

    @Test func jsonHasTheSameAndNoSecret() async throws {
        try await withFolder { folder in
            let (status, output) = try await run(["config", "--json"], in: folder)
            #expect(status == 0 && output.hasPrefix("{") && !output.contains(Self.key))
            #expect(output.contains("\"value\" : 3") && output.contains("\"value\" : \"<redacted>\""))
        }
    }

    @Test func everyMistakeIsShownAndTheStatusIs78() async throws {
        try await withFolder { folder in
            let (status, output) = try await run(
                ["config", "--set", "server.limits.max_stream=5", "--set", "storage.path="], in: folder,
                environment: ["PTD_SERVER_LISTEM": "x", "PTD_SERVER_LIMITS_MAX_CALLS": "0"])
            #expect(status == 78)
            #expect(
                output.contains(
                    "environment variable PTD_SERVER_LISTEM: names no key of the configuration; did you mean PTD_SERVER_LISTEN?"
                ))
            #expect(
                output.contains(
                    "environment variable PTD_SERVER_LIMITS_MAX_CALLS: server.limits.max_calls: is out of range"))
            #expect(output.contains("flag --set server.limits.max_stream: names no key"))
            #expect(output.contains("flag --set storage.path: storage.path: is empty"))
            for command in ["check", "serve"] {
                let (status, _) = try await run([command], in: folder, environment: ["PTD_SERVER_LISTEM": "x"])
                #expect(status == 78)
            }
        }
    }

    @Test func anArgumentThatIsNoSettingIsAUsageError() async throws {
        try await withFolder { folder in
            for arguments in [["config", "--set", "server.listen"], ["check", "--timeout", "0"]] {
                #expect(try await run(arguments, in: folder).status == 64)
            }
            let (status, output) = try await run(["serve"], in: folder, environment: ["PTD_LOG_LEVEL": "loud"])
            #expect(status == 64 && output.contains("PTD_LOG_LEVEL: give one of"))
        }
    }

    @Test func serveTakesTheSameFlags() async throws {
        try await withFolder { folder in
            let daemon = try ChildProcess(
                "posetransferd",
                ["serve", "--config", "/nowhere.yml", "--listen", "127.0.0.1:0", "--data", "\(folder)/elsewhere"],
                environment: [
                    "PTD_CONFIG": "\(folder)/engine_config.yml", "KEY": Self.key, "BASE": "http://127.0.0.1:1",
                    "PTD_LOG_LEVEL": "error",
                ])
            _ = try await daemon.line(with: "posetransferd listening on 127.0.0.1:")
            #expect(access("\(folder)/elsewhere/tasks.sqlite", F_OK) == 0)
            daemon.send(SIGTERM)
            #expect(await daemon.exit() == 0)
        }
    }

    @Test func theReferenceNeedsNoFile() async throws {
        let child = try ChildProcess("posetransferd", ["config", "--reference"], environment: [:])
        #expect(await child.exit() == 0)
        let lines = child.output.split(separator: "\n")
        #expect(lines.first == "# Configuration" && lines.contains { $0.hasPrefix("| `max_calls` | whole number |") })
    }

    @Test(arguments: ["serve", "config", "check"]) func helpHasAnExample(command: String) async throws {
        let child = try ChildProcess("posetransferd", [command, "--help"], environment: [:])
        #expect(await child.exit() == 0)
        #expect(child.output.contains("Example: ") && child.output.contains("--set <key=value>"))
    }

    // MARK: check

    @Test func withoutOnlineNothingLeavesTheMachineAndNothingIsLeftBehind() async throws {
        try await withFolder { folder in
            let simulator = try await SimulatorServer.start(SimulatorConfiguration())
            let (status, output) = try await run(["check"], in: folder, base: simulator.baseURL)
            #expect(status == 0, "\(output)")
            #expect(output.contains("not known  engine cloud: key accepted; run with --online"))
            #expect(simulator.ledger.calls.values.allSatisfy { $0.received == 0 })
            #expect(access("\(folder)/data", F_OK) != 0)
            await simulator.shutdown()
        }
    }

    /// What `check --online` says of a simulator that is set up so.
    private func online(
        faults: [FaultRule] = [], arguments: [String] = [], _ setUp: (inout SimulatorConfiguration) -> Void
    ) async throws -> (status: Int32, output: String) {
        var answer: (status: Int32, output: String) = (-1, "")
        try await withFolder { folder in
            var configuration = SimulatorConfiguration()
            setUp(&configuration)
            let simulator = try await SimulatorServer.start(configuration)
            simulator.setFaults(try FaultPlan(faults))
            answer = try await run(["check", "--online"] + arguments, in: folder, base: simulator.baseURL)
            #expect(simulator.ledger.paid.isEmpty)
            #expect(!answer.output.contains(Self.key))
            await simulator.shutdown()
        }
        return answer
    }

    @Test func aGoodSetUp() async throws {
        let (status, output) = try await online { $0.keys = [Self.key] }
        #expect(status == 0, "\(output)")
        for question in ["reachable", "key accepted", "workflow known and run once", "balance"] {
            #expect(output.contains("yes        engine cloud: \(question)"), "\(output)")
        }
    }

    @Test func aWrongKey() async throws {
        let (status, output) = try await online { $0.keys = ["another-key"] }
        #expect(status == 1)
        #expect(output.contains("yes        engine cloud: reachable"))
        #expect(output.contains("no         engine cloud: key accepted"))
    }

    @Test func anUnknownWorkflow() async throws {
        let (status, output) = try await online { $0.workflows = ["5"] }
        #expect(status == 1)
        #expect(output.contains("yes        engine cloud: key accepted"))
        #expect(output.contains("no         engine cloud: workflow known and run once"), "\(output)")
    }

    @Test func noBalance() async throws {
        let (status, output) = try await online { $0.balance = 0 }
        #expect(status == 1)
        #expect(output.contains("no         engine cloud: balance"))
    }

    @Test func aKeyOfTheOtherSite() async throws {
        let (status, output) = try await online { $0.foreignKeys = [Self.key] }
        #expect(status == 1)
        #expect(output.contains("no         engine cloud: key accepted"), "\(output)")
        #expect(output.contains("no         engine cloud: site right"), "\(output)")
        #expect(output.contains("https://www.runninghub.cn"), "\(output)")
    }

    @Test func aWorkflowThatWasNeverRun() async throws {
        let (status, output) = try await online { $0.neverRunWorkflows = ["1996080571212349442"] }
        #expect(status == 1)
        #expect(
            output.contains("no         engine cloud: workflow known and run once (the provider answered 810"),
            "\(output)")
    }

    @Test func noAnswerInTime() async throws {
        let (status, output) = try await online(
            faults: [FaultRule(.account, .hang)], arguments: ["--timeout", "0.3"]
        ) { _ in }
        #expect(status == 1)
        #expect(output.contains("no         engine cloud: reachable (no answer within 0.3 s)"), "\(output)")
    }

    @Test func unreachable() async throws {
        let closed = try ClosedPort()
        try await withFolder { folder in
            let (status, output) = try await run(
                ["check", "--online"], in: folder, base: "http://127.0.0.1:\(closed.number)")
            #expect(status == 1)
            #expect(output.contains("no         engine cloud: reachable"))
            #expect(output.contains("not known  engine cloud: key accepted; the provider was not reached"))
        }
    }

    @Test func besideARunningService() async throws {
        try await Stand.with { stand in
            let child = try ChildProcess(
                "posetransferd", ["check", "--config", "\(stand.folder)/engine_config.yml"],
                environment: [
                    "RUNNINGHUB_API_KEY": Stand.key, "BASE": stand.simulator.baseURL, "DATA": "\(stand.folder)/data",
                ])
            #expect(await child.exit() == 0, "\(child.output)")
            #expect(child.output.contains("in use by a running service (process \(stand.daemon.pid)"))
            let health = try ChildProcess(
                "posetransferd", ["health", "--server", "127.0.0.1:\(stand.port)"], environment: [:])
            #expect(await health.exit() == 0)
        }
    }
}
