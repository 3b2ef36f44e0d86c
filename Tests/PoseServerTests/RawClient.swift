import NIOCore
import NIOPosix

/// A frame as its bytes say, read without the server's own code.
struct RawFrame: Equatable {
    var kind: UInt8
    var flags: UInt8 = 0
    var method: UInt16 = 0
    var call: UInt32
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt32(payload.count + 8))
        buffer.writeInteger(kind)
        buffer.writeInteger(flags)
        buffer.writeInteger(method)
        buffer.writeInteger(call)
        buffer.writeBytes(payload)
        return Array(buffer.readableBytesView)
    }

    /// Takes a whole frame from the front of `buffer`.
    static func take(from buffer: inout ByteBuffer) -> RawFrame? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self),
            buffer.readableBytes >= Int(length) + 4,
            let header = buffer.readMultipleIntegers(as: (UInt32, UInt8, UInt8, UInt16, UInt32).self),
            let payload = buffer.readBytes(length: Int(length) - 8)
        else { return nil }
        return RawFrame(kind: header.1, flags: header.2, method: header.3, call: header.4, payload: payload)
    }
}

/// A connection that sends exactly the bytes it is told, and hands out the frames that come. Used by one test at a time.
final class RawClient {
    private let channel: any Channel
    private var arrivals: AsyncStream<ByteBuffer>.Iterator
    private var buffer = ByteBuffer()

    private init(channel: any Channel, arrivals: AsyncStream<ByteBuffer>) {
        self.channel = channel
        self.arrivals = arrivals.makeAsyncIterator()
    }

    /// `reads: false`: nothing is taken from the socket until `startReading`.
    static func connect(port: Int, reads: Bool = true) async throws -> RawClient {
        let (arrivals, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ArrivalHandler(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel: channel, arrivals: arrivals)
    }

    func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }

    func startReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    func send(_ frames: RawFrame...) async throws { try await send(frames) }

    func send(_ frames: [RawFrame]) async throws { try await send(bytes: frames.flatMap(\.bytes)) }

    func send(bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    /// Hands bytes over without waiting for the socket to take them.
    func post(_ frames: [RawFrame]) { channel.writeAndFlush(ByteBuffer(bytes: frames.flatMap(\.bytes)), promise: nil) }

    func finishSending() async throws { try await channel.close(mode: .output) }

    func close() async { try? await channel.close() }

    /// The next frame; nil: the server has closed its side.
    func next() async -> RawFrame? {
        while true {
            if let frame = RawFrame.take(from: &buffer) { return frame }
            guard var more = await arrivals.next() else { return nil }
            buffer.discardReadBytes()
            buffer.writeBuffer(&more)
        }
    }
}

private final class ArrivalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let continuation: AsyncStream<ByteBuffer>.Continuation

    init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return }
        continuation.finish()
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        continuation.finish()
        context.close(promise: nil)
    }
}
