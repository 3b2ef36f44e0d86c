import ArgumentParser
import PoseTransferClient

/// `health`: whether the server takes work.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Shows whether the server takes work, and its engines.",
        discussion: """
            The exit status is 0 where it does and 8 where it does not. A server on this machine answers without a token.

            Example: posetransferctl health --server 127.0.0.1:7411
            """)

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            let health = try await run.client.checkHealth()
            run.console.tell(text: TaskText.health(health), json: TaskJSON.health(health))
            return health.isServing ? .success : .notServing
        }
    }
}

/// `describe`: what the server is and takes.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Shows what the server is: build, pipelines with their parameters, engines, limits.",
        discussion: """
            Look here for the names that submit takes with --pipeline and --parameter.

            Example: posetransferctl describe
            Example: posetransferctl describe --json | jq .pipelines
            """)

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            let server = try await run.client.describe()
            run.console.tell(text: ServerText.description(server), json: ServerText.json(server))
            return .success
        }
    }
}

/// `drain`: tells the server to end.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Tells the server to take nothing new, answer the calls that it has, and end; for operators.",
        discussion: """
            The same as SIGTERM. Tasks go on when it is started again; runs at the provider go on meanwhile. A server that drains \
            already is no error.

            Example: posetransferctl drain --note "new version"
            """)

    @Option(name: .long, help: "Why; for the server's audit log (at most 1024 bytes).")
    var note = ""
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            try await run.client.drain(note: note)
            run.console.tell(text: "the server drains\n", json: .object([("type", .string("draining"))]))
            return .success
        }
    }
}

/// `purge`: removes what ended tasks of a caller have left.
struct PurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Removes pictures, results and records of a caller's ended tasks; for operators.",
        discussion: """
            It cannot be undone. Tasks that have not ended stay. A picture that was stored in the last minute goes a little later and is not \
            among the bytes told, since a submit may be about to name it.

            Example: posetransferctl purge shop --note "asked for by mail"
            """)

    @Argument(help: "The caller's name, as list --all-callers shows it.")
    var caller: String

    @Option(name: .long, help: "Why; for the server's audit log (at most 1024 bytes).")
    var note = ""
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            let purged = try await run.client.purge(caller: caller, note: note)
            run.console.tell(
                text: "removed \(TaskText.count(purged.tasks, "task")), \(TaskText.count(purged.bytes, "byte"))\n",
                json: .object([
                    ("type", .string("purged")), ("caller", .string(caller)), ("tasks", .unsigned(purged.tasks)),
                    ("bytes", .unsigned(purged.bytes)),
                ]))
            return .success
        }
    }
}
