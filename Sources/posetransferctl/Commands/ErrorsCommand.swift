import ArgumentParser

/// `errors`: what a reason means.
struct ErrorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "errors", abstract: "Explains the reasons that errors bear.",
        discussion: """
            Every error and every failed task names its reason, a word such as TASK_UNKNOWN. No server is needed.

            Example: posetransferctl errors lookup SUBMISSION_UNKNOWN
            Example: posetransferctl errors list
            """,
        subcommands: [ErrorsLookupCommand.self, ErrorsListCommand.self])
}

struct ErrorsLookupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lookup",
        abstract: "Tells when a reason comes, what to do, whether to try again and whether money was spent.",
        discussion: "Example: posetransferctl errors lookup QUEUE_FULL")

    @Argument(help: "The reason, for example TASK_UNKNOWN.")
    var reason: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await CommandRun.performHere(output) { console in
            guard let entry = ReasonTable.entry(reason) else {
                let near = ReasonTable.near(reason).prefix(5).joined(separator: ", ")
                throw CommandFailure(
                    .notFound, reason: "REASON_UNKNOWN", "there is no reason '\(reason)'",
                    advice: near.isEmpty
                        ? "posetransferctl errors list shows all." : "Do you mean one of these: \(near)?")
            }
            console.tell(text: entry.text, json: entry.json)
            return .success
        }
    }
}

struct ErrorsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists all reasons with their code and when they come.",
        discussion: "Example: posetransferctl errors list --json")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await CommandRun.performHere(output) { console in
            var table = Table("REASON", "CODE", "AGAIN?", "WHEN")
            for entry in ReasonTable.all {
                switch console.format {
                case .json: console.tell(text: "", json: entry.json)
                case .text: table.add(entry.reason, entry.code, entry.repetition.rawValue, entry.when)
                }
            }
            if console.format == .text { console.tell(text: table.text, json: .null) }
            return .success
        }
    }
}
