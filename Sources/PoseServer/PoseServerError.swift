/// Why a server could not start.
package struct PoseServerError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The address is in use, or not this machine's.
        case cannotListen = "CANNOT_LISTEN"
    }

    package var code: Code
    /// Says what is wrong, where, and what to do.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { "\(code.rawValue): \(message)" + (cause.map { " (\($0))" } ?? "") }
}
