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

    @Option(name: .customLong("output"), help: "text for people, json for programs (one object a line).")
    var format = OutputFormat.text

    mutating func validate() throws {
        guard token == nil || tokenFile == nil else {
            throw ValidationError("--token and --token-file exclude each other: give one of them.")
        }
    }

    /// Throws `CommandFailure`.
    func makeClient() throws -> PoseTransferClient {
        let address = try serverAddress()
        var configuration = ClientConfiguration(host: address.host, port: address.port, token: try secret())
        configuration.clientName = "posetransferctl"
        return PoseTransferClient(configuration)
    }

    private func serverAddress() throws -> ServerAddress {
        if let server { return server }
        guard let text = Environment.value("POSETRANSFER_SERVER") else {
            return .standard
        }
        guard let address = ServerAddress(text) else {
            throw CommandFailure(
                .usage, reason: "USAGE", "POSETRANSFER_SERVER is no address: \(ProgressView.plain(text))",
                advice: "Write it as HOST:PORT, for example \(Self.standardServer).")
        }
        return address
    }

    private func secret() throws -> String? {
        guard let tokenFile else { return token ?? Environment.value("POSETRANSFER_TOKEN") }
        var bytes = try InputFile.read(tokenFile, bytesMax: Self.tokenFileBytesMax)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard !bytes.isEmpty, let token = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(
                .cannotReadFile, reason: "TOKEN_FILE_INVALID", "\(tokenFile) holds no token",
                advice: "It must be text and not empty; one line end behind the token is dropped.")
        }
        return token
    }
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
