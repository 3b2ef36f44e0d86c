import Glibc
import ProviderSimulator
import Testing

/// docs/migration.md as its reader uses it: its commands are run, its settings, log lines and errors are looked for in real processes.
@Suite(.serialized, .timeLimit(.minutes(5))) struct MigrationDocumentTests {
    private let document: MigrationDocument

    init() throws { document = try MigrationDocument() }

    @Test func everyCommandOfOursEndsAsTheDocumentTells() async throws {
        let commands = document.commands
        #expect(commands.count >= 60, "the tables are not read any more")
        try await Newcomer.with(runTime: 0.2) { newcomer in
            let task = try await newcomer.succeededTask()
            var said = ""
            for command in commands {
                let text = command.text(of: task)
                let (status, output) = try await newcomer.run(text, staysUp: command.staysUp)
                #expect(status == command.status, "\(command.text)\n\(output)")
                said += output + "\n"
            }
            for quoted in document.quotes(in: "Checklist before going live") {
                #expect(said.contains(quoted), "nothing has said '\(quoted)'")
            }
        }
    }

    /// They build, or install packages, so they are not run here: the demo is run by `scripts/test --ci`.
    @Test func everyScriptIsThere() {
        #expect(!document.scripts.isEmpty)
        for script in document.scripts {
            #expect(access("\(MigrationDocument.root)/\(script)", X_OK) == 0, "\(script)")
        }
    }

    /// docker has no place in a test, and no promise of a table rests on it.
    @Test func noRowNeedsDocker() {
        #expect(document.rows.allSatisfy { $0.codes.allSatisfy { !$0.text.hasPrefix("docker") } })
    }

    @Test func everySettingOfTheOldFileIsRead() async throws {
        let keys = document.rows.filter { $0.section == "Settings" }.compactMap(\.firstCodeOnTheLeft)
            .filter { $0.hasPrefix("engines.") || $0.hasPrefix("pipelines.") }
            .map { $0.replacing("NAME", with: "runninghub_pose_transfer") }
        #expect(keys.count == 9)
        try await Newcomer.withFolder { folder in
            try Stand.write(Self.oldFile, to: "\(folder)/engine_config.yml")
            let (status, output) = try await Newcomer.shell(
                "posetransferd config", in: folder, environment: ["RUNNINGHUB_API_KEY": Stand.key])
            #expect(status == 0, "\(output)")
            let lines = output.split(separator: "\n")
            for key in keys {
                let line = lines.first { $0.hasPrefix("\(key) ") }
                #expect(
                    line?.contains(" line ") == true, "\(key) is not taken from the file: \(line ?? "no such line")")
            }
        }
    }

    /// Its host is out of reach here, so the simulator's address stands in its place, and with it the dialect that the host stands for.
    @Test(arguments: ["workflow-v1", "task-openapi"]) func theOldFileRunsATask(dialect: String) async throws {
        try await Newcomer.with(runTime: 0.1, file: Self.oldFile, dialect: dialect) { newcomer in
            let task = try await newcomer.succeededTask()
            let (status, output) = try await newcomer.run("posetransferctl get \(task) --json")
            #expect(status == 0 && output.contains("\"state\":\"SUCCEEDED\""), "\(output)")
        }
    }

    /// A file of the replaced backend, with what its users had left in it.
    private static let oldFile = """
        engines:
          # onething_pose_transfer:
          #   type: onething
          autodl_pose_transfer:
            type: autodl
            config: { host: "10.0.0.5", port: 6006 }
          runninghub_pose_transfer:
            type: runninghub
            config:
              api_key: "${RUNNINGHUB_API_KEY}"
              workflow_id: 1996080571212349442
              api_base_url: "https://api.runninghub.ai"
              timeout: 300
              poll_interval: 3
        pipelines:
          pose_change:
            enabled: true
            steps:
              pose_transfer:
                engine: runninghub_pose_transfer
                description: "RunningHub pose transfer workflow"
        """

    @Test func everyLogLineIsWritten() async throws {
        try await Newcomer.with(runTime: 0.5, flags: "--log-level debug") { newcomer in
            _ = try await newcomer.succeededTask()
            newcomer.daemon.send(SIGTERM)
            #expect(await newcomer.daemon.exit() == 0)
            let promised = document.quotes(in: "Log lines")
            #expect(promised.count >= 15)
            for line in promised { #expect(newcomer.daemon.output.contains(line), "'\(line)' is not logged") }
        }
    }

    @Test func everyErrorTextIsSaidWhereItIsProvoked() async throws {
        var said = try await refusedStarts()
        let soon = "--set server.timeouts.start_by=1"
        for setUp in [WrongSetUp.key, .workflow] {
            try await Newcomer.with(runTime: 0.2, flags: soon, setUp.change) { newcomer in
                var engines = ""
                while !engines.contains("degraded") {
                    engines = try await newcomer.run("posetransferctl engines").output
                }
                said += engines + "\n"
                for command in ["posetransferd check --online", Self.submit] {
                    said += try await newcomer.run(command).output + "\n"
                }
            }
        }
        try await Newcomer.with(runTime: 600) { newcomer in
            for command in [
                "\(Self.submit) --timeout 1", "posetransferctl submit missing.png pose.jpg",
                "posetransferctl submit engine_config.yml pose.jpg",
            ] { said += try await newcomer.run(command).output + "\n" }
        }
        let promised = document.quotes(in: "Error messages")
        #expect(promised.count >= 12)
        for text in promised { #expect(said.contains(text), "nothing has said '\(text)'") }
    }

    private static let submit = "posetransferctl submit person.png pose.jpg -o result.png"

    private enum WrongSetUp {
        case key
        case workflow

        func change(_ configuration: inout SimulatorConfiguration) {
            switch self {
            case .key: configuration.keys = ["another-key-of-the-simulator"]
            case .workflow: configuration.workflows = ["5"]
            }
        }
    }

    /// What `serve` says where it will not start.
    private func refusedStarts() async throws -> String {
        var said = ""
        try await Newcomer.withFolder { folder in
            for (flags, key) in [
                ("--set engines.runninghub_pose_transfer.type=runninghubb", Stand.key), ("", "a-key with-a-space"),
                ("", ""),
            ] {
                let environment = key.isEmpty ? [:] : ["RUNNINGHUB_API_KEY": key]
                let (status, output) = try await Newcomer.shell(
                    "posetransferd serve \(flags)", in: folder, environment: environment)
                #expect(status == 78, "\(output)")
                said += output + "\n"
            }
        }
        return said
    }

    @Test func everyDefectHasTheTestThatIsNamed() throws {
        let source = try MigrationDocument.text(of: "Tests/ProcessTests/ReplacedBackendTests.swift")
        let defects = document.rows.filter { $0.cells.count == 4 }
        #expect(defects.map { $0.cells[0] } == (1...13).map { "B\($0)" })
        for row in defects {
            let name = try #require(row.codes.first?.text)
            #expect(name.hasPrefix(row.cells[0].lowercased() + "_"))
            #expect(source.contains("func \(name)()"), "there is no test \(name)")
        }
    }
}
