/// Contexts as they are printed.
enum ContextText {
    static func table(_ contexts: ServerContexts) -> String {
        guard !contexts.named.isEmpty else { return "no contexts\n" }
        var table = Table("IN USE", "CONTEXT", "SERVER", "TOKEN")
        for (name, context) in contexts.named.sorted(by: { $0.key < $1.key }) {
            table.add(contexts.current == name ? "*" : "", name, context.server, token(context))
        }
        return table.text
    }

    /// Where the token is found, never the token.
    static func token(_ context: ServerContext) -> String {
        switch context.token {
        case .file(let path)?: "in \(path)"
        case .variable(let name)?: "in $\(name)"
        case nil: "none"
        }
    }

    static func json(_ name: String, _ contexts: ServerContexts) throws(CommandFailure) -> JSONLine {
        let context = try contexts.context(name)
        var (file, variable) = ("", "")
        switch context.token {
        case .file(let path)?: file = path
        case .variable(let name)?: variable = name
        case nil: break
        }
        return .object([
            ("type", .string("context")), ("name", .string(name)), ("server", .string(context.server)),
            ("token_file", .optional(file)), ("token_variable", .optional(variable)),
            ("in_use", .bool(contexts.current == name)),
        ])
    }
}
