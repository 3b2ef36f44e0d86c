package import NIOCore

/// What the runner puts on the wire, and how.
package struct ProviderReply: Sendable {
    package enum Body: Sendable {
        case bytes(ByteBuffer)
        /// Rendered by the runner, outside the lock.
        case result(SimulatedResult)
    }

    package enum Delivery: Equatable, Sendable {
        case whole
        /// The whole reply, then the connection is closed although the reply does not say so.
        case wholeThenClose
        case late(seconds: Double)
        case inPieces(bytes: Int, seconds: Double)
        /// Closed after so many bytes, status line included.
        case cut(afterBytes: Int)
        /// No byte, and the connection stays open.
        case never
        /// No byte, and the connection is closed.
        case close
    }

    struct Header: Equatable, Sendable {
        let name: String
        let value: String
    }

    package var status: Int
    package var contentType: String
    package var body: Body
    package var delivery = Delivery.whole
    /// The peer may not use the connection again.
    package var closes = false
    /// Bytes of the body that are sent, where that is less than the announced length.
    package var bodyBytesSent: Int?
    /// Length in the head, where that is less than what is sent.
    package var bodyBytesAnnounced: Int?
    /// The body comes in chunks without a length.
    package var isChunked = false
    var headers: [Header] = []

    init(status: Int = 200, contentType: String = "application/json", body: Body) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    init(status: Int = 200, json: JSONValue) {
        self.init(status: status, body: .bytes(ByteBuffer(string: json.text)))
    }

    init(status: Int = 200, page: String) {
        let text = "<html><head><title>\(page)</title></head><body><h1>\(page)</h1></body></html>"
        self.init(status: status, contentType: "text/html", body: .bytes(ByteBuffer(string: text)))
    }

    /// Whether the peer can read the whole reply.
    var arrives: Bool {
        switch delivery {
        case .whole, .wholeThenClose, .late, .inPieces: true
        case .cut, .never, .close: false
        }
    }
}

extension ProviderReply {
    static let pages: [Int: String] = [
        400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 411: "Length Required",
        413: "Content Too Large", 415: "Unsupported Media Type",
        422: "Unprocessable Content", 429: "Too Many Requests", 500: "Internal Server Error",
        502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]

    /// An answer of the infrastructure before the provider's own programs.
    static func infrastructure(_ status: Int) -> ProviderReply {
        ProviderReply(status: status, page: "\(status) \(phrase(status))")
    }

    static func phrase(_ status: Int) -> String { pages[status] ?? "Status" }
}
