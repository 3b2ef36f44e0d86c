package import EngineCore
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// The server of the wire protocol: listens, and runs a `ConnectionHandler` for each connection.
///
/// `run` returns when a graceful shutdown has drained all connections (wire document, section 6).
package final class PoseServer: Service {
    private let services: ServerServices
    private let group: MultiThreadedEventLoopGroup
    private let started = Mutex<Started?>(nil)

    private struct Started {
        let listener: any Channel
        let hubs: [Hub]
    }

    private struct Hub: Sendable {
        let eventLoop: any EventLoop
        let bound: NIOLoopBound<EventLoopHub>
    }

    /// `settings`: what the engine works with, for DescribeServer. `auditLogger`: gets one line for each call of an operator.
    package init(
        configuration: PoseServerConfiguration, settings: EngineSettings, ports: ServerPorts, logger: Logger,
        auditLogger: Logger
    ) {
        let loops = configuration.eventLoops > 0 ? configuration.eventLoops : System.coreCount
        group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        services = ServerServices(
            configuration: configuration, settings: settings, ports: ports,
            pool: NIOThreadPool(numberOfThreads: PoseServerLimits.diskThreads), logger: logger,
            auditLogger: auditLogger)
    }

    /// Begins to listen and gives the port. Without it `run` does so; a program calls it first to fail early and to learn the port.
    @discardableResult package func listen() async throws -> Int {
        if let started = started.withLock({ $0 }) { return started.listener.localAddress?.port ?? 0 }
        services.pool.start()
        var hubs: [Hub] = []
        for loop in group.makeIterator() { hubs.append(try await makeHub(on: loop)) }
        let listener = try await bindOrExplain(hubs)
        started.withLock { $0 = Started(listener: listener, hubs: hubs) }
        let port = listener.localAddress?.port ?? 0
        services.logger.info("listening", metadata: ["host": "\(services.configuration.host)", "port": "\(port)"])
        return port
    }

    private func makeHub(on loop: any EventLoop) async throws -> Hub {
        let services = services
        return try await loop.submit {
            let hub = EventLoopHub(eventLoop: loop, services: services)
            hub.register()
            return Hub(eventLoop: loop, bound: NIOLoopBound(hub, eventLoop: loop))
        }.get()
    }

    private func bindOrExplain(_ hubs: [Hub]) async throws -> any Channel {
        do {
            return try await bind(hubs)
        } catch {
            let (host, port) = (services.configuration.host, services.configuration.port)
            try? await services.pool.shutdownGracefully()
            try? await group.shutdownGracefully()
            throw PoseServerError(
                .cannotListen, "cannot listen on \(host):\(port); is another server there?", cause: error)
        }
    }

    private func bind(_ hubs: [Hub]) async throws -> any Channel {
        let byLoop = Dictionary(
            hubs.map { (ObjectIdentifier($0.eventLoop), $0.bound) }, uniquingKeysWith: { first, _ in first })
        let waterMark = ChannelOptions.Types.WriteBufferWaterMark(
            low: PoseServerLimits.unsentBytesResume, high: PoseServerLimits.unsentBytesMax - 1)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: waterMark)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let hub = byLoop[ObjectIdentifier(channel.eventLoop)]?.value else { return }
                    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(hub: hub))
                }
            }
            .bind(host: services.configuration.host, port: services.configuration.port).get()
    }

    package func run() async throws {
        try await listen()
        guard let listener = started.withLock({ $0?.listener }) else { return }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await listener.closeFuture.get()
            } onGracefulShutdown: {
                listener.close(promise: nil)
            }
        } onCancel: {
            listener.close(promise: nil)
        }
        await drain()
    }

    /// Connections that are open now.
    package var connections: Int { services.admission.connections }

    /// Tells that ended tasks were removed from the disk; the board forgets them too. From any thread.
    package func tasksRemoved(_ ids: [TaskID]) { services.tasksRemoved(ids) }

    /// Ends `run` as a graceful shutdown does.
    package func beginShutdown() { started.withLock { $0?.listener.close(promise: nil) } }

    private func drain() async {
        services.logger.info("draining", metadata: ["connections": "\(services.admission.connections)"])
        let hubs = started.withLock { $0?.hubs ?? [] }
        let empty = hubs.map { hub in
            hub.eventLoop.flatSubmit { hub.bound.value.drain(closingAfter: self.drainMilliseconds) }
        }
        for future in empty { try? await future.get() }
        services.engine.beginDrain()
        try? await services.pool.shutdownGracefully()
        try? await group.shutdownGracefully()
    }

    /// What a connection may take to end: its calls, then what the peer still reads.
    private var drainMilliseconds: Int64 {
        let limits = services.configuration.limits
        return Int64(limits.drainTimeoutMilliseconds) + PoseServerLimits.discardMilliseconds
            + PoseServerLimits.drainGraceMilliseconds
    }
}
