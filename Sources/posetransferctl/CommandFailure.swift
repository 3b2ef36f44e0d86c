import PoseTransferClient

/// Why the program ends without what was asked for: what is wrong, where, and what to do.
struct CommandFailure: Error, Equatable {
    var status: ExitStatus
    /// One line.
    var message: String
    /// What to do about it; may be empty.
    var advice: String
    /// A stable word for programs.
    var reason: String

    init(_ status: ExitStatus, reason: String, _ message: String, advice: String = "") {
        self.status = status
        self.reason = reason
        self.message = message
        self.advice = advice
    }

    /// `names` says what the user gave for a field: the file behind `source_image`.
    init(_ error: PoseTransferError, names: [String: String] = [:]) {
        var (message, field) = (error.message, error.field)
        for (image, given) in names.sorted(by: { $0.key < $1.key }) where field == image || field.hasPrefix("\(image).")
        {
            message = Self.replacing(field, in: message, by: given)
            field = given
        }
        let place = field.isEmpty ? "" : " (\(field))"
        let reason = error.code == .refused ? "\(error.reason)\(place): " : ""
        self.init(ExitStatus(error), reason: error.reason, reason + message, advice: Self.advice(for: error))
    }

    private static func replacing(_ word: String, in text: String, by other: String) -> String {
        guard let range = text.firstRange(of: word) else { return text }
        return text.replacingCharacters(range, by: other)
    }

    /// For standard error. What a server says must not move the cursor or colour the screen.
    var text: String {
        let first = "posetransferctl: \(ProgressView.plain(message))\n"
        return advice.isEmpty ? first : first + "  \(advice)\n"
    }

    private static func advice(for error: PoseTransferError) -> String {
        switch error.code {
        case .cannotConnect:
            return "Is posetransferd running there? Name another server with --server HOST:PORT or POSETRANSFER_SERVER."
        case .outcomeUnknown: return "Run the same command again: it comes back to the task, or makes it."
        case .resultDamaged: return "Fetch it again; if it stays so, the server's data folder is damaged."
        case .refused: return refusalAdvice(error)
        default: return ""
        }
    }

    private static func refusalAdvice(_ error: PoseTransferError) -> String {
        switch error.reason {
        case "TOKEN_INVALID": return "Give the token with --token-file FILE, or in POSETRANSFER_TOKEN."
        case "IDEMPOTENCY_KEY_REUSED": return "That key belongs to another submit: choose another --idempotency-key."
        case "TASK_NOT_ENDED": return "Wait for it: posetransferctl watch TASK."
        case "ADMIN_ONLY": return "It is for callers with `admin: true` in the server's configuration."
        case "TASK_UNKNOWN": return "The id may be mistyped, another caller's, or older than the server keeps tasks."
        default:
            guard let wait = error.retryAfter else { return ReasonTable.entry(error.reason)?.advice ?? "" }
            return "Try again in \(Elapsed.text(max(wait, .seconds(1))))."
        }
    }
}

extension String {
    fileprivate func replacingCharacters(_ range: Range<String.Index>, by other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
