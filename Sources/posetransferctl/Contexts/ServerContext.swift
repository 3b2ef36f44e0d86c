/// A server that has a name here: where it is, and where its token is found. The token itself is never kept.
struct ServerContext: Equatable {
    enum Token: Equatable {
        /// A file, by its whole path.
        case file(String)
        /// A variable of the environment.
        case variable(String)
    }

    var server: String
    /// Nothing: the server asks for none, or POSETRANSFER_TOKEN has it.
    var token: Token?
}

/// All named servers, and which of them is meant where none is named.
struct ServerContexts: Equatable {
    var current: String?
    var named: [String: ServerContext] = [:]

    /// 1 to 64 letters, digits, `-`, `_` and `.`.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }

    func context(_ name: String) throws(CommandFailure) -> ServerContext {
        if let context = named[name] { return context }
        let known = named.keys.sorted().joined(separator: ", ")
        throw CommandFailure(
            .usage, reason: "CONTEXT_UNKNOWN", "there is no context '\(name)'",
            advice: known.isEmpty
                ? "Make it: posetransferctl context add \(name) --server HOST:PORT"
                : "There are: \(known). Make another one with: posetransferctl context add NAME --server HOST:PORT")
    }
}
