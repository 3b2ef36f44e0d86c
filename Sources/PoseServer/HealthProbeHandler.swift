import NIOCore
import PoseWire

/// HELLO and the one call go out together; the first frame of that call decides.
final class HealthProbeHandler: ChannelInboundHandler {
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
