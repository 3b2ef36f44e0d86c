/// How a call on one connection ended, as far as the decision about another attempt needs it.
enum CallEnding: Equatable, Sendable {
    case ok
    /// The server has ended it with an error.
    case refused(PoseTransferError)
    /// The connection ended first. `requestSent` tells whether the server may have seen the request.
    case lost(PoseTransferError, requestSent: Bool)
    /// This side has given it up: its deadline has passed, its reader has gone, or the server sent what it must not.
    case gaveUp(PoseTransferError)
    /// The reader was too slow for the events; what it has not seen can be read again.
    case overflowed
}

extension PoseTransferError: Equatable {
    /// Equal in everything but the cause.
    public static func == (one: PoseTransferError, other: PoseTransferError) -> Bool {
        one.code == other.code && one.statusCode == other.statusCode && one.reason == other.reason
            && one.message == other.message && one.field == other.field && one.retryAfter == other.retryAfter
            && one.idempotencyKey == other.idempotencyKey
    }

    /// Whether the server has broken the protocol, before its WELCOME or behind it.
    var isViolation: Bool {
        code == .protocolViolation || (cause as? PoseTransferError)?.code == .protocolViolation
    }

    /// Whether the same call can go well in a moment, because the server is only draining, or too much runs at once.
    /// A full queue or a caller's own limit is not meant: how long to wait for those is the caller's decision.
    var isPassing: Bool {
        guard code == .refused else { return false }
        switch statusCode {
        case CanonicalCode.unavailable: return true
        // Nobody here cancelled it: the server ended it with its connection.
        case CanonicalCode.cancelled: return true
        case CanonicalCode.resourceExhausted:
            return ["TOO_MANY_STREAMS", "TOO_MANY_CONNECTIONS", "TOO_MANY_PINGS"].contains(reason)
        default: return false
        }
    }
}

/// The codes of google.rpc.Code that this library acts on.
enum CanonicalCode {
    static let ok = 0
    static let cancelled = 1
    static let deadlineExceeded = 4
    static let notFound = 5
    static let resourceExhausted = 8
    static let failedPrecondition = 9
    static let unavailable = 14
    static let unauthenticated = 16
}
