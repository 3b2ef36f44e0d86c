import Logging
import NIOCore
import NIOEmbedded
import PoseWire
import Testing

@testable import PoseTransferClient

/// The handler on a channel without a socket: what it reads, and what it leaves unread, is seen exactly.
@Suite struct BackPressureTests {
    /// Stands before the handler and counts the reads that it lets pass.
    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var reads = 0
        func read(context: ChannelHandlerContext) {
            reads += 1
            context.read()
        }
    }

    private struct Site {
        let channel = EmbeddedChannel()
        let counter = ReadCounter()
        let codec = WireCodec()
        let handler: ConnectionHandler
        let connection: Connection

        init() throws {
            var hello = Hello()
            (hello.minVersion, hello.maxVersion) = (1, 1)
            let condition = ConnectionCondition()
            handler = ConnectionHandler(
                hello: hello, keepaliveInterval: .seconds(10), address: "here", condition: condition,
                welcome: OneTimeValue(eventLoop: channel.eventLoop), logger: Logger(label: "test"))
            connection = Connection(
                channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop),
                server: ServerInformation(Welcome()), condition: condition)
            try channel.pipeline.syncOperations.addHandlers([counter, handler])
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
            var welcome = Welcome()
            welcome.version = 1
            try receive(welcome, .welcome)
        }

        func receive(_ message: some WireMessage, _ kind: FrameKind, _ call: UInt32 = 0) throws {
            var buffer = ByteBuffer()
            try codec.write(message, as: kind, call: call, to: &buffer)
            try channel.writeInbound(buffer)
        }

        func receiveData(_ count: Int, _ call: UInt32) throws {
            var buffer = ByteBuffer()
            FrameHeader(.data, hasMore: true, call: call, payloadBytes: count).write(to: &buffer)
            buffer.writeRepeatingByte(1, count: count)
            try channel.writeInbound(buffer)
        }

        /// The kinds of the frames that were sent since the last look.
        func sent() throws -> [FrameKind] {
            var decoder = FrameDecoder(from: .client)
            while var buffer = try channel.readOutbound(as: ByteBuffer.self) { decoder.append(&buffer) }
            var kinds: [FrameKind] = []
            while let frame = try decoder.next() { kinds.append(frame.header.kind) }
            return kinds
        }

        func start(_ request: CallRequest) -> Call {
            let call = connection.start(request)
            channel.embeddedEventLoop.run()
            return call
        }
    }

    @Test func aSlowSinkStopsTheReadingUntilThereIsRoom() async throws {
        let site = try Site()
        let call = site.start(.fetchResult(FetchResultRequest()))
        try site.receive(ResultHeader(), .response, 1)
        let chunks = ClientLimits.waitingResultBytesMax / ClientLimits.dataBytesMax
        for _ in 0..<chunks { try site.receiveData(ClientLimits.dataBytesMax, 1) }
        let before = site.counter.reads
        site.channel.read()
        #expect(site.counter.reads == before)
        // The header and all chunks but the last are taken: below the mark the read that waited goes out.
        for _ in 0..<chunks { _ = await call.next() }
        site.channel.embeddedEventLoop.run()
        #expect(site.counter.reads == before + 1)
        _ = try site.channel.finish(acceptAlreadyClosed: true)
    }

    @Test func whoGivesUpASlowDownloadLetsTheReadingGoOn() throws {
        let site = try Site()
        let call = site.start(.fetchResult(FetchResultRequest()))
        try site.receive(ResultHeader(), .response, 1)
        for _ in 0..<8 { try site.receiveData(ClientLimits.dataBytesMax, 1) }
        let before = site.counter.reads
        site.channel.read()
        call.giveUp(.cancelled)
        site.channel.embeddedEventLoop.run()
        #expect(site.counter.reads == before + 1)
        #expect(try site.sent().last == .cancel)
        _ = try site.channel.finish(acceptAlreadyClosed: true)
    }

    @Test func aReaderOfEventsThatIsTooSlowGivesUpItsCallAndNotTheReading() throws {
        let site = try Site()
        let call = site.start(.streamStatus(StreamStatusRequest()))
        for sequence in 1...UInt64(ClientLimits.waitingEventsMax) {
            try site.receive(lifeEvent(sequence, last: 9_999), .item, 1)
        }
        #expect(try site.sent() == [.hello, .request])
        try site.receive(lifeEvent(9_998, last: 9_999), .item, 1)
        #expect(try site.sent() == [.cancel])
        #expect(call.hasEnded)
        let before = site.counter.reads
        site.channel.read()
        #expect(site.counter.reads == before + 1)
        _ = try site.channel.finish(acceptAlreadyClosed: true)
    }

    @Test func anUploadHasOneChunkOnItsWayAtATime() throws {
        let site = try Site()
        let content = ByteBuffer(repeating: 1, count: 3 * ClientLimits.dataBytesMax + 1)
        _ = site.start(.putImage(PutImageRequest(), content: content))
        site.channel.embeddedEventLoop.run()
        #expect(try site.sent() == [.hello, .request, .data, .data, .data, .data])
        _ = try site.channel.finish(acceptAlreadyClosed: true)
    }

    @Test func aPingIsAnswered() throws {
        let site = try Site()
        _ = try site.sent()
        var buffer = ByteBuffer()
        FrameHeader(.ping, payloadBytes: 3).write(to: &buffer)
        buffer.writeString("abc")
        try site.channel.writeInbound(buffer)
        #expect(try site.sent() == [.pong])
        _ = try site.channel.finish(acceptAlreadyClosed: true)
    }
}
