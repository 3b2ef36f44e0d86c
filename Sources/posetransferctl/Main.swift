import ArgumentParser
import PoseTransferClient

/// The command line of the service: what a person at a terminal, a script and an operator use. Built on the client library alone.
@main
struct PoseTransferControl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "posetransferctl",
        abstract: "Puts the pose of one picture onto the person of another, through a posetransferd.",
        discussion: """
            The server is named by --server or POSETRANSFER_SERVER (default \(ConnectionOptions.standardServer)), its token by \
            --token-file, --token or POSETRANSFER_TOKEN.
            With --output json, standard output has one JSON object a line, and an error is one on standard error.
            Ctrl-C while a task is watched ends the watching, never the task.

            \(ExitStatus.manual)
            """,
        subcommands: [
            SubmitCommand.self, WatchCommand.self, GetCommand.self, FetchCommand.self, CancelCommand.self,
            HealthCommand.self, SimulatorCommand.self,
        ])
}
