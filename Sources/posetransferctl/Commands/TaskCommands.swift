import ArgumentParser
import PoseTransferClient

/// `watch`: follows a task from its first event to its last.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Shows a task's progress until it has ended, and writes the picture.",
        discussion:
            "All events are shown, also those before now. A lost connection is made again and nothing is missed.")

    @Argument(help: "The task's id.")
    var task: String
    @OptionGroup var result: ResultOptions
    @OptionGroup var connection: ConnectionOptions

    @Flag(name: .long, help: "Do not fetch the picture.")
    var noFetch = false

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            let last = try await run.watch(task)
            guard !noFetch else { return ExitStatus(ended: last.state) ?? .internalFault }
            return try await run.finish(last, result)
        }
    }
}

/// `get`: a task as it is now.
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Shows a task as it is now.",
        discussion: "The exit status is 0 whatever state the task is in.")

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
        commandName: "fetch", abstract: "Writes the picture of a task that has SUCCEEDED.")

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

/// `health`: whether the server takes work.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Shows whether the server takes work, and its engines.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            let health = try await run.client.checkHealth()
            run.console.tell(text: TaskText.health(health), json: TaskJSON.health(health))
            return health.isServing ? .success : .notServing
        }
    }
}
