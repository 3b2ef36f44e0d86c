internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// A simulated provider on a loopback port. It listens until `shutdown`, or until nobody holds it any more.
package final class SimulatorServer: Sendable {
    package let port: Int
    /// Without a slash at its end: `http://127.0.0.1:PORT`.
    package let baseURL: String
    private let host: ProviderHost
    private let isShutDown = Atomic(false)
    private let listener: any Channel
    private let group: MultiThreadedEventLoopGroup
    private let courier: WebhookCourier

    private init(
        host: ProviderHost, courier: WebhookCourier, listener: any Channel, group: MultiThreadedEventLoopGroup
    ) {
        self.host = host
        self.courier = courier
        self.listener = listener
        self.group = group
        port = listener.localAddress?.port ?? 0
        let isV6 = listener.localAddress?.protocol == .inet6
        baseURL = isV6 ? "http://[::1]:\(port)" : "http://127.0.0.1:\(port)"
    }

    deinit {
        guard begunShutdown() else { return }
        courier.stop()
        group.shutdownGracefully { _ in }
    }

    /// Starts to listen. Throws `SimulatorError` for a configuration out of range, an address that is not loopback, or a
    /// port that is taken.
    package static func start(
        _ configuration: SimulatorConfiguration = SimulatorConfiguration(),
        clock: SimulatorClock = .startingNow()
    ) async throws -> SimulatorServer {
        try configuration.validate()
        let host = ProviderHost(configuration: configuration, clock: clock)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        do {
            let address = configuration.host == "localhost" ? "127.0.0.1" : configuration.host
            let listener = try await bootstrap(host: host, group: group).bind(host: address, port: configuration.port)
                .get()
            let courier = WebhookCourier(
                host: host, clock: clock, loop: group.next(), limitSeconds: configuration.webhookTimeLimit)
            return SimulatorServer(host: host, courier: courier, listener: listener, group: group)
        } catch {
            try? await group.shutdownGracefully()
            throw SimulatorError(
                .cannotListen, "cannot listen on \(configuration.host) port \(configuration.port)", cause: "\(error)")
        }
    }

    private static func bootstrap(host: ProviderHost, group: MultiThreadedEventLoopGroup) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
                    try channel.pipeline.syncOperations.addHandlers(decoder, ConnectionHandler(host: host))
                }
            }
    }

    /// Closes every connection and the port. Safe to call twice.
    package func shutdown() async {
        guard begunShutdown() else { return }
        courier.stop()
        try? await listener.close().get()
        try? await group.shutdownGracefully()
    }

    /// True for the first who asks: event loops that are gone never answer a second close.
    private func begunShutdown() -> Bool { !isShutDown.exchange(true, ordering: .sequentiallyConsistent) }

    /// What really happened until now.
    package var ledger: Ledger { host.decide { provider, now in provider.ledger(at: now) } }

    package var faults: FaultPlan { host.decide { provider, _ in provider.faults } }

    /// Replaces all rules.
    package func setFaults(_ plan: FaultPlan) { host.decide { provider, _ in provider.faultsReplaced(by: plan) } }

    /// Returns once so many requests of an endpoint were seen on a socket; false if the task is cancelled before.
    package func waitForCalls(_ endpoint: Endpoint, received count: Int) async -> Bool {
        await host.wait { $0.calls[endpoint]?.received ?? 0 >= count }
    }

    /// Returns once so many webhook deliveries have begun, and as many have had their outcome.
    package func waitForWebhooks(delivered count: Int) async -> Bool {
        await host.wait { provider in
            provider.webhooks.all.reduce(0) { $0 + $1.attempts - ($1.isInFlight ? 1 : 0) } >= count
        }
    }

    /// Returns once so many requests of an endpoint were read and had their effect.
    package func waitForCalls(_ endpoint: Endpoint, read count: Int) async -> Bool {
        await host.wait { $0.calls[endpoint]?.read ?? 0 >= count }
    }
}
