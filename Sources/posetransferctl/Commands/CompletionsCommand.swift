import ArgumentParser

/// `completions`: the script that a shell completes this program's words with.
struct CompletionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Prints the completion script for a shell.",
        discussion: """
            bash: posetransferctl completions bash > /etc/bash_completion.d/posetransferctl
            zsh:  posetransferctl completions zsh > "${fpath[1]}/_posetransferctl"
            fish: posetransferctl completions fish > ~/.config/fish/completions/posetransferctl.fish

            Example: source <(posetransferctl completions bash)
            """)

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish

        var shell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() async throws {
        Terminal.write(PoseTransferControl.completionScript(for: shell.shell) + "\n")
    }
}
