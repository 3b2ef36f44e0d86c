import EngineConfiguration
import EngineCore
package import HTTPTransport
package import Logging
package import PoseServer
package import ServiceLifecycle
import SystemPorts
package import TaskStore

/// The parts of one running service, wired to each other: what the program runs, and what a test starts inside itself.
package struct ServiceParts {
    /// The engine's thread. It is to outlive the server: a submit that the server took is answered by it.
    package let engine: EngineService
    package let server: PoseServer
    package let housekeeping: HousekeepingService
    /// Yields once, when the engine has recovered: the server is to listen from then on, so that its first answer knows every task.
    package let recovered: AsyncStream<Void>

    /// All that runs, with `listener`, in the order of the start: a shutdown goes the other way, so that the engine ends last.
    package func services(listener: any Service) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        [
            .init(service: engine, failureTerminationBehavior: .cancelGroup),
            .init(service: housekeeping),
            .init(service: listener, failureTerminationBehavior: .gracefullyShutdownGroup),
        ]
    }
}

extension Composition {
    /// Makes the parts over an open store. `requestDrain` is called at most once, when an operator asks for the service's end. Throws what a
    /// backend throws for its settings.
    package func parts(
        over store: TaskStore, _ transport: any HTTPTransport, logger: Logger, auditLogger: Logger,
        requestDrain: @escaping @Sendable () -> Void
    ) throws -> ServiceParts {
        let backends = try backends()
        let clock = SystemClock()
        let fetcher = RemoteImages(transport: transport, hosts: inputHosts)
        let settings = engineSettings(backends)
        let limits = configuration.server.limits
        let engine = Engine(
            settings: settings,
            runner: BackendRunner(
                backends: backends, images: store.images, fetcher: fetcher,
                imageBytesMax: Int64(limits.imageBytesMax), imagePixelsMax: Int64(limits.imagePixelsMax),
                patience: { try? await Task.sleep(for: .milliseconds(EngineLimits.callMillisecondsMax)) }),
            clock: clock, random: SystemRandom(), doorbell: ThreadDoorbell(), logger: logger)
        let (recovered, isRecovered) = AsyncStream.makeStream(of: Void.self)
        let drain = configuration.server.timeouts.drainMilliseconds
        let service = EngineService(engine: engine, journal: store.journal, drainMilliseconds: drain) {
            isRecovered.yield()
            isRecovered.finish()
        }
        let server = PoseServer(
            configuration: serverConfiguration(instanceID: store.instanceID), settings: settings,
            ports: ServerPorts(
                engine: engine, reader: store.reader, lists: store.reader, housekeeper: store.housekeeper,
                images: store.images, inputFiles: InputRoots(), imageFetcher: fetcher, clock: clock,
                requestDrain: requestDrain),
            logger: logger, auditLogger: auditLogger)
        let housekeeping = HousekeepingService(
            store: store, policy: retention, server: server, clock: clock, logger: logger)
        return ServiceParts(engine: service, server: server, housekeeping: housekeeping, recovered: recovered)
    }
}
