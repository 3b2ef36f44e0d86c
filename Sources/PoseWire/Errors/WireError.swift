/// A refusal or a protocol error: what ends a call or a connection.
public struct WireError: Error, Sendable, Equatable {
    public var reason: WireReason
    /// For people: what is wrong, where, and what to do.
    public var message: String
    /// Path of the field at fault in .proto names; may be empty.
    public var field: String
    /// 0: not known.
    public var retryAfterMilliseconds: UInt32

    public init(_ reason: WireReason, _ message: String, field: String = "", retryAfterMilliseconds: UInt32 = 0) {
        self.reason = reason
        self.message = message
        self.field = field
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }

    public var code: StatusCode { reason.code }

    /// As it goes on the wire; the message is cut at 500 characters.
    package var status: Status {
        Status(
            code: code, message: String(message.prefix(WireLimits.statusMessageCharactersMax)), reason: reason.rawValue,
            retryAfterMilliseconds: retryAfterMilliseconds, field: field)
    }
}
