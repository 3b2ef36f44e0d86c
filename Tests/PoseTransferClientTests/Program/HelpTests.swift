import ArgumentParser
import FoundationEssentials
import Glibc
import Testing

@testable import posetransferctl

@Suite struct HelpTests {
    private static func all(_ command: any ParsableCommand.Type, _ path: [String]) -> [(
        path: [String], type: any ParsableCommand.Type
    )] {
        let name = command.configuration.commandName ?? command._commandName
        return [(path + [name], command)] + command.configuration.subcommands.flatMap { all($0, path + [name]) }
    }

    private static let commands = all(PoseTransferControl.self, [])

    @Test func everyCommandSaysWhatItDoesAndShowsAnExample() {
        for (path, type) in Self.commands {
            let name = path.joined(separator: " ")
            #expect(!type.configuration.abstract.isEmpty, "\(name) has no abstract")
            #expect(type.configuration.discussion.contains("Example"), "\(name) shows no example")
        }
    }

    private struct ToolInfo: Decodable {
        struct Command: Decodable {
            var commandName: String
            var arguments: [Argument]?
            var subcommands: [Command]?
        }
        struct Argument: Decodable {
            struct Name: Decodable { var name: String }
            var shouldDisplay: Bool
            var valueName: String?
            var abstract: String?
            var names: [Name]?
        }
        var command: Command
    }

    private static func unexplained(_ command: ToolInfo.Command, _ path: String = "") -> [String] {
        // The parser's own command.
        guard command.commandName != "help" else { return [] }
        let path = "\(path) \(command.commandName)"
        let silent = (command.arguments ?? []).filter { $0.shouldDisplay && ($0.abstract ?? "").isEmpty }
        return silent.map { "\(path): \($0.names?.first?.name ?? $0.valueName ?? "?")" }
            + (command.subcommands ?? []).flatMap { unexplained($0, path) }
    }

    @Test func everyOptionIsExplained() throws {
        let text = PoseTransferControl._dumpHelp()
        let info = try JSONDecoder().decode(ToolInfo.self, from: Data(text.utf8))
        #expect(info.command.subcommands?.count ?? 0 > 10)
        #expect(Self.unexplained(info.command).isEmpty)
    }

    @Test func everyExampleParses() throws {
        for (path, type) in Self.commands {
            for line in type.configuration.discussion.split(separator: "\n")
            where line.hasPrefix("Example: posetransferctl") {
                let words = Self.words(line.dropFirst("Example: posetransferctl".count))
                #expect(throws: Never.self, "\(path.joined(separator: " ")): \(line)") {
                    try PoseTransferControl.parseAsRoot(words)
                }
            }
        }
    }

    /// As a shell cuts a line: quotes hold words together, a pipe ends the command.
    private static func words(_ line: Substring) -> [String] {
        var (words, word, isQuoted): ([String], String, Bool) = ([], "", false)
        for character in line.prefix(while: { $0 != "|" }) {
            switch character {
            case "\"": isQuoted.toggle()
            case " " where !isQuoted:
                if !word.isEmpty { words.append(word) }
                word = ""
            default: word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    @Test func theTopHelpNamesEveryStatus() {
        let text = PoseTransferControl.helpMessage(columns: 200)
        for status in posetransferctl.ExitStatus.allCases { #expect(text.contains(status.meaning)) }
    }

    @Test func bashTakesItsScript() throws {
        let bash = try #require(popen("bash -n", "w"))
        let script = Array(PoseTransferControl.completionScript(for: .bash).utf8)
        #expect(fwrite(script, 1, script.count, bash) == script.count)
        #expect(pclose(bash) == 0)
    }

    @Test(arguments: [CompletionShell.bash, .zsh, .fish]) func aCompletionScriptKnowsEveryCommand(
        shell: CompletionShell
    ) {
        let script = PoseTransferControl.completionScript(for: shell)
        for (path, _) in Self.commands {
            for name in path { #expect(script.contains(name), "\(name) is not in the script for \(shell)") }
        }
    }
}
