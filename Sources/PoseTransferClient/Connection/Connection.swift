internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// One open connection behind its WELCOME. Any task may make calls on it; all of them share it.
final class Connection: Sendable {
    let eventLoop: any EventLoop
    let server: ServerInformation
    private let channel: any Channel
    private let handler: NIOLoopBound<ConnectionHandler>
    private let condition: ConnectionCondition

    init(
        channel: any Channel, handler: NIOLoopBound<ConnectionHandler>, server: ServerInformation,
        condition: ConnectionCondition
    ) {
        self.channel = channel
        self.handler = handler
        self.server = server
        self.condition = condition
        eventLoop = channel.eventLoop
    }

    /// Whether new calls may begin here: it is open, and the server has not said that it goes away.
    var takesCalls: Bool { condition.takesCalls.load(ordering: .acquiring) }
    /// Whether any call has been answered here.
    var hasServed: Bool { condition.hasServed.load(ordering: .acquiring) }

    /// Begins a call. Where the connection is over the call ends at once, as lost and not sent.
    func start(_ request: CallRequest) -> Call {
        let call = Call(connection: self)
        eventLoop.execute { self.handler.value.start(call, request) }
        return call
    }

    func cancel(_ call: Call) {
        eventLoop.execute { self.handler.value.cancel(call) }
    }

    func roomCame(for call: Call) {
        eventLoop.execute { self.handler.value.roomCame(for: call) }
    }

    func close() {
        channel.close(promise: nil)
    }

    /// Returns when it is closed.
    func closed() async {
        try? await channel.closeFuture.get()
    }

    var isOpen: Bool { channel.isActive }
}

/// What other threads may know of a connection.
final class ConnectionCondition: Sendable {
    let takesCalls = Atomic(false)
    let hasServed = Atomic(false)
}
