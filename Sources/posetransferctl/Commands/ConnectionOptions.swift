import ArgumentParser
import PoseTransferClient

extension OutputFormat: ExpressibleByArgument {}

extension ServerAddress: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

/// What every command that speaks to a server takes.
struct ConnectionOptions: ParsableArguments {
    static let standardServer = "127.0.0.1:\(ServerAddress.standardPort)"
    private static let tokenFileBytesMax = 64 << 10

    @Option(name: .long, help: ArgumentHelp("Where posetransferd listens.", valueName: "host:port"))
    var server: ServerAddress?

    @Option(name: .long, help: "The caller's token. Other users of this machine can read it: prefer --token-file.")
    var token: String?

    @Option(name: .long, help: ArgumentHelp("A file with the caller's token.", valueName: "file"))
    var tokenFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp("A server by its name here (see posetransferctl context --help).", valueName: "name"))
    var context: String?

    @OptionGroup var output: OutputOptions

    var format: OutputFormat { output.format }

    mutating func validate() throws {
        guard server == nil || context == nil else {
            throw ValidationError("--server and --context exclude each other: give one of them.")
        }
        guard token == nil || tokenFile == nil else {
            throw ValidationError("--token and --token-file exclude each other: give one of them.")
        }
    }

    /// Throws `CommandFailure`. `change` is for hooks.
    func makeClient(_ change: (inout ClientConfiguration) -> Void) throws -> PoseTransferClient {
        let destination = try destination()
        var configuration = ClientConfiguration(
            host: destination.server.host, port: destination.server.port, token: try secret(destination.token))
        configuration.clientName = "posetransferctl"
        change(&configuration)
        return PoseTransferClient(configuration)
    }

    private func destination() throws(CommandFailure) -> Destination {
        let given = Destination.Given(server: server, context: context, token: token, tokenFile: tokenFile)
        return try Destination.resolve(given, environment: Environment.value) { () throws(CommandFailure) in
            // Without a home there are no contexts; only somebody who names one has to know.
            guard context != nil || Environment.value("HOME") != nil || Environment.value("XDG_CONFIG_HOME") != nil
            else { return ServerContexts() }
            return try ContextsFile(environment: Environment.value).read()
        }
    }

    private func secret(_ token: Destination.Token) throws(CommandFailure) -> String? {
        switch token {
        case .none: return nil
        case .text(let text): return text
        case .variable(let name):
            guard let text = Environment.value(name) else {
                throw CommandFailure(
                    .usage, reason: "TOKEN_MISSING", "the variable \(name), which has the token, is not set")
            }
            return text
        case .file(let path): return try Self.secret(inFile: path)
        }
    }

    private static func secret(inFile path: String) throws(CommandFailure) -> String {
        var bytes = try InputFile.read(path, bytesMax: tokenFileBytesMax)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard !bytes.isEmpty, let token = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(
                .cannotReadFile, reason: "TOKEN_FILE_INVALID", "\(path) holds no token",
                advice: "It must be text and not empty; one line end behind the token is dropped.")
        }
        return token
    }
}

/// The form of what is printed.
struct OutputOptions: ParsableArguments {
    @Option(name: .customLong("output"), help: "text for people, json for programs (one object a line).")
    var output = OutputFormat.text

    @Flag(name: .long, help: "The same as --output json.")
    var json = false

    var format: OutputFormat { json ? .json : output }
}

/// Where a result goes.
struct ResultOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("out")],
        help: ArgumentHelp(
            "Where the picture is written (default: the task's id with the ending of the picture's type, in this folder).",
            valueName: "file"))
    var out: String?

    @Flag(name: .long, help: "Replace the file if it is there.")
    var force = false
}

extension NamedValue: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

extension FaultOption: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}
