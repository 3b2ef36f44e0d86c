import FoundationEssentials
import Glibc

/// Where contexts are kept: `$XDG_CONFIG_HOME/posetransferctl/contexts.json`, else below `~/.config`; for its owner alone.
struct ContextsFile {
    static let bytesMax = 1 << 20
    let path: String

    init(path: String) {
        self.path = path
    }

    /// Throws where neither XDG_CONFIG_HOME nor HOME is set.
    init(environment: (String) -> String?) throws(CommandFailure) {
        // A relative one is to be ignored (XDG Base Directory Specification).
        if let folder = environment("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
            path = "\(folder)/posetransferctl/contexts.json"
        } else if let home = environment("HOME") {
            path = "\(home)/.config/posetransferctl/contexts.json"
        } else {
            throw CommandFailure(
                .configuration, reason: "CONTEXTS_UNREADABLE", "there is no place for contexts: HOME is not set",
                advice: "Set HOME or XDG_CONFIG_HOME.")
        }
    }

    private struct Stored: Decodable {
        struct Context: Decodable {
            var server: String
            var tokenFile: String?
            var tokenVariable: String?

            enum CodingKeys: String, CodingKey {
                case server
                case tokenFile = "token_file"
                case tokenVariable = "token_variable"
            }
        }
        var current: String?
        var contexts: [String: Context]
    }

    /// What is kept; nothing at all where there is no file yet.
    func read() throws(CommandFailure) -> ServerContexts {
        guard access(path, F_OK) == 0 else { return ServerContexts() }
        let bytes = try InputFile.read(path, bytesMax: Self.bytesMax)
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(bytes)) else {
            throw CommandFailure(
                .configuration, reason: "CONTEXTS_UNREADABLE", "\(path) is damaged",
                advice: "Mend it, or remove it and add your contexts again.")
        }
        var contexts = ServerContexts(current: stored.current)
        for (name, context) in stored.contexts {
            let token = context.tokenFile.map { ServerContext.Token.file($0) }
            contexts.named[name] = ServerContext(
                server: context.server, token: token ?? context.tokenVariable.map { .variable($0) })
        }
        return contexts
    }

    /// Puts the new file in the place of the old one in one step.
    func write(_ contexts: ServerContexts) throws(CommandFailure) {
        try Self.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        let file = try OutputFile(path: path, mode: 0o600)
        try file.write(Array((Self.json(contexts).text + "\n").utf8))
        try file.finish(replacing: true)
    }

    private static func json(_ contexts: ServerContexts) -> JSONLine {
        let named = contexts.named.sorted { $0.key < $1.key }.map { name, context -> (String, JSONLine) in
            var members: [(String, JSONLine)] = [("server", .string(context.server))]
            switch context.token {
            case .file(let path)?: members.append(("token_file", .string(path)))
            case .variable(let name)?: members.append(("token_variable", .string(name)))
            case nil: break
            }
            return (name, .object(members))
        }
        return .object([("current", .optional(contexts.current ?? "")), ("contexts", .object(named))])
    }

    private static func makeFolder(_ path: String) throws(CommandFailure) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else {
                throw CommandFailure(
                    .cannotWriteFile, reason: "FILE_UNWRITABLE", "cannot make \(made): \(InputFile.reason(errno))")
            }
        }
    }
}
