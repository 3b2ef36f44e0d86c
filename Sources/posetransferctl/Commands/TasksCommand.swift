import ArgumentParser
import PoseTransferClient

/// `tasks`: what an operator does with tasks whose submission is not known.
struct TasksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "Finds and settles tasks of which nobody knows whether the provider took them; for operators.",
        discussion: """
            Where the answer to a paid create was lost, the server does not submit again by itself: the task ends FAILED with \
            SUBMISSION_UNKNOWN. Look into the provider's list of runs, then say what is true with resolve.

            Example: posetransferctl tasks unknown
            Example: posetransferctl tasks resolve tsk_... --not-charged --note "no run in the console"
            """,
        subcommands: [TasksUnknownCommand.self, TasksResolveCommand.self])
}

struct TasksUnknownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unknown",
        abstract: "Lists the tasks of all callers that ended SUBMISSION_UNKNOWN and are not settled.",
        discussion: """
            SUBMITTED is when the create went out: look there in the provider's list of runs.

            Example: posetransferctl tasks unknown --json
            """)

    @Option(name: .long, help: ArgumentHelp("How many tasks at most.", valueName: "count"))
    var limit = 500
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (1...ListCommand.tasksMax).contains(limit) else {
            throw ValidationError("--limit must be 1 to \(ListCommand.tasksMax).")
        }
    }

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            var tasks: [TaskSnapshot] = []
            for try await page in run.client.unknownTasks(pageSize: min(limit, 500)) {
                tasks += page.tasks.prefix(limit - tasks.count)
                if tasks.count >= limit { break }
            }
            switch run.console.format {
            case .text: run.console.tell(text: TaskText.unknown(tasks), json: .null)
            case .json: for task in tasks { run.console.tell(text: "", json: TaskJSON.snapshot(task)) }
            }
            return .success
        }
    }
}

struct TasksResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Says what became of a task that ended SUBMISSION_UNKNOWN.",
        discussion: """
            Give exactly one verdict. A task is settled once; the same verdict again is no error. Where work goes on, a new task \
            is made and its id printed.

            Example: posetransferctl tasks resolve tsk_... --adopt-run 1991234567890123456 --note "seen in the console"
            Example: posetransferctl tasks resolve tsk_... --submit-again
            """)

    @Argument(help: "The task's id.")
    var task: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The provider has this run: a new task goes on with it; nothing is paid twice.", valueName: "id"))
    var adoptRun: String?

    @Flag(name: .long, help: "The provider took nothing and bills nothing.")
    var notCharged = false

    @Flag(name: .long, help: "A new task submits once more, whatever became of the first: it may be paid twice.")
    var submitAgain = false

    @Option(name: .long, help: "How you know; for the server's audit log (at most 1024 bytes).")
    var note = ""
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard [adoptRun != nil, notCharged, submitAgain].count(where: { $0 }) == 1 else {
            throw ValidationError("Give exactly one of --adopt-run ID, --not-charged and --submit-again.")
        }
        guard adoptRun != "" else { throw ValidationError("--adopt-run must not be empty.") }
    }

    private var verdict: TaskVerdict {
        if let adoptRun { return .adoptRun(adoptRun) }
        return notCharged ? .notCharged : .submitAgain
    }

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            let settled = try await run.client.resolve(task, as: verdict, note: note)
            let next = settled.followUp.map { "it goes on as task \($0.id)\n" } ?? ""
            run.console.tell(
                text: "task \(settled.task.id) is settled: \(settled.task.resolution ?? "")\n" + next,
                json: .object([
                    ("type", .string("settled")), ("task", TaskJSON.snapshot(settled.task)),
                    ("follow_up", settled.followUp.map { TaskJSON.snapshot($0) } ?? .null),
                ]))
            return .success
        }
    }
}
