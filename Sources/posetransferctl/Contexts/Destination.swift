/// Which server is meant, and where its token is: what the command line says goes before the environment, that before the current context,
/// and that before the standard address. A token of a context goes to that context's server alone.
struct Destination: Equatable {
    enum Token: Equatable {
        case none
        case text(String)
        case file(String)
        case variable(String)
    }

    /// What was given on the command line.
    struct Given: Equatable {
        var server: ServerAddress?
        var context: String?
        var token: String?
        var tokenFile: String?
    }

    var server: ServerAddress
    var token: Token
    /// The context that it comes from.
    var context: String?

    /// `contexts` is read only where one is needed.
    static func resolve(
        _ given: Given, environment: (String) -> String?, contexts: () throws(CommandFailure) -> ServerContexts
    ) throws(CommandFailure) -> Destination {
        let flag = given.tokenFile.map { Token.file($0) } ?? given.token.map { .text($0) }
        let variable: Token = environment("POSETRANSFER_TOKEN") == nil ? .none : .variable("POSETRANSFER_TOKEN")
        if let server = given.server { return Destination(server: server, token: flag ?? variable) }
        if let name = given.context {
            // Named on the command line, its token goes before the environment's.
            return try named(name, contexts(), flag, otherwise: variable, itsOwnFirst: true)
        }
        if let text = environment("POSETRANSFER_SERVER") {
            let server = try address(text, of: "POSETRANSFER_SERVER")
            return Destination(server: server, token: flag ?? variable)
        }
        let all = try contexts()
        if let name = environment("POSETRANSFER_CONTEXT") ?? all.current {
            return try named(name, all, flag, otherwise: variable, itsOwnFirst: false)
        }
        return Destination(server: .standard, token: flag ?? variable)
    }

    private static func named(
        _ name: String, _ contexts: ServerContexts, _ flag: Token?, otherwise variable: Token, itsOwnFirst: Bool
    ) throws(CommandFailure) -> Destination {
        let context = try contexts.context(name)
        let server = try address(context.server, of: "context \(name)")
        let own: Token =
            switch context.token {
            case .file(let path)?: .file(path)
            case .variable(let name)?: .variable(name)
            case nil: .none
            }
        let order = itsOwnFirst ? [own, variable] : [variable, own]
        return Destination(server: server, token: flag ?? order.first { $0 != .none } ?? .none, context: name)
    }

    private static func address(_ text: String, of origin: String) throws(CommandFailure) -> ServerAddress {
        guard let address = ServerAddress(text) else {
            throw CommandFailure(
                .usage, reason: "USAGE", "\(origin) is no address: \(ProgressView.plain(text))",
                advice: "Write it as HOST:PORT, for example \(ConnectionOptions.standardServer).")
        }
        return address
    }
}
