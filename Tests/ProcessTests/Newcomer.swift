import Glibc
import ProviderSimulator
import Testing

/// Somebody with the three files of the document in a folder, the key in the environment, and a service running.
struct Newcomer {
    let folder: String
    let daemon: ChildProcess
    private let environment: [String: String]

    /// `file` stands in the place of this repository's engine_config.yml.
    static func with(
        runTime: Double, flags: String = "", file: String? = nil, dialect: String = "task-openapi",
        _ change: (inout SimulatorConfiguration) -> Void = { _ in },
        _ body: (Newcomer) async throws -> Void
    ) async throws {
        var configuration = SimulatorConfiguration()
        configuration.runTime = runTime
        change(&configuration)
        let simulator = try await SimulatorServer.start(configuration)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await with(simulator, flags, file, dialect, body)) } catch {
            outcome = .failure(error)
        }
        await simulator.shutdown()
        try outcome.get()
    }

    private static func with(
        _ simulator: SimulatorServer, _ flags: String, _ file: String?, _ dialect: String,
        _ body: (Newcomer) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            if let file { try Stand.write(file, to: "\(folder)/engine_config.yml") }
            var environment = ["RUNNINGHUB_API_KEY": Stand.key, "RUNNINGHUB_API_BASE_URL": simulator.baseURL]
            let engine = "PTD_ENGINES_RUNNINGHUB_POSE_TRANSFER_CONFIG"
            let here = [
                "PTD_SERVER_LISTEN": "127.0.0.1:0", "\(engine)_POLL_INTERVAL": "0.05",
                "\(engine)_API_BASE_URL": simulator.baseURL, "\(engine)_DIALECT": dialect,
            ]
            let daemon = try start(
                "posetransferd serve \(flags)", in: folder, environment: environment.merging(here) { $1 })
            let line = try await daemon.line(with: "posetransferd listening on ")
            environment["POSETRANSFER_SERVER"] = line.split(separator: " ").last.map(String.init)
            let newcomer = Newcomer(folder: folder, daemon: daemon, environment: environment)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(newcomer)) } catch { outcome = .failure(error) }
            daemon.send(SIGKILL)
            _ = await daemon.exit()
            try outcome.get()
        }
    }

    /// A folder with engine_config.yml, person.png and pose.jpg, removed afterwards.
    static func withFolder(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/posetransferd-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ChildProcess.Failure(description: "no folder") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let files = ["engine_config.yml", "docs/demo/person.png", "docs/demo/pose.jpg"]
        let copy = try ChildProcess(
            "/bin/cp", files.map { "\(MigrationDocument.root)/\($0)" } + [folder], environment: [:])
        #expect(await copy.exit() == 0, "\(copy.output)")
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(folder)) } catch { outcome = .failure(error) }
        _ = await (try ChildProcess("/bin/rm", ["-rf", folder], environment: [:])).exit()
        try outcome.get()
    }

    /// `command` as one types it; the shell gives its place to it, so that signals reach it.
    static func start(_ command: String, in folder: String, environment: [String: String]) throws -> ChildProcess {
        let line = "cd '\(folder)' && PATH='\(ChildProcess.programs)':\"$PATH\" && export PATH && exec \(command)"
        return try ChildProcess("/bin/sh", ["-c", line], environment: environment)
    }

    static func shell(
        _ command: String, in folder: String, environment: [String: String]
    ) async throws -> (status: Int32, output: String) {
        let child = try start(command, in: folder, environment: environment)
        let status = await child.exit()
        return (status, child.output)
    }

    /// Runs it to its end; a service is stopped once it listens.
    func run(_ command: String, staysUp: Bool = false) async throws -> (status: Int32, output: String) {
        guard staysUp else { return try await Self.shell(command, in: folder, environment: environment) }
        let second = ["PTD_SERVER_LISTEN": "127.0.0.1:0", "PTD_STORAGE_PATH": "\(folder)/second"]
        let child = try Self.start(command, in: folder, environment: environment.merging(second) { $1 })
        _ = try await child.line(with: " listening on ")
        child.send(SIGTERM)
        let status = await child.exit()
        return (status, child.output)
    }

    func succeededTask() async throws -> String {
        let (status, output) = try await run("posetransferctl submit person.png pose.jpg -o result.png")
        guard status == 0,
            let task = output.split(whereSeparator: \.isWhitespace).first(where: { $0.hasPrefix("tsk_") })
        else { throw ChildProcess.Failure(description: "no task: \(output)") }
        return String(task)
    }
}
