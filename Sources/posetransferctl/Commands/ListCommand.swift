import ArgumentParser
import PoseTransferClient

/// `list`: tasks, newest first.
struct ListCommand: AsyncParsableCommand {
    static let tasksMax = 100_000
    private static let pageSizeMax = 500

    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists tasks, newest first.",
        discussion: """
            Without a filter it shows your newest 50 tasks. Filters go together: a task is listed where all of them agree. \
            With --json each task is one object a line, as get shows it.

            Example: posetransferctl list --state failed --since 2h
            Example: posetransferctl list --label team=shop --since 2026-11-01 --before 2026-12-01 --limit 500 --json
            """)

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only tasks in this state (\(StateName.allCases.map(\.rawValue).joined(separator: ", "))); may be given again.",
            valueName: "state"))
    var state: [StateName] = []

    @Option(name: .long, help: ArgumentHelp("Only tasks with this label; may be given again.", valueName: "name=value"))
    var label: [NamedValue] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only tasks made then or later: 2026-11-25, 2026-11-25T08:30:00Z (UTC), or ago: 30m, 2h, 7d.",
            valueName: "time"))
    var since: Moment?

    @Option(name: .long, help: ArgumentHelp("Only tasks made before then; written like --since.", valueName: "time"))
    var before: Moment?

    @Option(name: .long, help: ArgumentHelp("How many tasks at most.", valueName: "count"))
    var limit = 50

    @Flag(name: .long, help: "The tasks of all callers; for operators.")
    var allCallers = false

    @Option(name: .long, help: ArgumentHelp("With --all-callers: only this caller's.", valueName: "caller"))
    var caller: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (1...Self.tasksMax).contains(limit) else {
            throw ValidationError("--limit must be 1 to \(Self.tasksMax).")
        }
        guard caller == nil || allCallers else { throw ValidationError("--caller goes with --all-callers.") }
        guard Set(label.map(\.name)).count == label.count else {
            throw ValidationError("--label was given twice with the same name.")
        }
    }

    func run() async throws {
        try await CommandRun.perform(connection) { run in
            let filter = TaskFilter(
                states: state.map(\.state), labels: Dictionary(uniqueKeysWithValues: label.map { ($0.name, $0.value) }),
                createdSinceUnixMilliseconds: since?.unixMilliseconds,
                createdBeforeUnixMilliseconds: before?.unixMilliseconds)
            let size = min(limit, Self.pageSizeMax)
            let pages =
                allCallers
                ? run.client.tasksOfAllCallers(filter, caller: caller, pageSize: size)
                : run.client.tasks(filter, pageSize: size)
            try await run.show(pages, limit: limit, withCaller: allCallers)
            return .success
        }
    }
}

extension CommandRun {
    /// Prints the first `limit` tasks: a table for people, a line for each as it comes for programs.
    func show(_ pages: TaskPages, limit: Int, withCaller: Bool) async throws {
        var (tasks, hasMore): ([TaskSnapshot], Bool) = ([], false)
        for try await page in pages {
            let taken = page.tasks.prefix(limit - tasks.count)
            if console.format == .json {
                for task in taken { console.tell(text: "", json: TaskJSON.snapshot(task)) }
            }
            tasks += taken
            hasMore = taken.count < page.tasks.count || page.nextPageToken != nil
            if tasks.count >= limit { break }
        }
        guard console.format == .text else { return }
        console.tell(text: TaskText.list(tasks, withCaller: withCaller), json: .null)
        if hasMore && tasks.count >= limit {
            console.remark("There are more: raise --limit, or narrow the list with a filter.")
        }
    }
}

/// The states as they are written on a command line.
enum StateName: String, CaseIterable, Sendable {
    case queued, uploading, submitting, running, downloading, succeeded, failed, cancelled

    var state: TaskState {
        switch self {
        case .queued: .queued
        case .uploading: .uploading
        case .submitting: .submitting
        case .running: .running
        case .downloading: .downloading
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}

extension StateName: ExpressibleByArgument {
    /// Upper and lower case are the same: `get` writes states in upper case.
    init?(argument: String) { self.init(rawValue: argument.lowercased()) }
}

extension Moment: ExpressibleByArgument {
    init?(argument: String) { self.init(argument, now: WallClock.unixMilliseconds()) }
}
