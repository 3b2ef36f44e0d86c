import PoseTransferClient
import Synchronization

/// The form of what is printed.
enum OutputFormat: String, CaseIterable, Sendable {
    case text
    case json
}

/// Standard output and standard error of one run: events, facts and errors, in the form that was asked for.
final class Console: Sendable {
    let format: OutputFormat
    private let view: Mutex<ProgressView>

    init(format: OutputFormat) {
        self.format = format
        view = Mutex(ProgressView(style: Terminal.columns().map { .terminal(columns: $0) } ?? .lines))
    }

    func show(_ event: StatusEvent) {
        switch format {
        case .json: Terminal.write(TaskJSON.event(event).text + "\n")
        case .text: view.withLock { Terminal.write($0.eventReceived(event, now: WallClock.unixMilliseconds())) }
        }
    }

    /// Time has passed.
    func tick() {
        guard format == .text else { return }
        view.withLock { Terminal.write($0.ticked(now: WallClock.unixMilliseconds())) }
    }

    /// A fact: `text` for people, `json` for programs.
    func tell(text: String, json: JSONLine) {
        view.withLock { Terminal.write($0.cleared() + (format == .json ? json.text + "\n" : text)) }
    }

    /// A word for people that is no result; programs do not need it.
    func remark(_ text: String) {
        view.withLock {
            Terminal.write($0.cleared())
            if format == .text { Terminal.writeError(text + "\n") }
        }
    }

    func fail(_ failure: CommandFailure) {
        view.withLock {
            Terminal.write($0.cleared())
            Terminal.writeError(format == .json ? Self.json(failure).text + "\n" : failure.text)
        }
    }

    private static func json(_ failure: CommandFailure) -> JSONLine {
        .object([
            ("type", .string("error")), ("exit_status", .integer(Int64(failure.status.rawValue))),
            ("reason", .string(failure.reason)), ("message", .string(failure.message)),
            ("advice", .optional(failure.advice)),
        ])
    }
}
