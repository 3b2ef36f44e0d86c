internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One POST to a webhook's receiver: its own connection, one answer, one time limit.
final class WebhookExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let delivery: WebhookDelivery
    private let outcome: EventLoopPromise<WebhookOutcome>
    private var status = 0
    private var answer = ByteBuffer()

    private init(_ delivery: WebhookDelivery, outcome: EventLoopPromise<WebhookOutcome>) {
        self.delivery = delivery
        self.outcome = outcome
    }

    /// Never fails: what goes wrong is an outcome. The connection is closed at the end, whatever it was.
    static func run(
        _ delivery: WebhookDelivery, on loop: any EventLoop, limit: TimeAmount
    ) -> EventLoopFuture<WebhookOutcome> {
        let outcome = loop.makePromise(of: WebhookOutcome.self)
        let timer = loop.scheduleTask(in: limit) { outcome.succeed(.failed(reason: "no answer in time")) }
        ClientBootstrap(group: loop)
            .connectTimeout(limit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(WebhookExchange(delivery, outcome: outcome))
                }
            }
            .connect(host: delivery.target.host, port: delivery.target.port)
            .whenComplete { result in
                switch result {
                case .success(let channel): outcome.futureResult.whenComplete { _ in channel.close(promise: nil) }
                case .failure: outcome.succeed(.failed(reason: "cannot connect"))
                }
            }
        outcome.futureResult.whenComplete { _ in timer.cancel() }
        return outcome.futureResult
    }

    func channelActive(context: ChannelHandlerContext) {
        let body = ByteBuffer(string: delivery.body)
        let headers = HTTPHeaders([
            ("Host", delivery.target.authority), ("Content-Type", "application/json"),
            ("Content-Length", String(body.readableBytes)), ("Connection", "close"),
        ])
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: delivery.target.path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let bytes):
            guard bytes.readableBytes <= SimulatorLimits.webhookAnswerBytesMax - answer.readableBytes else {
                return outcome.succeed(.failed(reason: "the answer is too long"))
            }
            answer.writeImmutableBuffer(bytes)
        case .end: outcome.succeed(.answered(status: status, text: String(buffer: answer)))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        outcome.succeed(.failed(reason: "closed without an answer"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        outcome.succeed(.failed(reason: "the answer is not HTTP"))
        context.close(promise: nil)
    }
}
