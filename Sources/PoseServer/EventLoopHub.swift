import EngineCore
import NIOCore
import PoseWire

/// What the connections of one event loop share: the way to the engine and back, the streams that listen, and the memory for frames.
///
/// The engine's batches come with one `execute` each; a batch first goes to all whom it concerns, then each of them writes once.
final class EventLoopHub {
    let eventLoop: any EventLoop
    let services: ServerServices
    let codec = WireCodec()
    /// Frames on their way out, all of the one connection that is the `writer`.
    var outbound = ByteBuffer()
    /// From its first frame to its flush.
    private(set) var writer: ConnectionHandler?

    private var sink = 0
    private var nextToken: UInt64 = 1
    private var waiting: [UInt64: (connection: ConnectionHandler, call: Call)] = [:]
    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    /// Connections that a batch has touched, each once.
    private var touched: [ConnectionHandler] = []
    private var streamsByTask: [TaskID: [StatusStreamCall]] = [:]
    private var streamsByCaller: [String: [StatusStreamCall]] = [:]
    private var streamsOfEverybody: [StatusStreamCall] = []
    private(set) var isDraining = false
    private var whenEmpty: [EventLoopPromise<Void>] = []
    /// The highest cursor of which this loop has seen the event.
    private(set) var deliveredCursor: UInt64 = 0

    init(eventLoop: any EventLoop, services: ServerServices) {
        self.eventLoop = eventLoop
        self.services = services
    }

    /// On the event loop, before the first connection.
    func register() {
        let hub = NIOLoopBound(self, eventLoop: eventLoop)
        deliveredCursor = services.engine.board.cursor
        sink = services.engine.register(LoopSink(eventLoop: eventLoop, hub: hub))
        services.removals.add { [eventLoop] ids in eventLoop.execute { hub.value.tasksRemoved(ids) } }
    }

    /// Milliseconds on the event loop's clock.
    var now: Int64 { Int64(clamping: eventLoop.now.uptimeNanoseconds / 1_000_000) }

    /// Before each frame. What another connection has gathered leaves first: nobody is ever sent another's frames.
    func beginFrame(of connection: ConnectionHandler) {
        while let writer, writer !== connection { writer.flush() }
        writer = connection
    }

    func takeOutbound() -> ByteBuffer {
        writer = nil
        var bytes = ByteBuffer()
        swap(&bytes, &outbound)
        return bytes
    }

    /// The memory of what was handed over is used again (a copy of it, where the transport still holds it), unless it has grown large.
    func giveBack(_ bytes: consuming ByteBuffer) {
        guard outbound.capacity == 0, bytes.capacity <= PoseServerLimits.keptBufferBytesMax else { return }
        outbound = bytes
        outbound.clear()
    }

    // MARK: the way to the engine and back

    func ask(_ request: EngineRequest, for call: Call, of connection: ConnectionHandler) {
        let token = nextToken
        nextToken += 1
        waiting[token] = (connection, call)
        services.engine.send(request, token: token, sink: sink)
    }

    func take(_ batch: EngineBatch) {
        for (token, answer) in batch.answers {
            guard let (connection, call) = waiting.removeValue(forKey: token) else { continue }
            connection.engineAnswered(call, answer)
            touch(connection)
        }
        for event in batch.events { show(event) }
        settleTouched()
    }

    private func show(_ event: TaskEvent) {
        if !event.isTransient { deliveredCursor = max(deliveredCursor, event.cursor) }
        for stream in streamsByTask[event.task] ?? [] { show(event, to: stream) }
        for stream in streamsByCaller[event.caller] ?? [] { show(event, to: stream) }
        for stream in streamsOfEverybody { show(event, to: stream) }
    }

    private func show(_ event: TaskEvent, to stream: StatusStreamCall) {
        stream.eventArrived(event, delivered: deliveredCursor)
        touch(stream.connection)
    }

    /// Streams that still wait for one of them end.
    func tasksRemoved(_ ids: Set<TaskID>) {
        for id in ids {
            for stream in streamsByTask[id] ?? [] {
                stream.taskRemoved(id)
                touch(stream.connection)
            }
        }
        settleTouched()
    }

    private func touch(_ connection: ConnectionHandler) {
        if connection.isTouched { return }
        connection.isTouched = true
        touched.append(connection)
    }

    private func settleTouched() {
        let batch = touched
        touched.removeAll(keepingCapacity: true)
        for connection in batch {
            connection.isTouched = false
            connection.settle()
        }
    }

    // MARK: who listens

    func add(_ stream: StatusStreamCall) {
        switch stream.audience {
        case .everybody: streamsOfEverybody.append(stream)
        case .caller(let name): streamsByCaller[name, default: []].append(stream)
        case .tasks(let ids): for id in ids { streamsByTask[id, default: []].append(stream) }
        }
    }

    func remove(_ stream: StatusStreamCall) {
        switch stream.audience {
        case .everybody: streamsOfEverybody.removeAll { $0 === stream }
        case .caller(let name):
            streamsByCaller[name]?.removeAll { $0 === stream }
            if streamsByCaller[name]?.isEmpty == true { streamsByCaller[name] = nil }
        case .tasks(let ids): for id in ids { removeListener(stream, of: id) }
        }
    }

    private func removeListener(_ stream: StatusStreamCall, of id: TaskID) {
        streamsByTask[id]?.removeAll { $0 === stream }
        if streamsByTask[id]?.isEmpty == true { streamsByTask[id] = nil }
    }

    // MARK: connections

    func add(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = connection
        if isDraining { connection.goAway(.draining) }
    }

    func remove(_ connection: ConnectionHandler) {
        connections[ObjectIdentifier(connection)] = nil
        if connections.isEmpty { succeedWaiting() }
    }

    /// Request memory came free: who waits for some asks again.
    func memoryFreed() {
        for connection in Array(connections.values) { connection.memoryFreed() }
    }

    /// Begins the end of every connection; the future is there when the last one is closed. What is open `closingAfter` milliseconds later
    /// is closed at once.
    func drain(closingAfter milliseconds: Int64) -> EventLoopFuture<Void> {
        isDraining = true
        let promise = eventLoop.makePromise(of: Void.self)
        whenEmpty.append(promise)
        let closing = eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) { [self] in
            for connection in Array(connections.values) { connection.abandon() }
        }
        promise.futureResult.assumeIsolated().whenComplete { _ in closing.cancel() }
        for connection in Array(connections.values) { connection.goAway(.draining) }
        if connections.isEmpty { succeedWaiting() }
        return promise.futureResult
    }

    private func succeedWaiting() {
        for promise in whenEmpty { promise.succeed() }
        whenEmpty = []
    }
}

/// The engine's end of a hub: hands a batch over and returns.
private struct LoopSink: EngineSink {
    let eventLoop: any EventLoop
    let hub: NIOLoopBound<EventLoopHub>

    func deliver(_ batch: EngineBatch) {
        eventLoop.execute { hub.value.take(batch) }
    }
}
