import EngineCore
import Logging
import NIOCore
import PoseWire

/// One connection of a caller: runs PoseWire's `ConnectionStateMachine` over a channel.
///
/// Bytes come in, whole frames go to the machine, and what it says is done at once, on the event loop: no task and no `await` for a request.
/// What a batch of reads has to say leaves in one write. The parts: `+Calls` is what methods use, `+Sending` how frames leave and who has
/// his turn, `+Ending` every way in which a connection ends, `+Timers` who waited too long.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// -> ending, closed
        case live
        /// END on call 0 or the end of a drain is on its way; what comes is thrown away. -> closed
        case ending
        case closed
    }

    let hub: EventLoopHub
    var services: ServerServices { hub.services }
    var logger: Logger
    var phase = Phase.live
    var machine: ConnectionStateMachine
    var decoder: FrameDecoder
    var timers: ConnectionTimers
    var context: ChannelHandlerContext?
    /// Who calls; nobody until HELLO was accepted, and where only health may be asked for.
    var identity = CallerIdentity(name: "", tokenDigests: [])
    var caller: String { identity.name }
    /// The largest frame that the client takes.
    var peerFrameBytesMax = WireLimits.frameBytesDefault
    var isHealthOnly = false
    var calls: [UInt32: Call] = [:]
    /// Set by the hub while a batch is handed out.
    var isTouched = false
    var isSettling = false

    // What reading waits for.
    var isAdmitted = false
    var inputHasEnded = false
    var isStalled = false
    var waitsForMemory = false
    var isReadHeld = false
    /// Bytes of the frame that is being read, taken from the budget of all connections.
    var reservedBytes = 0
    /// Bytes of uploads that wait for the disk.
    var unwrittenUploadBytes = 0

    // What waits for the transport.
    var unsent = Unsent()
    var streams: [StatusStreamCall] = []
    var streamsWithNews: [StatusStreamCall] = []
    var downloads = DownloadTurns()
    /// Uploads that have not had their last DATA.
    var uploads: [Upload] = []

    // Timers.
    var tick: Scheduled<Void>?
    var tickAt: Int64 = .max
    var goAwayError: WireError?
    var discardedBytes = 0

    init(hub: EventLoopHub) {
        self.hub = hub
        let configuration = hub.services.configuration
        let limits = configuration.limits
        logger = hub.services.logger
        machine = ConnectionStateMachine(callsMax: Int(limits.maxCalls), streamsMax: Int(limits.maxStreams))
        decoder = FrameDecoder(from: .client, frameBytesMax: limits.maxFrameBytes)
        timers = ConnectionTimers(limits: limits, random: .random(in: .min ... .max), at: hub.now)
    }

    // MARK: the channel's events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { opened() }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        opened()
        context.fireChannelActive()
    }

    private func opened() {
        guard !isAdmitted, phase == .live else { return }
        logger[metadataKey: "peer"] = "\(context?.remoteAddress?.description ?? "?")"
        isAdmitted = services.admission.takeConnection()
        hub.add(self)
        if !isAdmitted {
            end(
                WireError(
                    .tooManyConnections, "this server has all the connections that it takes; try again later",
                    retryAfterMilliseconds: PoseServerLimits.connectionRetryMilliseconds))
        }
        scheduleTick()
    }

    func channelInactive(context: ChannelHandlerContext) {
        closed()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection failed", metadata: ["error": "\(error)"])
        abandon()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard phase == .live else { return discard(bytes.readableBytes) }
        timers.bytesRead(at: hub.now)
        decoder.append(&bytes)
        takeFrames()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        settle()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { allStreamsHaveNews() }
        settle()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { inputEnded() }
        context.fireUserInboundEventTriggered(event)
    }

    /// The channel asks to read on.
    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadHeld = true }
    }

    // MARK: frames

    /// Takes all whole frames that may be taken now.
    func takeFrames() {
        isStalled = false
        do throws(WireError) {
            while phase == .live, let header = try decoder.nextHeader() {
                guard machine.mayTake(header), !isBackedUp else {
                    isStalled = true
                    break
                }
                guard hasMemory(for: header), let frame = try decoder.next() else { break }
                timers.frameEnded()
                try take(frame)
            }
        } catch {
            protocolErrorFound(error)
        }
        timers.framesTaken(isInsideFrame: decoder.isInsideFrame, at: hub.now)
    }

    /// Takes a large frame's bytes from the budget before its payload is read. False: there is no room, and reading waits.
    private func hasMemory(for header: FrameHeader) -> Bool {
        let bytes = header.payloadBytes
        guard decoder.isInsideFrame, bytes > PoseServerLimits.uncountedFrameBytesMax, reservedBytes == 0 else {
            return true
        }
        let hub = NIOLoopBound(hub, eventLoop: hub.eventLoop)
        let eventLoop = self.hub.eventLoop
        waitsForMemory = !services.admission.reserve(bytes) { eventLoop.execute { hub.value.memoryFreed() } }
        if !waitsForMemory { reservedBytes = bytes }
        return !waitsForMemory
    }

    func memoryFreed() {
        guard waitsForMemory, phase == .live else { return }
        waitsForMemory = false
        takeFrames()
        settle()
    }

    private func take(_ frame: Frame) throws(WireError) {
        let held = reservedBytes
        reservedBytes = 0
        defer { services.admission.release(held) }
        let header = frame.header
        switch try machine.frameReceived(header, at: hub.now) {
        case .judgeHello: judgeHello(frame.payload)
        case .start(let method): start(method, frame)
        case .refuse(let error): sendEnd(header.call, error)
        case .takeData(let isLast): dataReceived(header.call, frame.payload, isLast: isLast)
        case .cancel: if let call = calls[header.call] { fail(call, .callCancelled) }
        case .sendPong: sendRaw(.pong, payload: frame.payload)
        case .goAwayAndClose(let reason): goAwayAndClose(reason)
        case .ignore: break
        }
    }

    // MARK: opening

    private func judgeHello(_ payload: ByteBuffer) {
        do throws(WireError) {
            let hello: Hello
            do throws(WireError) {
                hello = try hub.codec.unpack(Hello.self, from: payload)
            } catch {
                throw WireError(.helloInvalid, error.message, field: error.field)
            }
            try ConnectionStateMachine.judge(hello)
            try identify(hello)
        } catch {
            end(error)
        }
    }

    /// The peer's own address as the system tells it: what a peer says of itself does not count.
    private var isLoopbackPeer: Bool {
        guard let address = context?.channel.remoteAddress?.ipAddress else { return false }
        return address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
    }

    private func identify(_ hello: Hello) throws(WireError) {
        switch services.authentication.judge(token: hello.token, isLoopbackPeer: isLoopbackPeer) {
        case .refused:
            logger.warning("token refused", metadata: ["client": "\(hello.clientName)"])
            throw .tokenInvalid
        case .healthOnly:
            isHealthOnly = true
        case .caller(let identity):
            self.identity = identity
            logger[metadataKey: "caller"] = "\(caller)"
        }
        if hello.maxFrameBytes > 0 { peerFrameBytesMax = hello.maxFrameBytes }
        machine.helloAccepted(healthOnly: isHealthOnly)
        timers.welcomed()
        timers.requestTaken(at: hub.now)
        let cursor = isHealthOnly ? 0 : services.engine.board.cursor
        send(Welcome(services.configuration, cursor: cursor), as: .welcome)
    }
}
