import ArgumentParser

/// `context`: names for servers.
struct ContextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context", abstract: "Gives names to servers, and chooses the one that commands speak to.",
        discussion: """
            Which server a command speaks to, the first of these says: --server or --context; POSETRANSFER_SERVER; \
            POSETRANSFER_CONTEXT; the context in use; \(ConnectionOptions.standardServer). Contexts are kept in \
            $XDG_CONFIG_HOME/posetransferctl/contexts.json (or ~/.config/...), readable for you alone, and never hold a token \
            itself, only where it is found.

            Example: posetransferctl context add prod --server pose.example:7411 --token-file ~/.pose-token
            Example: posetransferctl context use prod
            Example: posetransferctl list --context prod
            """,
        subcommands: [
            ContextAddCommand.self, ContextUseCommand.self, ContextListCommand.self, ContextShowCommand.self,
            ContextRemoveCommand.self,
        ])
}

struct ContextAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Makes a context, or changes it; the first one is in use at once.",
        discussion: "Example: posetransferctl context add prod --server pose.example:7411 --token-file ~/.pose-token")

    @Argument(help: "Its name: up to 64 letters, digits, '-', '_' and '.'.")
    var name: String
    @Option(name: .long, help: ArgumentHelp("Where posetransferd listens.", valueName: "host:port"))
    var server: ServerAddress
    @Option(name: .long, help: ArgumentHelp("The file with the token; it is read each time.", valueName: "file"))
    var tokenFile: String?
    @Option(name: .long, help: ArgumentHelp("The variable of the environment with the token.", valueName: "name"))
    var tokenVariable: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard ServerContexts.isName(name) else {
            throw ValidationError("A context's name has up to 64 letters, digits, '-', '_' and '.'.")
        }
        guard tokenFile == nil || tokenVariable == nil else {
            throw ValidationError("--token-file and --token-variable exclude each other: give one of them.")
        }
    }

    func run() async throws {
        try await CommandRun.performHere(output) { console in
            let file = try ContextsFile(environment: Environment.value)
            var contexts = try file.read()
            let token = try tokenFile.map { ServerContext.Token.file(try Self.whole($0)) }
            contexts.named[name] = ServerContext(
                server: server.text, token: token ?? tokenVariable.map { .variable($0) })
            contexts.current = contexts.current ?? name
            try file.write(contexts)
            console.tell(
                text: "context \(name) is there\(contexts.current == name ? " and in use" : "")\n",
                json: try ContextText.json(name, contexts))
            return .success
        }
    }

    /// A context is used from any folder.
    private static func whole(_ path: String) throws(CommandFailure) -> String {
        guard !path.hasPrefix("/") else { return path }
        guard let folder = WorkingFolder.path() else {
            throw CommandFailure(.cannotReadFile, reason: "FILE_UNREADABLE", "the working folder is not known")
        }
        return "\(folder)/\(path)"
    }
}

struct ContextUseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use", abstract: "Chooses the context that commands speak to from now on.",
        discussion: "Example: posetransferctl context use prod")

    @Argument(help: "The context's name.")
    var name: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await CommandRun.performHere(output) { console in
            let file = try ContextsFile(environment: Environment.value)
            var contexts = try file.read()
            _ = try contexts.context(name)
            contexts.current = name
            try file.write(contexts)
            console.tell(text: "context \(name) is in use\n", json: try ContextText.json(name, contexts))
            return .success
        }
    }
}

struct ContextListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists all contexts; a star marks the one in use.",
        discussion: "Example: posetransferctl context list")

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await CommandRun.performHere(output) { console in
            let contexts = try ContextsFile(environment: Environment.value).read()
            switch console.format {
            case .text: console.tell(text: ContextText.table(contexts), json: .null)
            case .json:
                for name in contexts.named.keys.sorted() {
                    console.tell(text: "", json: try ContextText.json(name, contexts))
                }
            }
            return .success
        }
    }
}

struct ContextShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one context; without a name the one in use.",
        discussion: "Example: posetransferctl context show prod")

    @Argument(help: "The context's name.")
    var name: String?
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await CommandRun.performHere(output) { console in
            let contexts = try ContextsFile(environment: Environment.value).read()
            guard let name = name ?? contexts.current else {
                throw CommandFailure(
                    .usage, reason: "CONTEXT_UNKNOWN", "no context is in use",
                    advice: "Make one: posetransferctl context add NAME --server HOST:PORT")
            }
            let context = try contexts.context(name)
            let rows = [("context", name), ("server", context.server), ("token", ContextText.token(context))]
            console.tell(text: ServerText.rows(rows), json: try ContextText.json(name, contexts))
            return .success
        }
    }
}

struct ContextRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forgets a context. Nothing happens to its server.",
        discussion: "Example: posetransferctl context remove prod")

    @Argument(help: "The context's name.")
    var name: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await CommandRun.performHere(output) { console in
            let file = try ContextsFile(environment: Environment.value)
            var contexts = try file.read()
            let json = try ContextText.json(name, contexts)
            contexts.named[name] = nil
            if contexts.current == name { contexts.current = nil }
            try file.write(contexts)
            console.tell(text: "context \(name) is removed\n", json: json)
            return .success
        }
    }
}
