import ArgumentParser
import ServiceComposition

/// The daemon's commands. Everything that decides is in the libraries; here they are put together.
@main
struct Posetransferd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "posetransferd",
        abstract: "Puts the pose of one picture onto the person of another, safely and once.",
        discussion: """
            Exit statuses: 0 ended as asked, 1 health: not serving, check: at least one no, 64 usage, 69 the address cannot be listened on, 70 a fault inside, \
            74 the data folder cannot be used or failed, 78 the configuration is wrong (every error is shown with file, line and column).
            """,
        version: Build.version,
        subcommands: [Serve.self, ConfigCommand.self, CheckCommand.self, Health.self])
}
