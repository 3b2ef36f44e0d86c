internal import NIOCore
internal import NIOHTTP1

/// Runs one connection: asks the machine what a part of a request means, the provider what to answer, and writes it.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private struct Exchange {
        let endpoint: Endpoint
        let head: HTTPRequestHead
        let fault: Fault?
        var body = ByteBuffer()
    }

    private let host: ProviderHost
    private var machine = ExchangeMachine()
    private var exchange: Exchange?
    /// Parts of requests that were sent before the reply to the one before them.
    private var waiting = CircularBuffer<HTTPServerRequestPart>()
    private var isReadingNext = false

    init(host: ProviderHost) { self.host = host }

    func channelActive(context: ChannelHandlerContext) {
        if !host.connectionOpened() { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { host.connectionClosed() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard !machine.isAnswering, waiting.isEmpty else {
            waiting.append(part)
            return context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
        }
        handle(part, context: context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError, machine.state == .idle {
            let reply = ProviderReply.infrastructure(400)
            let bytes = ReplyEncoder.encode(reply, body: host.content(of: reply.body), keepsAlive: false)
            write(bytes, context: context) { $0.close(promise: nil) }
        } else {
            context.close(promise: nil)
        }
    }

    private func handle(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
        switch part {
        case .head(let head): headReceived(head, context: context)
        case .body(let bytes): bodyReceived(bytes, context: context)
        case .end:
            switch machine.endReceived() {
            case .serve: serve(context: context)
            case .ignore: break
            case .closeNow: context.close(promise: nil)
            }
        }
    }

    private func headReceived(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let path = String(head.uri.prefix { $0 != "?" })
        let endpoint = Endpoint(path: path)
        let fault = host.decide { provider, _ in provider.requestArrived(at: endpoint) }
        exchange = Exchange(endpoint: endpoint, head: head, fault: fault)
        let action = machine.headReceived(
            bodyBytesMax: endpoint.bodyBytesMax,
            announced: head.headers.first(name: "content-length").flatMap(Int.init),
            expectsContinue: head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" },
            keepsAlive: head.isKeepAlive, closesBeforeReading: fault?.kind == .closeBeforeReading)
        switch action {
        case .read: break
        case .continueAndRead: write(ByteBuffer(string: ReplyEncoder.goOn), context: context) { _ in }
        case .refuseBody: refuseBody(context: context)
        case .closeNow: context.close(promise: nil)
        }
    }

    private func bodyReceived(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        switch machine.bodyReceived(bytes: bytes.readableBytes) {
        case .keep: exchange?.body.writeImmutableBuffer(bytes)
        case .drop: break
        case .refuseBody: refuseBody(context: context)
        case .closeNow: context.close(promise: nil)
        }
    }

    private func refuseBody(context: ChannelHandlerContext) {
        guard let endpoint = exchange?.endpoint else { return context.close(promise: nil) }
        exchange = nil
        var reply = host.decide { provider, _ in provider.bodyRefused(at: endpoint) }
        reply.closes = true
        send(reply, context: context)
    }

    private func serve(context: ChannelHandlerContext) {
        guard let exchange else { return context.close(promise: nil) }
        self.exchange = nil
        let request = ProviderRequest(
            method: exchange.head.method.rawValue, path: String(exchange.head.uri.prefix { $0 != "?" }),
            authorization: exchange.head.headers.first(name: "authorization"),
            contentType: exchange.head.headers.first(name: "content-type"), body: exchange.body,
            origin: Self.origin(of: context.localAddress))
        send(
            host.decide { provider, now in provider.requestRead(request, fault: exchange.fault, at: now) },
            context: context)
    }

    /// Links point here whatever the Host header says: some clients send the provider's own name.
    private static func origin(of address: SocketAddress?) -> String {
        let port = address?.port ?? 0
        guard case .v6 = address else { return "http://127.0.0.1:\(port)" }
        return "http://[::1]:\(port)"
    }
}

// Writing. Each step runs on the connection's event loop.
extension ConnectionHandler {
    private func send(_ reply: ProviderReply, context: ChannelHandlerContext) {
        let isUneven = reply.bodyBytesSent != nil || reply.bodyBytesAnnounced != nil
        let announcesClose = reply.closes || isUneven
        let bytes = ReplyEncoder.encode(reply, body: host.content(of: reply.body), keepsAlive: !announcesClose)
        let closes = announcesClose || reply.delivery == .wholeThenClose
        switch reply.delivery {
        case .whole, .wholeThenClose: finish(bytes, closes: closes, context: context)
        case .late(let seconds):
            later(seconds, context: context) { $0.finish(bytes, closes: closes, context: $1) }
        case .inPieces(let count, let seconds):
            drip(bytes, count: count, seconds: seconds, closes: closes, context: context)
        case .cut(let count):
            let part = bytes.getSlice(at: bytes.readerIndex, length: min(count, bytes.readableBytes)) ?? ByteBuffer()
            write(part, context: context) { $0.close(promise: nil) }
        case .never: break
        case .close: context.close(promise: nil)
        }
    }

    private func drip(
        _ bytes: ByteBuffer, count: Int, seconds: Double, closes: Bool, context: ChannelHandlerContext
    ) {
        var rest = bytes
        guard let piece = rest.readSlice(length: count), rest.readableBytes > 0 else {
            return later(seconds, context: context) { $0.finish(bytes, closes: closes, context: $1) }
        }
        later(seconds, context: context) { handler, context in
            handler.write(piece, context: context) { _ in }
            handler.drip(rest, count: count, seconds: seconds, closes: closes, context: context)
        }
    }

    private func finish(_ bytes: ByteBuffer, closes: Bool, context: ChannelHandlerContext) {
        write(bytes, context: context) { _ in }
        switch machine.replySent(closes: closes) {
        case .readNext: readNext(context: context)
        case .waitForClose:
            later(Double(SimulatorLimits.discardingSecondsMax), context: context) { $1.close(promise: nil) }
        case .closeNow: write(ByteBuffer(), context: context) { $0.close(promise: nil) }
        }
    }

    private func readNext(context: ChannelHandlerContext) {
        // An answer that is ready at once comes back here: the loop goes on, the stack does not grow.
        guard !isReadingNext else { return }
        isReadingNext = true
        defer { isReadingNext = false }
        while !machine.isAnswering, let part = waiting.popFirst() { handle(part, context: context) }
        guard waiting.isEmpty, !machine.isAnswering else { return }
        context.channel.setOption(.autoRead, value: true).whenFailure { _ in }
    }

    private func write(
        _ bytes: ByteBuffer, context: ChannelHandlerContext, then act: @escaping (ChannelHandlerContext) -> Void
    ) {
        context.writeAndFlush(wrapOutboundOut(bytes)).assumeIsolated().whenComplete { _ in act(context) }
    }

    private func later(
        _ seconds: Double, context: ChannelHandlerContext,
        _ act: @escaping (ConnectionHandler, ChannelHandlerContext) -> Void
    ) {
        let delay = TimeAmount.nanoseconds(Int64(min(seconds, SimulatorLimits.secondsMax) * 1e9))
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            guard context.channel.isActive else { return }
            act(self, context)
        }
    }
}
