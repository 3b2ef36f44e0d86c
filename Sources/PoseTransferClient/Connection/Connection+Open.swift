internal import Logging
internal import NIOCore
internal import NIOPosix
internal import PoseWire

extension Connection {
    /// Connects, says HELLO and waits for WELCOME. Throws `cannotConnect`, or `refused` where the server says no.
    static func open(
        _ configuration: ClientConfiguration, on eventLoop: any EventLoop, _ logger: Logger
    ) async throws(PoseTransferError) -> Connection {
        let hello = try hello(configuration)
        let deadline = NIODeadline.now() + TimeAmount(configuration.connectTimeout)
        let condition = ConnectionCondition()
        let welcome = OneTimeValue<Welcome>(eventLoop: eventLoop)
        let opened = try await connect(configuration, on: eventLoop) {
            ConnectionHandler(
                hello: hello, keepaliveInterval: TimeAmount(configuration.keepaliveInterval),
                address: configuration.address, condition: condition, welcome: welcome, logger: logger)
        }
        do throws(PoseTransferError) {
            let server = ServerInformation(try await welcome.value(until: deadline))
            return Connection(channel: opened.0, handler: opened.1, server: server, condition: condition)
        } catch {
            opened.0.close(promise: nil)
            guard error.code == .deadlineExceeded else { throw error }
            throw .cannotConnect(configuration.address, "what listens there did not answer in time")
        }
    }

    private static func hello(_ configuration: ClientConfiguration) throws(PoseTransferError) -> Hello {
        guard configuration.clientName.utf8.count <= WireLimits.clientNameBytesMax else {
            throw .invalidRequest("client_name", "the client's name has more than 128 bytes")
        }
        guard configuration.token?.utf8.count ?? 0 <= WireLimits.tokenBytesMax else {
            throw .invalidRequest("token", "the token has more than 4096 bytes")
        }
        var hello = Hello()
        hello.minVersion = 1
        hello.maxVersion = 1
        hello.clientName = configuration.clientName
        hello.token = configuration.token ?? ""
        hello.maxFrameBytes = ClientLimits.frameBytesMax
        return hello
    }

    private typealias Opened = (any Channel, NIOLoopBound<ConnectionHandler>)

    private static func connect(
        _ configuration: ClientConfiguration, on eventLoop: any EventLoop,
        makeHandler: @escaping @Sendable () -> ConnectionHandler
    ) async throws(PoseTransferError) -> Opened {
        let bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(TimeAmount(configuration.connectTimeout))
        do {
            return try await bootstrap.connect(host: configuration.host, port: configuration.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = makeHandler()
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
                }
            }
        } catch {
            throw .cannotConnect(configuration.address, reason(error), cause: error)
        }
    }

    /// The system's words, without the noise round them.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return reason(first.error) }
            return "the name is not known"
        case let error as IOError: return reason(errno: error.errnoCode, "\(error)")
        case ChannelError.connectTimeout: return "nothing answered in time"
        default: return "\(error)"
        }
    }

    private static func reason(errno: CInt, _ otherwise: String) -> String {
        switch errno {
        case 111: "connection refused"
        case 113: "no route to that host"
        case 101: "that network cannot be reached"
        case 110: "nothing answered in time"
        default: otherwise
        }
    }
}
