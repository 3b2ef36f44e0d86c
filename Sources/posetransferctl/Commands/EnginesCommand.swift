import ArgumentParser
import PoseTransferClient

/// `engines`: how the engines stand, and pausing one.
struct EnginesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engines", abstract: "Shows how the engines stand; pauses one, or lets it go on.",
        discussion: """
            Without a subcommand it lists them. A paused engine begins no more runs, also after a restart; runs that are out go on.

            Example: posetransferctl engines
            Example: posetransferctl engines pause cloud --note "the provider has an outage"
            """,
        subcommands: [EnginesListCommand.self, EnginesPauseCommand.self, EnginesResumeCommand.self],
        defaultSubcommand: EnginesListCommand.self)
}

struct EnginesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the engines with state, slots and message.",
        discussion: """
            States are serving, degraded, paused, open (its circuit is: the provider failed too often) and disabled. With --json \
            each engine is one object a line.

            Example: posetransferctl engines list --json
            """)

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            let engines = try await run.client.checkHealth().engines
            switch run.console.format {
            case .text: run.console.tell(text: TaskText.engines(engines), json: .null)
            case .json:
                for engine in engines { run.console.tell(text: "", json: TaskJSON.engine(engine, type: "engine")) }
            }
            return .success
        }
    }
}

struct EnginesPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Lets an engine begin no more runs; for operators.",
        discussion: """
            Tasks wait in the queue meanwhile, for as long as each may. It stays so over a restart of the server.

            Example: posetransferctl engines pause cloud --note "the provider has an outage"
            """)

    @OptionGroup var engine: EngineOptions

    func run() async throws { try await engine.set(paused: true) }
}

struct EnginesResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Lets a paused engine go on; for operators.",
        discussion: "Example: posetransferctl engines resume cloud")

    @OptionGroup var engine: EngineOptions

    func run() async throws { try await engine.set(paused: false) }
}

/// What pause and resume take.
struct EngineOptions: ParsableArguments {
    @Argument(help: "The engine's name, as engines lists it.")
    var name: String

    @Option(name: .long, help: "Why; for the server's audit log (at most 1024 bytes).")
    var note = ""
    @OptionGroup var connection: ConnectionOptions

    func set(paused: Bool) async throws {
        try await CommandRun.perform(connection) { run in
            let engine = try await run.client.setEngine(name, paused: paused, note: note)
            run.console.tell(text: TaskText.engines([engine]), json: TaskJSON.engine(engine, type: "engine"))
            return .success
        }
    }
}
