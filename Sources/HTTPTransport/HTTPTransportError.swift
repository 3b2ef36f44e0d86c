/// Why no complete answer was read, and whether the server can have seen the request.
package struct HTTPTransportError: Error, Sendable, CustomStringConvertible {
    /// Stable words, for programs and logs.
    package enum Code: String, Sendable, CaseIterable {
        /// The request itself is not sendable: bad URL, header, part or limit.
        case invalidRequest = "invalid-request"
        /// The egress policy does not allow this place.
        case placeRefused = "place-refused"
        /// The name stands for an address that must not be dialled.
        case addressRefused = "address-refused"
        /// A file part could not be read.
        case fileUnreadable = "file-unreadable"
        case resolve
        case connect
        /// The handshake failed for another reason than the certificate.
        case tls
        case certificate
        case timeout
        /// The connection ended before the answer did.
        case closed
        /// What came back is not HTTP.
        case malformedAnswer = "malformed-answer"
        case headerTooLarge = "header-too-large"
        case bodyTooLarge = "body-too-large"
        case sinkRefused = "sink-refused"
        case cancelled
        /// Too many requests are with the transport.
        case overloaded
        /// The transport was shut down.
        case shutDown = "shut-down"
        case `internal`
    }

    /// Whether the server can have received the request.
    package enum Sent: String, Sendable {
        /// Surely not a byte of the request left: resolving, connecting or TLS failed, or it was never started.
        case nothingSent = "nothing-sent"
        /// Some of it, or all of it, may have arrived.
        case maybeSent = "maybe-sent"
    }

    package var code: Code
    package var sent: Sent
    /// For people; holds no header, no body and no query.
    package var message: String
    /// libcurl's number for it, 0 where it had none.
    package var curlCode: Int
    /// What the sink threw.
    package var cause: (any Error)?

    package init(_ code: Code, _ sent: Sent, message: String, curlCode: Int = 0, cause: (any Error)? = nil) {
        self.code = code
        self.sent = sent
        self.message = message
        self.curlCode = curlCode
        self.cause = cause
    }

    package var description: String {
        curlCode == 0
            ? "\(code.rawValue) (\(sent.rawValue)): \(message)"
            : "\(code.rawValue) (\(sent.rawValue), curl \(curlCode)): \(message)"
    }
}
