import NIOCore
import NIOPosix

/// A socket that sends what it is told and shows every byte that comes back: HTTP written by hand.
final class RawConnection: Sendable {
    private let channel: any Channel
    private let received: AsyncStream<ByteBuffer>

    private init(channel: any Channel, received: AsyncStream<ByteBuffer>) {
        self.channel = channel
        self.received = received
    }

    static func open(port: Int) async throws -> RawConnection {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel: channel, received: stream)
    }

    func send(_ bytes: ByteBuffer) async throws { try await channel.writeAndFlush(bytes) }

    func send(_ text: String) async throws { try await send(ByteBuffer(string: text)) }

    /// All bytes until the peer closes.
    func readToEnd() async -> [UInt8] { await read { _ in false } }

    /// Bytes until the condition holds for what came so far, or the peer closes.
    func read(until isEnough: ([UInt8]) -> Bool) async -> [UInt8] {
        var bytes: [UInt8] = []
        for await buffer in received {
            bytes += buffer.getBytes(at: buffer.readerIndex, length: buffer.readableBytes) ?? []
            if isEnough(bytes) { break }
        }
        return bytes
    }

    func close() async { try? await channel.close() }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }

        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// One reply, taken apart.
struct RawReply {
    let status: Int
    let head: String
    let body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }

    static let none = RawReply(status: 0, head: "", body: [])

    private init(status: Int, head: String, body: [UInt8]) {
        self.status = status
        self.head = head
        self.body = body
    }

    init?(_ bytes: [UInt8]) {
        guard let end = ByteBuffer(bytes: bytes).index(ofText: "\r\n\r\n") else { return nil }
        head = String(decoding: bytes[..<end], as: UTF8.self)
        body = Array(bytes[(end + 4)...])
        guard let code = head.split(separator: " ").dropFirst().first, let status = Int(code) else { return nil }
        self.status = status
    }
}

extension ByteBuffer {
    func index(ofText text: String) -> Int? {
        let pattern = Array(text.utf8)
        guard readableBytes >= pattern.count else { return nil }
        return (readerIndex...writerIndex - pattern.count).first { getBytes(at: $0, length: pattern.count) == pattern }
    }
}
