/// One request. Its description shows method and place only: headers and body hold keys, a query may be a signature.
package struct HTTPRequest: Sendable, CustomStringConvertible, CustomReflectable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    package enum Body: Sendable {
        case none
        /// Sent as `application/json`.
        case json([UInt8])
        case multipart([Part])
    }

    /// One part of a `multipart/form-data` body.
    package struct Part: Sendable {
        package enum Content: Sendable {
            case text(String)
            /// Streamed from `path`, which must not change meanwhile; the receiver is told `fileName`, never the path.
            case file(path: String, fileName: String, mediaType: String)
        }
        package var name: String
        package var content: Content

        package init(name: String, content: Content) {
            self.name = name
            self.content = content
        }
    }

    package enum Delivery: Sendable {
        /// May reach the server more than once: an idle connection that died is replaced without a word.
        case repeatable
        /// Reaches the server at most once: a connection of its own, HTTP/1.1, thrown away afterwards. libcurl repeats a POST by
        /// itself on a kept connection that dies, and on HTTP/2 when the peer refuses the stream.
        case once
    }

    package var method: Method
    package var url: String
    /// `Host`, `Content-Length`, `Content-Type`, `Transfer-Encoding`, `Connection` and `Expect` are the transport's own.
    package var headers: [HTTPHeader]
    package var body: Body
    package var delivery: Delivery
    /// Which places this request may go to.
    package var egress: EgressPolicy
    package var time: HTTPTimeLimits
    /// Bytes of the answer's body; one more ends the transfer with `.bodyTooLarge`.
    package var bodyBytesMax: Int64
    /// Takes the body of an answer with a 2xx status. Other bodies go to memory, cut.
    package var sink: (any HTTPBodySink)?

    package init(
        _ method: Method, _ url: String, headers: [HTTPHeader] = [], body: Body = .none,
        delivery: Delivery = .repeatable,
        egress: EgressPolicy, time: HTTPTimeLimits, bodyBytesMax: Int64, sink: (any HTTPBodySink)? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.delivery = delivery
        self.egress = egress
        self.time = time
        self.bodyBytesMax = bodyBytesMax
        self.sink = sink
    }

    package var description: String {
        "\(method.rawValue) \(url.prefix { $0 != "?" && $0 != "#" })"
    }

    package var customMirror: Mirror { Mirror(reflecting: description) }
}

/// How long a request may take. Milliseconds, counted by libcurl's monotonic clock.
package struct HTTPTimeLimits: Sendable, Equatable {
    /// Name look-up, connect and TLS together.
    package var connectMilliseconds: Int
    /// The whole request; never endless.
    package var totalMilliseconds: Int
    /// Ends a transfer that moves fewer than `bytesPerSecond` for `seconds`, the wait for an answer included.
    package var slowest: Slowest?

    package struct Slowest: Sendable, Equatable {
        package var bytesPerSecond: Int
        package var seconds: Int

        package init(bytesPerSecond: Int, seconds: Int) {
            self.bytesPerSecond = bytesPerSecond
            self.seconds = seconds
        }
    }

    package init(connectMilliseconds: Int = 5_000, totalMilliseconds: Int, slowest: Slowest? = nil) {
        self.connectMilliseconds = connectMilliseconds
        self.totalMilliseconds = totalMilliseconds
        self.slowest = slowest
    }
}
