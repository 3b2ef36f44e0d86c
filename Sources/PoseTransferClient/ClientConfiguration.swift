/// Where the server is, who calls, and how patient the client is. All times are monotonic.
public struct ClientConfiguration: Sendable {
    /// A name or an address.
    public var host: String
    /// The TCP port, 1 to 65535.
    public var port: Int
    /// The bearer secret; nothing for a server that asks for none. It is sent only in the connection's first frame and never logged.
    public var token: String?
    /// What the server writes into its log; at most 128 bytes.
    public var clientName = "posetransfer-swift"
    /// From the first packet to the server's WELCOME.
    public var connectTimeout: Duration = .seconds(10)
    /// For a call as a whole, reconnects and repetitions included. It never touches the task.
    public var callTimeout: Duration = .seconds(30)
    /// For one picture's way to the server, and for each stretch of a result in which nothing comes.
    public var transferTimeout: Duration = .seconds(120)
    /// How long a status stream or a result goes on trying after the connection was lost, counted from the last sign of life.
    public var reconnectPatience: Duration = .seconds(120)
    /// The first bound of the wait before a reconnect; it doubles with each failure, and the wait is random below it.
    public var backoffBase: Duration = .milliseconds(100)
    /// The last bound of that wait.
    public var backoffCap: Duration = .seconds(5)
    /// After so long without a byte from the server a PING is sent; one that stays unanswered for the server's own
    /// keepalive time-out ends the connection.
    public var keepaliveInterval: Duration = .seconds(15)

    /// Told before each wait for another attempt, also of a status stream or a result. It is called on any thread and must not block.
    public var onRetry: (@Sendable (RetryNotice) -> Void)?
    /// Told when a lost connection has been made again. It is called on any thread and must not block.
    public var onReconnect: (@Sendable (ServerInformation) -> Void)?

    /// For the server at this address, with the usual time-outs.
    public init(host: String = "127.0.0.1", port: Int = 7411, token: String? = nil) {
        self.host = host
        self.port = port
        self.token = token
    }

    var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    var backoff: FullJitterBackoff { FullJitterBackoff(base: backoffBase, cap: backoffCap) }
}
