import NIOCore
import NIOPosix
import PoseWire

/// Asks a server on some address for CheckHealth, as any client would, without a token: what a container's health check runs.
package enum HealthProbe {
    package enum Finding: Sendable, Equatable {
        case serving
        case notServing(String)
    }

    /// `timeoutMilliseconds` for everything together.
    package static func ask(host: String, port: Int, timeoutMilliseconds: Int64) async -> Finding {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: Finding.self)
        let timeout = loop.scheduleTask(in: .milliseconds(timeoutMilliseconds)) {
            answer.succeed(.notServing("no answer within \(timeoutMilliseconds) ms"))
        }
        let connecting = ClientBootstrap(group: loop)
            .connectTimeout(.milliseconds(timeoutMilliseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HealthProbeHandler(answer: answer))
                }
            }
            .connect(host: host, port: port)
        connecting.whenFailure { answer.succeed(.notServing("cannot connect to \(host):\(port): \($0)")) }
        let finding = (try? await answer.futureResult.get()) ?? .notServing("no answer")
        timeout.cancel()
        connecting.whenSuccess { $0.close(promise: nil) }
        return finding
    }
}

/// HELLO and the one call go out together; the first frame of that call decides.
private final class HealthProbeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: EventLoopPromise<HealthProbe.Finding>
    private let codec = WireCodec()
    private var decoder = FrameDecoder(from: .server)

    init(answer: EventLoopPromise<HealthProbe.Finding>) { self.answer = answer }

    func channelActive(context: ChannelHandlerContext) {
        var hello = Hello()
        hello.minVersion = 1
        hello.maxVersion = 1
        hello.clientName = "posetransferd health"
        var bytes = ByteBuffer()
        do {
            try codec.write(hello, as: .hello, to: &bytes)
            try codec.write(
                CheckHealthRequest(), as: .request, method: WireMethod.checkHealth.rawValue, call: 1, to: &bytes)
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        } catch {
            answer.succeed(.notServing("\(error.message)"))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        decoder.append(&bytes)
        do {
            while let frame = try decoder.next() { try took(frame) }
        } catch {
            answer.succeed(.notServing("\(error)"))
        }
    }

    private func took(_ frame: Frame) throws(WireError) {
        switch frame.header.kind {
        case .response:
            let response = try codec.unpack(CheckHealthResponse.self, from: frame.payload)
            answer.succeed(
                response.isServing ? .serving : .notServing("the server is not serving: \(response.message)"))
        case .end:
            let status = try codec.unpack(Status.self, from: frame.payload)
            answer.succeed(.notServing("\(status.reason): \(status.message)"))
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.succeed(.notServing("the server closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.succeed(.notServing("\(error)"))
        context.close(promise: nil)
    }
}
