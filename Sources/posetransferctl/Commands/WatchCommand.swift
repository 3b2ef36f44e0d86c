import ArgumentParser
import PoseTransferClient

/// `watch`: follows a task from its first event to its last, or all tasks from now on.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows a task's progress until it has ended, and writes the picture; or all tasks' events.",
        discussion: """
            All events of the task are shown, also those before now. A lost connection is made again and nothing is missed. \
            --all-mine and --all-callers show events from now on, one line each, until Ctrl-C.

            Example: posetransferctl watch tsk_... -o result.png
            Example: posetransferctl watch --all-mine --json
            """)

    @Argument(help: "The task's id.")
    var task: String?

    @Flag(name: .long, help: "The events of all your tasks, from now on.")
    var allMine = false

    @Flag(name: .long, help: "The events of all tasks of all callers, from now on; for operators.")
    var allCallers = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "With --all-mine or --all-callers: from the event behind this cursor on (0: all that is kept).",
            valueName: "cursor"))
    var afterCursor: UInt64?

    @Flag(name: .long, help: "Do not fetch the picture.")
    var noFetch = false

    @OptionGroup var result: ResultOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard [task != nil, allMine, allCallers].count(where: { $0 }) == 1 else {
            throw ValidationError("Give exactly one of a task's id, --all-mine and --all-callers.")
        }
        guard afterCursor == nil || task == nil else {
            throw ValidationError("--after-cursor goes with --all-mine or --all-callers.")
        }
    }

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            guard let task else { return try await run.watchAll(ofAllCallers: allCallers, afterCursor: afterCursor) }
            let last = try await run.watch(task)
            guard !noFetch else { return ExitStatus(ended: last.state) ?? .internalFault }
            return try await run.finish(last, result)
        }
    }
}
