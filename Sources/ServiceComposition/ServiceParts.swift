import EngineConfiguration
import EngineCore
package import Logging
package import PoseServer
import SystemPorts
package import TaskStore

/// The parts of one running service, wired to each other: what the program runs, and what a test starts inside itself.
package struct ServiceParts {
    /// The engine's thread. It is to outlive the server: a submit that the server took is answered by it.
    package let engine: EngineService
    package let server: PoseServer
    /// Yields once, when the engine has recovered: the server is to listen from then on, so that its first answer knows every task.
    package let recovered: AsyncStream<Void>
}

extension Composition {
    /// Makes the parts over an open store. Throws what a backend throws for its settings.
    package func parts(over store: TaskStore, _ logger: Logger) throws -> ServiceParts {
        let backends = try backends()
        let clock = SystemClock()
        let engine = Engine(
            settings: engineSettings(backends),
            runner: BackendRunner(backends: backends, images: store.images),
            clock: clock, random: SystemRandom(), doorbell: ThreadDoorbell(), logger: logger)
        let (recovered, isRecovered) = AsyncStream.makeStream(of: Void.self)
        let drain = configuration.server.timeouts.drainMilliseconds
        let service = EngineService(engine: engine, journal: store.journal, drainMilliseconds: drain) {
            isRecovered.yield()
            isRecovered.finish()
        }
        let server = PoseServer(
            configuration: serverConfiguration(instanceID: store.instanceID), engine: engine, reader: store.reader,
            images: store.images, clock: clock, logger: logger)
        return ServiceParts(engine: service, server: server, recovered: recovered)
    }
}
