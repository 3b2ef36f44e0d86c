/// What went wrong at a provider, with the class that the engine acts on.
public struct BackendError: Error, Sendable, Equatable {
    /// The engine's next action depends on this alone.
    public enum Class: Sendable, Equatable {
        /// Full for now (concurrency, rate); `retryAfterMilliseconds` is a lower bound where the provider told one.
        case backpressure(retryAfterMilliseconds: Int64?)
        /// May work when repeated: network, time-out, server fault.
        case transient
        /// Will not work when repeated with the same request.
        case permanent
        /// The key is refused: every request of this engine is.
        case auth
        /// No balance: every paid request of this engine is refused.
        case quota
        /// Moderation: this content is refused.
        case rejected
        /// The engine is set up wrongly (workflow unknown, never run ...): every request of it is refused.
        case configuration
        /// A result's address no longer works; a fresh observation may give another.
        case expired
        /// The sink refused the bytes (too many, not an image).
        case refusedBySink
    }

    public var errorClass: Class
    /// The provider's own code, or the transport's, as short text: `421`, `HTTP 502`, `connect`.
    public var code: String
    /// For people; cut at 500 characters, without control characters, keys or signed addresses.
    public var message: String

    public init(_ errorClass: Class, code: String, message: String) {
        self.errorClass = errorClass
        self.code = code
        self.message = message
    }
}
