import NIOCore
import NIOPosix
import PoseWire
import Synchronization

/// A server on a loopback port that does what a test says, frame by frame. Everything of a connection runs on its event loop.
final class FakeServer: Sendable {
    let port: Int
    private let channel: any Channel
    private let connections = Mutex<[any Channel]>([])
    /// Connections that were accepted so far.
    let accepted = Counter()

    private init(channel: any Channel) {
        self.channel = channel
        port = channel.localAddress?.port ?? 0
    }

    /// `behave` is called on the connection's event loop for each thing that happens there.
    static func start(_ behave: @escaping @Sendable (FakeConnection, FakeEvent) -> Void) async throws -> FakeServer {
        let (accepted, box) = (Counter(), ServerBox())
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton.next())
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    let connection = FakeConnection(number: accepted.increased(), behave: behave)
                    try child.pipeline.syncOperations.addHandler(connection)
                    box.server.withLock { $0 }?.connections.withLock { $0.append(child) }
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        let server = FakeServer(channel: channel)
        box.server.withLock { $0 = server }
        return server
    }

    private final class ServerBox: Sendable {
        let server = Mutex<FakeServer?>(nil)
    }

    func stop() async throws {
        try await channel.close()
        for connection in connections.withLock({ $0 }) { connection.close(promise: nil) }
    }
}

/// What happens at a fake server.
enum FakeEvent {
    case hello(Hello)
    case request(FakeRequest)
    /// A piece of an upload.
    case data(call: UInt32, ByteBuffer, isLast: Bool)
    case cancelled(call: UInt32)
    case ping
    case closed
}

struct FakeRequest {
    var call: UInt32
    var method: WireMethod
    var payload: ByteBuffer

    func message<Message: WireMessage>(_ type: Message.Type) -> Message {
        (try? WireCodec().unpack(type, from: payload)) ?? Message.empty
    }
}

extension WireMessage {
    /// What a payload that does not parse stands for: a test that sees it fails.
    fileprivate static var empty: Self {
        guard let message = try? WireCodec().unpack(Self.self, from: ByteBuffer()) else {
            preconditionFailure("an empty payload is a valid message")
        }
        return message
    }
}

/// One connection of a fake server.
final class FakeConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// From 1, in the order of acceptance.
    let number: Int
    private let behave: @Sendable (FakeConnection, FakeEvent) -> Void
    private var decoder = FrameDecoder(from: .client, frameBytesMax: WireLimits.frameBytesMost)
    private let codec = WireCodec()
    private var context: ChannelHandlerContext?

    init(number: Int, behave: @escaping @Sendable (FakeConnection, FakeEvent) -> Void) {
        self.number = number
        self.behave = behave
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }
    func channelInactive(context: ChannelHandlerContext) { behave(self, .closed) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        decoder.append(&bytes)
        while let frame = try? decoder.next() {
            if let event = event(frame) { behave(self, event) }
        }
    }

    private func event(_ frame: Frame) -> FakeEvent? {
        let header = frame.header
        switch header.kind {
        case .hello: return (try? codec.unpack(Hello.self, from: frame.payload)).map { .hello($0) }
        case .request:
            guard let method = WireMethod(rawValue: header.method) else { return nil }
            return .request(FakeRequest(call: header.call, method: method, payload: frame.payload))
        case .data: return .data(call: header.call, frame.payload, isLast: !header.hasMore)
        case .cancel: return .cancelled(call: header.call)
        case .ping: return .ping
        default: return nil
        }
    }

    // MARK: What a test lets it do

    func welcome(frameBytesMax: UInt32 = 0, keepaliveMilliseconds: UInt32 = 20_000, version: UInt32 = 1) {
        var welcome = Welcome()
        welcome.version = version
        welcome.serverName = "fake"
        welcome.instanceID = "instance"
        welcome.cursor = 41
        welcome.limits.maxFrameBytes = frameBytesMax
        welcome.limits.keepaliveTimeoutMilliseconds = keepaliveMilliseconds
        send(welcome, .welcome, 0)
    }

    func respond(_ message: some WireMessage, to call: UInt32) { send(message, .response, call) }
    func item(_ event: PoseWire.StatusEvent, to call: UInt32) { send(event, .item, call) }

    func end(_ call: UInt32, _ reason: WireReason, retryAfterMilliseconds: UInt32 = 0, field: String = "") {
        let error = WireError(
            reason, "the test says so", field: field, retryAfterMilliseconds: retryAfterMilliseconds)
        send(error.status, .end, call)
    }

    func endWell(_ call: UInt32) { send(Status(), .end, call) }

    func goAway(lastCall: UInt32) {
        var message = GoAway()
        message.lastCall = lastCall
        message.reason = "SERVER_DRAINING"
        send(message, .goAway, 0)
    }

    func data(_ bytes: [UInt8], hasMore: Bool, to call: UInt32) {
        var buffer = ByteBuffer()
        FrameHeader(.data, hasMore: hasMore, call: call, payloadBytes: bytes.count).write(to: &buffer)
        buffer.writeBytes(bytes)
        raw(buffer)
    }

    func raw(_ buffer: ByteBuffer) { context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }
    func close() { context?.close(promise: nil) }

    /// The bytes of an ITEM frame, for tests that cut it.
    func bytes(ofItem event: PoseWire.StatusEvent, to call: UInt32) -> ByteBuffer {
        var buffer = ByteBuffer()
        try? codec.write(event, as: .item, call: call, to: &buffer)
        return buffer
    }

    private func send(_ message: some WireMessage, _ kind: FrameKind, _ call: UInt32) {
        var buffer = ByteBuffer()
        do {
            try codec.write(message, as: kind, call: call, to: &buffer)
            raw(buffer)
        } catch {
            close()
        }
    }
}
