/// Where an effective value came from. The order of the cases is the order of the sources: the first that has a value wins.
package enum ValueOrigin: Sendable, Hashable, CustomStringConvertible {
    case environment(variable: String)
    /// As it was written on the command line, without its value: `--listen`, `--set server.listen`.
    case flag(String)
    case file(line: Int)
    case standard

    package var description: String {
        switch self {
        case .environment(let variable): "environment \(variable)"
        case .flag(let flag): "flag \(flag)"
        case .file(let line): "line \(line)"
        case .standard: "default"
        }
    }
}

/// What set a value from outside of the file.
package enum OutsideSource: Sendable, Hashable, CustomStringConvertible {
    case environment(variable: String)
    case flag(String)

    /// In the place of `file:line:column` before an error message.
    package var description: String {
        switch self {
        case .environment(let variable): "environment variable \(variable)"
        case .flag(let flag): "flag \(flag)"
        }
    }

    var origin: ValueOrigin {
        switch self {
        case .environment(let variable): .environment(variable: variable)
        case .flag(let flag): .flag(flag)
        }
    }

    /// The environment is not on the screen of whoever reads a message, and may hold a secret.
    var isSecretive: Bool {
        if case .environment = self { true } else { false }
    }
}

/// One value that was given on the command line.
package struct FlagSetting: Sendable, Equatable {
    /// `server.listen`.
    package let path: String
    package let text: String
    /// The flag without its value, for messages.
    package let flag: String

    package init(path: String, text: String, flag: String) {
        self.path = path
        self.text = text
        self.flag = flag
    }

    /// `PATH=VALUE` of `--set`; `nil`: there is no path or no '='.
    package init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        path = String(argument[..<equals])
        text = String(argument[argument.index(after: equals)...])
        flag = "--set \(shown(path))"
    }
}
