import ArgumentParser
import PoseTransferClient

/// The command line of the service: what a person at a terminal, a script and an operator use. Built on the client library alone.
@main
struct PoseTransferControl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "posetransferctl",
        abstract: "Puts the pose of one picture onto the person of another, through a posetransferd.",
        discussion: """
            The server is named by --server or --context, else by POSETRANSFER_SERVER, POSETRANSFER_CONTEXT or the context in use \
            (default \(ConnectionOptions.standardServer)); its token by --token-file, --token, POSETRANSFER_TOKEN or the context.
            With --json (the same as --output json), standard output has one JSON object a line, and an error is one on standard \
            error. Ctrl-C while a task is watched ends the watching, never the task.

            Example: posetransferctl submit person.png pose.png -o result.png
            Example: posetransferctl list --state running
            Example: posetransferctl errors lookup QUEUE_FULL

            \(ExitStatus.manual)
            """,
        subcommands: [
            SubmitCommand.self, WatchCommand.self, GetCommand.self, FetchCommand.self, CancelCommand.self,
            ListCommand.self, HealthCommand.self, DescribeCommand.self, EnginesCommand.self, TasksCommand.self,
            PurgeCommand.self, DrainCommand.self, ErrorsCommand.self, ContextCommand.self, CompletionsCommand.self,
            SimulatorCommand.self,
        ])
}
