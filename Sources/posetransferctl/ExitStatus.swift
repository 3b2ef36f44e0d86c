import PoseTransferClient

/// What the program tells its caller when it ends. The numbers are part of the interface.
enum ExitStatus: Int32, CaseIterable, Sendable {
    case success = 0
    case internalFault = 1
    case taskFailed = 2
    case taskCancelled = 3
    case notFound = 4
    case cannotConnect = 5
    case refused = 6
    case outcomeUnknown = 7
    case notServing = 8
    case resultDamaged = 9
    case usage = 64
    case cannotReadFile = 66
    case cannotWriteFile = 73
    case configuration = 78
    case interrupted = 130

    /// One line for the manual.
    var meaning: String {
        switch self {
        case .success: "done; where a task was watched: it SUCCEEDED and its picture is written"
        case .internalFault: "a fault of this program or of the server"
        case .taskFailed: "the task FAILED"
        case .taskCancelled: "the task was CANCELLED"
        case .notFound: "no such task or output, or the result is past its retention"
        case .cannotConnect: "no connection to the server, or it was lost and did not come back in time"
        case .refused: "the server has refused: the reason and the field stand in the message"
        case .outcomeUnknown: "no answer came and the task may exist: the same command again comes back to it"
        case .notServing: "health: the server answers, and takes no work"
        case .resultDamaged: "the bytes that came are not those that the server promised; nothing was written"
        case .usage: "the command line is wrong"
        case .cannotReadFile: "a file that was to be read cannot be"
        case .cannotWriteFile: "a file cannot be written, or exists and --force is not given"
        case .configuration: "the file of contexts cannot be used"
        case .interrupted: "Ctrl-C or SIGTERM; the task goes on"
        }
    }

    static var manual: String {
        "EXIT STATUS:\n" + allCases.map { "  \($0.rawValue)".padded(to: 7) + $0.meaning }.joined(separator: "\n")
    }

    /// The status of a task that has ended; nothing while it goes on.
    init?(ended state: TaskState) {
        switch state {
        case .succeeded: self = .success
        case .failed: self = .taskFailed
        case .cancelled: self = .taskCancelled
        case .queued, .uploading, .submitting, .running, .downloading, .other: return nil
        }
    }

    /// The status that an error of the client library ends the program with.
    init(_ error: PoseTransferError) {
        switch error.code {
        case .cannotConnect, .connectionLost, .deadlineExceeded: self = .cannotConnect
        case .outcomeUnknown: self = .outcomeUnknown
        case .resultDamaged: self = .resultDamaged
        case .sinkFailed: self = .cannotWriteFile
        case .invalidRequest: self = .usage
        case .cancelled: self = .interrupted
        case .refused: self = Self.refusal(error)
        default: self = .internalFault
        }
    }

    private static func refusal(_ error: PoseTransferError) -> ExitStatus {
        switch error.statusCode {
        case 5 where ["TASK_UNKNOWN", "OUTPUT_UNKNOWN", "RESULT_EXPIRED"].contains(error.reason): .notFound
        case 13: .internalFault
        default: .refused
        }
    }
}

extension String {
    /// Filled with spaces to `width` characters; longer text stays as it is.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
