import ArgumentParser
import BackendAPI
import EngineConfiguration
import EngineCore
import Glibc
import HTTPTransport
import Logging
import PoseServer
import ServiceComposition
import ServiceLifecycle
import TaskStore
import UnixSignals

/// `posetransferd serve`: the service.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the service.",
        discussion: """
            SIGTERM or SIGINT drains: no new tasks, running calls are answered, streams are told where to go on; runs at the provider go on and are \
            picked up at the next start. A second signal ends at once.

            \(ConfigurationOptions.sourcesForPeople) 'posetransferd check' tells whether everything is ready.

            Example: RUNNINGHUB_API_KEY=... posetransferd serve --config engine_config.yml --listen 127.0.0.1:7411
            """)

    @OptionGroup var options: ConfigurationOptions
    @Option(
        name: .long, help: "trace, debug, info, notice, warning, error or critical; PTD_LOG_LEVEL wins over it.")
    var logLevel: String = "info"

    func run() async throws {
        let logger = try makeLogger()
        try await Composition.withRegistry { registry, transport in
            let loaded = try load(registry, logger)
            ProcessSettings.apply(connectionsMax: loaded.server.limits.connectionsMax, logger: logger)
            let store = try Self.open(loaded.storage.path, logger)
            defer { store.close() }
            let composition = Composition(configuration: loaded, registry: registry)
            try await serve(composition, store, transport, logger)
        }
    }

    private func makeLogger() throws -> Logger {
        let variable = SystemSources.variable("PTD_LOG_LEVEL") ?? ""
        guard let level = Logger.Level(rawValue: variable.isEmpty ? logLevel : variable) else {
            throw ValidationError(
                "\(variable.isEmpty ? "--log-level" : "PTD_LOG_LEVEL"): give one of "
                    + Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))
        }
        var logger = Logger(label: "posetransferd") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }

    private func load(_ registry: BackendRegistry, _ logger: Logger) throws -> ServiceConfiguration {
        let loaded = try Self.checked { () throws(ConfigurationError) in try options.load(registry) }
        for warning in loaded.warnings { logger.warning("configuration", metadata: ["warning": "\(warning)"]) }
        return loaded.configuration
    }

    /// Every error of the configuration is shown at once; the exit status is 78.
    static func checked(
        _ load: () throws(ConfigurationError) -> LoadedConfiguration
    ) throws -> LoadedConfiguration {
        do throws(ConfigurationError) {
            return try load()
        } catch {
            complain("\(error)")
            throw ExitStatus.configuration
        }
    }

    private static func open(_ path: String, _ logger: Logger) throws -> TaskStore {
        do throws(StoreError) {
            return try TaskStore.open(path: path)
        } catch {
            complain("posetransferd: \(error.message) (\(error.code.rawValue))")
            throw ExitStatus.storage
        }
    }

    static func start<Part>(_ make: () throws -> Part) throws -> Part {
        do { return try make() } catch {
            complain("posetransferd: \(error)")
            throw ExitStatus.internalFault
        }
    }

    /// To standard error, by descriptor: glibc's `stderr` is a variable, and so not safe to name.
    static func complain(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = write(2, bytes, bytes.count)
    }

    // MARK: Running

    private func serve(
        _ composition: Composition, _ store: TaskStore, _ transport: CurlTransport, _ logger: Logger
    ) async throws {
        let (drains, askedToDrain) = AsyncStream.makeStream(of: Void.self)
        let parts = try Self.start {
            try composition.parts(
                over: store, transport, logger: logger, auditLogger: auditLogger(like: logger),
                requestDrain: { askedToDrain.yield() })
        }
        let listener = ListenerService(
            server: parts.server, recovered: parts.recovered, host: composition.configuration.server.listen.host)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: parts.services(listener: listener),
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        let impatience = Task { await Self.endAtSecondSignal() }
        let drain = Task { for await _ in drains { await group.triggerGracefulShutdown() } }
        defer {
            impatience.cancel()
            drain.cancel()
        }
        do {
            try await group.run()
        } catch {
            throw Self.exitStatus(for: error)
        }
    }

    /// Operators' calls stand under a label of their own, whatever else is logged.
    private func auditLogger(like logger: Logger) -> Logger {
        var audit = Logger(label: "audit") { StreamLogHandler.standardError(label: $0) }
        audit.logLevel = min(logger.logLevel, .notice)
        return audit
    }

    private static func endAtSecondSignal() async {
        var count = 0
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            count += 1
            if count == 2 { _exit(1) }
        }
    }

    private static func exitStatus(for error: any Error) -> ExitCode {
        if let status = error as? ExitCode { return status }
        complain("posetransferd: \(error)")
        return error is StoreError ? ExitStatus.storage : ExitStatus.internalFault
    }
}

/// Listens once the engine has recovered, so that the first answer already knows every task.
struct ListenerService: Service {
    let server: PoseServer
    let recovered: AsyncStream<Void>
    let host: String

    func run() async throws {
        for await _ in recovered { break }
        do {
            let port = try await server.listen()
            print("posetransferd listening on \(host.contains(":") ? "[\(host)]" : host):\(port)")
            fflush(nil)
        } catch {
            Serve.complain("posetransferd: \(error)")
            throw ExitStatus.unavailable
        }
        try await server.run()
    }
}
