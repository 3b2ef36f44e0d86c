import ArgumentParser
import PoseTransferClient

/// `get`: a task as it is now.
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Shows a task as it is now.",
        discussion: """
            The exit status is 0 whatever state the task is in.

            Example: posetransferctl get tsk_... --json
            """)

    @Argument(help: "The task's id.")
    var task: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            let snapshot = try await run.client.task(task)
            run.console.tell(text: TaskText.snapshot(snapshot), json: TaskJSON.snapshot(snapshot))
            return .success
        }
    }
}

/// `fetch`: the picture of a task that has succeeded.
struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Writes the picture of a task that has SUCCEEDED.",
        discussion: """
            The bytes are checked against the server's digest; a file that is there already is replaced only with --force.

            Example: posetransferctl fetch tsk_... -o result.png
            """)

    @Argument(help: "The task's id.")
    var task: String

    @Option(name: .long, help: "Which of the task's outputs, from 0.")
    var outputIndex = 0
    @OptionGroup var result: ResultOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (0...1_000_000).contains(outputIndex) else { throw ValidationError("--output-index must be 0 or more.") }
    }

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            try await run.save(task, index: outputIndex, result)
            return .success
        }
    }
}

/// `cancel`: asks for a task's cancellation.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Asks for a task's cancellation.",
        discussion: """
            A task that waits is CANCELLED at once; one that runs is cancelled at the provider and ends a little later, or has \
            succeeded first. A task that has ended stays as it is. The exit status is 0 in all these cases.

            Example: posetransferctl cancel tsk_... --reason "wrong picture"
            """)

    @Argument(help: "The task's id.")
    var task: String

    @Option(name: .long, help: "Kept in the task's event; at most 500 characters.")
    var reason = ""
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            let snapshot = try await run.client.cancel(task, reason: reason)
            let text =
                snapshot.state.isTerminal
                ? "\(snapshot.state.name)\n" : "\(snapshot.state.name), cancellation asked for\n"
            run.console.tell(text: text, json: TaskJSON.snapshot(snapshot))
            return .success
        }
    }
}
