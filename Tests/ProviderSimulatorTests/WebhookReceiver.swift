import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A receiver of notices on loopback that answers as it is told.
final class WebhookReceiver: Sendable {
    struct Notice: Sendable, Equatable {
        let method: String
        let path: String
        let headers: [String: String]
        let body: String
    }

    enum Reply: Sendable {
        case status(Int, body: String = "")
        case close
        /// Says nothing until the peer goes.
        case silent
        case notHTTP
    }

    let port: Int
    private let channel: any Channel
    private let notices: AsyncStream<Notice>

    private init(channel: any Channel, notices: AsyncStream<Notice>) {
        self.channel = channel
        self.notices = notices
        port = channel.localAddress?.port ?? 0
    }

    var link: String { "http://127.0.0.1:\(port)/hook?token=abc" }

    /// Gives the replies one after the other; the last one again and again.
    static func open(_ replies: Reply...) async throws -> WebhookReceiver {
        let (stream, continuation) = AsyncStream.makeStream(of: Notice.self)
        let script = Script(replies)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(HTTPRequestDecoder()), Handler(script, continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return WebhookReceiver(channel: channel, notices: stream)
    }

    func next() async -> Notice? { await notices.first { _ in true } }

    func close() async { try? await channel.close() }

    private final class Script: Sendable {
        private let replies: Mutex<[Reply]>
        init(_ replies: [Reply]) { self.replies = Mutex(replies) }
        func next() -> Reply { replies.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? .close } }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = ByteBuffer
        private let script: Script
        private let continuation: AsyncStream<Notice>.Continuation
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(_ script: Script, _ continuation: AsyncStream<Notice>.Continuation) {
            self.script = script
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(let bytes): body.writeImmutableBuffer(bytes)
            case .end: answer(context: context)
            }
        }

        private func answer(context: ChannelHandlerContext) {
            guard let head else { return }
            let headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
            continuation.yield(
                Notice(method: head.method.rawValue, path: head.uri, headers: headers, body: String(buffer: body)))
            switch script.next() {
            case .status(let status, let text):
                let reply = "HTTP/1.1 \(status) Status\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: reply)), promise: nil)
            case .close: context.close(promise: nil)
            case .silent: break
            case .notHTTP: context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "nonsense\r\n\r\n")), promise: nil)
            }
        }
    }
}
