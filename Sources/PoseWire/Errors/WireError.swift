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

    /// As it goes on the wire; the message is cut at 500 characters, and the field, which may hold a name of the peer's own choice,
    /// so that an END fits in every frame.
    package var status: Status {
        Status(
            code: code, message: Self.cut(message, WireLimits.statusMessageCharactersMax), reason: reason.rawValue,
            retryAfterMilliseconds: retryAfterMilliseconds, field: Self.cut(field, WireLimits.statusFieldCharactersMax))
    }

    /// By scalars: one character for the eye may have any number of bytes.
    private static func cut(_ text: String, _ charactersMax: Int) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(charactersMax)))
    }
}
