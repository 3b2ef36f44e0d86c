internal import Logging
internal import NIOCore
internal import PoseWire
internal import Synchronization

/// Runs PoseWire's client machine on a channel: cuts bytes into frames, asks the machine, and does what it says. Everything
/// in it happens on the channel's event loop.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Entry {
        var call: Call
        var method: WireMethod
        /// What is not sent yet of an upload.
        var upload: ByteBuffer?
    }

    let hello: Hello
    let address: String
    let condition: ConnectionCondition
    let welcome: OneTimeValue<Welcome>
    let logger: Logger
    let codec = WireCodec()
    var machine = ClientConnectionStateMachine()
    var decoder = FrameDecoder(from: .server, frameBytesMax: ClientLimits.frameBytesMax)
    var entries: [UInt32: Entry] = [:]
    var ids: [ObjectIdentifier: UInt32] = [:]
    var keepalive: Keepalive
    var keepaliveTimer: RepeatedTask?
    /// Calls whose reader has more than enough. While there is one nothing is read.
    private var fullCalls: Set<UInt32> = []
    private var readWaits = false
    /// Why the connection ends, where it is known before it is closed.
    private var ending: PoseTransferError?
    private(set) var context: ChannelHandlerContext?

    init(
        hello: Hello, keepaliveInterval: TimeAmount, address: String, condition: ConnectionCondition,
        welcome: OneTimeValue<Welcome>, logger: Logger
    ) {
        self.hello = hello
        self.address = address
        self.condition = condition
        self.welcome = welcome
        self.logger = logger
        keepalive = Keepalive(interval: keepaliveInterval)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { sayHello(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        sayHello(context)
    }

    private func sayHello(_ context: ChannelHandlerContext) {
        write { buffer throws(WireError) in try codec.write(hello, as: .hello, to: &buffer) }
    }

    func read(context: ChannelHandlerContext) {
        if fullCalls.isEmpty { context.read() } else { readWaits = true }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        keepalive.bytesReceived(at: .now())
        decoder.append(&bytes)
        do throws(WireError) {
            while let frame = try decoder.next() { try take(frame) }
        } catch {
            end(.protocolViolation(error.message, cause: error))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        closed(ending ?? .connectionLost("the server at \(address) closed it"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.connectionLost("\(error)", cause: error))
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Ends the connection for a reason of this side, or one that the server has told.
    func end(_ error: PoseTransferError) {
        ending = ending ?? error
        condition.takesCalls.store(false, ordering: .releasing)
        context?.close(promise: nil)
    }

    private func closed(_ error: PoseTransferError) {
        condition.takesCalls.store(false, ordering: .releasing)
        keepaliveTimer?.cancel()
        _ = machine.closed()
        let open = entries.values
        entries.removeAll()
        ids.removeAll()
        fullCalls.removeAll()
        welcome.fulfil(.failure(opening(error)))
        for entry in open { entry.call.end(.lost(error, requestSent: true)) }
        if !open.isEmpty { logger.debug("connection lost", metadata: ["calls": "\(open.count)"]) }
    }

    /// Before WELCOME there was no connection to lose.
    private func opening(_ error: PoseTransferError) -> PoseTransferError {
        guard error.code != .refused else { return error }
        let what =
            error.code == .protocolViolation
            ? "what listens there does not speak this protocol" : "it was closed before the server's WELCOME"
        return .cannotConnect(address, what, cause: error)
    }

    // MARK: Calls

    func start(_ call: Call, _ request: CallRequest) {
        guard context != nil, let id = machine.startCall(request.method.shape) else {
            call.end(.lost(ending ?? .connectionLost("it takes no more calls"), requestSent: false))
            return
        }
        do throws(WireError) {
            var buffer = ByteBuffer()
            try request.write(codec, call: id, to: &buffer)
            entries[id] = Entry(call: call, method: request.method, upload: request.upload)
            ids[ObjectIdentifier(call)] = id
            context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            if request.upload != nil { sendChunk(of: id) }
        } catch {
            machine.abandon(id)
            call.end(.gaveUp(.invalidRequest(error.field, error.message)))
        }
    }

    /// Hands over the next piece of an upload; the one after it follows when this one is on its way.
    private func sendChunk(of id: UInt32) {
        guard let context, var rest = entries[id]?.upload else { return }
        guard let chunk = rest.readSlice(length: min(rest.readableBytes, WireLimits.dataBytesMax)) else { return }
        let isLast = rest.readableBytes == 0
        entries[id]?.upload = isLast ? nil : rest
        var header = ByteBuffer()
        FrameHeader(.data, hasMore: !isLast, call: id, payloadBytes: chunk.readableBytes).write(to: &header)
        context.write(wrapOutboundOut(header), promise: nil)
        let promise = context.eventLoop.makePromise(of: Void.self)
        if !isLast {
            promise.futureResult.assumeIsolated().whenSuccess { self.sendChunk(of: id) }
        }
        context.writeAndFlush(wrapOutboundOut(chunk), promise: promise)
    }

    func cancel(_ call: Call) {
        guard let id = ids[ObjectIdentifier(call)] else { return }
        giveUp(id)
    }

    /// Forgets a call and tells the server so.
    func giveUp(_ id: UInt32) {
        machine.abandon(id)
        remove(id)
        write { buffer in FrameHeader(.cancel, call: id).write(to: &buffer) }
    }

    func roomCame(for call: Call) {
        guard let id = ids[ObjectIdentifier(call)] else { return }
        isFull(id, false)
    }

    func isFull(_ id: UInt32, _ isFull: Bool) {
        if isFull { fullCalls.insert(id) } else { fullCalls.remove(id) }
        keepalive.readingPaused(!fullCalls.isEmpty, at: .now())
        guard fullCalls.isEmpty, readWaits else { return }
        readWaits = false
        context?.read()
    }

    /// The call's end is known. A connection that goes away closes behind its last call.
    func remove(_ id: UInt32) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        ids[ObjectIdentifier(entry.call)] = nil
        isFull(id, false)
        if entries.isEmpty && !machine.takesCalls { context?.close(promise: nil) }
    }

    func write(_ build: (inout ByteBuffer) throws(WireError) -> Void) {
        do throws(WireError) {
            var buffer = ByteBuffer()
            try build(&buffer)
            context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        } catch {
            end(.invalidRequest(error.field, error.message))
        }
    }
}
