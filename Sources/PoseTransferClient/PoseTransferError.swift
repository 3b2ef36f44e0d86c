/// Everything that this library throws.
public struct PoseTransferError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is. New kinds may come with new versions.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case
                cannotConnect, connectionLost, refused, outcomeUnknown, deadlineExceeded, protocolViolation,
                resultDamaged,
                sinkFailed, invalidRequest, cancelled, closed
        }
        private let base: Base

        /// There is no connection: nothing of this call has reached the server.
        public static let cannotConnect = Code(base: .cannotConnect)
        /// The connection broke again and again, and the call only reads: asking once more is harmless.
        public static let connectionLost = Code(base: .connectionLost)
        /// The server has answered no. `statusCode`, `reason` and `field` are the server's; nothing was done.
        public static let refused = Code(base: .refused)
        /// The request may have been carried out, and no answer came. Repeat a submit with its `idempotencyKey`.
        public static let outcomeUnknown = Code(base: .outcomeUnknown)
        /// The time for a call that only reads is over.
        public static let deadlineExceeded = Code(base: .deadlineExceeded)
        /// The server sent what the protocol does not allow.
        public static let protocolViolation = Code(base: .protocolViolation)
        /// The bytes of a result are not those that the server promised (digest or length).
        public static let resultDamaged = Code(base: .resultDamaged)
        /// The sink of a result threw; its error is the cause.
        public static let sinkFailed = Code(base: .sinkFailed)
        /// The request cannot be sent as it is: a value is beyond what the wire can carry.
        public static let invalidRequest = Code(base: .invalidRequest)
        /// The task that awaited this call was cancelled.
        public static let cancelled = Code(base: .cancelled)
        /// The client has been shut down.
        public static let closed = Code(base: .closed)

        /// The code's name, for example `refused`.
        public var description: String { base.rawValue }
    }

    /// What kind of error it is, and so what is known of the call.
    public var code: Code
    /// The server's canonical code (google.rpc.Code, 1 to 16) where it has refused; else nothing.
    public var statusCode: Int?
    /// A stable upper-case word for programs. The server's own where it has refused.
    public var reason: String
    /// For people: what is wrong, where, what to do.
    public var message: String
    /// The path of the field at fault, in the names of the .proto file; empty where there is none.
    public var field: String
    /// When it makes sense to try again; nothing where not known.
    public var retryAfter: Duration?
    /// The key of the submit that this error ended; nothing for all other calls.
    public var idempotencyKey: String?
    /// The error below, where there is one.
    public var cause: (any Error)?

    /// An error of that kind; the library makes them, and a caller's test double.
    public init(
        _ code: Code, reason: String, message: String, statusCode: Int? = nil, field: String = "",
        retryAfter: Duration? = nil, cause: (any Error)? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.statusCode = statusCode
        self.field = field
        self.retryAfter = retryAfter
        self.cause = cause
    }

    /// One line: code, reason, field and message.
    public var description: String {
        let place = field.isEmpty ? "" : " (\(field))"
        return "\(code) \(reason)\(place): \(message)"
    }
}

extension PoseTransferError {
    static func cannotConnect(_ address: String, _ why: String, cause: (any Error)? = nil) -> PoseTransferError {
        PoseTransferError(
            .cannotConnect, reason: "CANNOT_CONNECT", message: "cannot connect to \(address): \(why)", cause: cause)
    }

    static func connectionLost(_ why: String, cause: (any Error)? = nil) -> PoseTransferError {
        PoseTransferError(
            .connectionLost, reason: "CONNECTION_LOST", message: "the connection was lost: \(why)", cause: cause)
    }

    static func protocolViolation(_ what: String, cause: (any Error)? = nil) -> PoseTransferError {
        PoseTransferError(
            .protocolViolation, reason: "PROTOCOL_VIOLATION",
            message: "the server does not keep to the protocol: \(what)", cause: cause)
    }

    static func invalidRequest(_ field: String, _ message: String) -> PoseTransferError {
        PoseTransferError(.invalidRequest, reason: "REQUEST_INVALID", message: message, field: field)
    }

    static let cancelled = PoseTransferError(
        .cancelled, reason: "CALL_CANCELLED", message: "the call was given up by its caller")
    static let closed = PoseTransferError(.closed, reason: "CLIENT_CLOSED", message: "the client has been shut down")
    static let deadlineExceeded = PoseTransferError(
        .deadlineExceeded, reason: "CALL_TIMEOUT", message: "no answer came within the time set for the call")
}
