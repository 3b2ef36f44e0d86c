import Glibc
import PoseTransferClient
import ProviderSimulator

/// A real posetransferd before a real provider simulator, with a data folder that outlives kills.
final class Stand {
    let simulator: SimulatorServer
    let folder: String
    private(set) var daemon: ChildProcess
    private(set) var port: Int
    private let options: [String: String]

    static let key = "a-key-of-the-simulator"

    static func with(
        slots: Int = 3, runTime: Double = 0.05, concurrency: Int = 1, poll: Double = 0.02, timeout: Double = 300,
        logLevel: String = "info", pipelines: String = oneStep, key: String = key, knownKeys: [String] = [],
        _ body: (Stand) async throws -> Void
    ) async throws {
        var configuration = SimulatorConfiguration()
        configuration.seed = 7
        configuration.slots = slots
        configuration.runTime = runTime
        configuration.keys = knownKeys
        let simulator = try await SimulatorServer.start(configuration)
        var template = Array("/tmp/posetransferd-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ChildProcess.Failure(description: "no folder") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let file = "\(folder)/engine_config.yml"
        try write(configurationText(concurrency, poll, timeout, pipelines), to: file)
        let environment = [
            "RUNNINGHUB_API_KEY": key, "BASE": simulator.baseURL, "DATA": "\(folder)/data", "FILE": file,
            "LOG_LEVEL": logLevel,
        ]
        let (daemon, port) = try await start(environment)
        let stand = Stand(simulator, folder, daemon, port, environment)
        do {
            try await body(stand)
            await stand.end()
        } catch {
            await stand.end()
            throw ChildProcess.Failure(description: "\(error)\n--- posetransferd\n\(stand.daemon.output)")
        }
    }

    private init(
        _ simulator: SimulatorServer, _ folder: String, _ daemon: ChildProcess, _ port: Int, _ options: [String: String]
    ) {
        self.simulator = simulator
        self.folder = folder
        self.daemon = daemon
        self.port = port
        self.options = options
    }

    static let oneStep = "pose_change: { steps: { pose_transfer: { engine: cloud } } }"
    static let twoSteps = "pose_change: { steps: { pose_transfer: { engine: cloud }, refine: { engine: cloud } } }"

    private static func configurationText(
        _ concurrency: Int, _ poll: Double, _ timeout: Double, _ pipelines: String
    ) -> String {
        """
        server: { listen: "127.0.0.1:0" }
        storage: { path: "${DATA}" }
        engines:
          cloud:
            type: runninghub
            config:
              api_key: "${RUNNINGHUB_API_KEY}"
              workflow_id: "1996080571212349442"
              api_base_url: "${BASE}"
              dialect: task-openapi
              poll_interval: \(poll)
              timeout: \(timeout)
              concurrency: \(concurrency)
              inputs:
                raw_image: { node: "3", field: image }
                pose_image: { node: "7", field: image }
              outputs:
                - { node: "10", name: image }
        pipelines: { \(pipelines) }
        """
    }

    private static func start(_ environment: [String: String]) async throws -> (ChildProcess, Int) {
        let daemon = try ChildProcess(
            "posetransferd",
            ["serve", "--config", environment["FILE"] ?? "", "--log-level", environment["LOG_LEVEL"] ?? "info"],
            environment: environment)
        let line = try await daemon.line(with: "posetransferd listening on ")
        guard let port = line.split(separator: ":").last.flatMap({ Int($0.prefix { $0.isNumber }) }) else {
            throw ChildProcess.Failure(description: "no port in '\(line)'")
        }
        return (daemon, port)
    }

    /// Submits two pictures of this number.
    func submit(_ client: PoseTransferClient, _ number: UInt8 = 1, key: String = "") async throws -> String {
        var request = TransferRequest(source: .bytes(Picture.person(number)), pose: .bytes(Picture.pose(number)))
        if !key.isEmpty { request.idempotencyKey = key }
        return try await client.submit(request).task.id
    }

    /// The task's stored events up to its end.
    func story(_ client: PoseTransferClient, _ task: String) async throws -> [StatusEvent] {
        var story: [StatusEvent] = []
        for try await event in client.status(of: task) where !event.isTransient { story.append(event) }
        return story
    }

    /// kill -9, and nothing else.
    func kill() async {
        daemon.send(SIGKILL)
        _ = await daemon.exit()
    }

    func restart() async throws { (daemon, port) = try await Self.start(options) }

    var client: PoseTransferClient { PoseTransferClient(ClientConfiguration(host: "127.0.0.1", port: port)) }

    private func end() async {
        daemon.send(SIGKILL)
        _ = await daemon.exit()
        await simulator.shutdown()
        let remover = try? ChildProcess("/bin/rm", ["-rf", folder], environment: [:])
        _ = await remover?.exit()
    }

    static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ChildProcess.Failure(description: "\(path): \(errno)") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw ChildProcess.Failure(description: "\(path): \(errno)")
        }
    }
}

/// Two small real pictures; `number` makes them different.
enum Picture {
    static func person(_ number: UInt8 = 1) -> [UInt8] {
        SimulatedResult.png(sourceDigest: digest(number), poseDigest: digest(0), minimumBytes: 0)
    }
    static func pose(_ number: UInt8 = 1) -> [UInt8] {
        SimulatedResult.png(sourceDigest: digest(0), poseDigest: digest(number), minimumBytes: 0)
    }
    private static func digest(_ number: UInt8) -> [UInt8] { Array(repeating: number, count: 32) }
}
