import EngineCore
import Logging
import NIOPosix

/// What every connection of a server works with.
struct ServerServices: Sendable {
    let configuration: PoseServerConfiguration
    /// Pipelines and engines, for DescribeServer.
    let settings: EngineSettings
    let authentication: Authentication
    let admission: Admission
    let ports: ServerPorts
    /// Where everything runs that may wait for the disk.
    let pool: NIOThreadPool
    let logger: Logger
    /// One line for each call of an operator.
    let auditLogger: Logger
    let removals = RemovalNotices()
    let drainWish: DrainWish

    init(
        configuration: PoseServerConfiguration, settings: EngineSettings, ports: ServerPorts, pool: NIOThreadPool,
        logger: Logger, auditLogger: Logger
    ) {
        self.configuration = configuration
        self.settings = settings
        self.ports = ports
        drainWish = DrainWish(ports.requestDrain)
        self.pool = pool
        self.logger = logger
        self.auditLogger = auditLogger
        authentication = Authentication(configuration)
        admission = Admission(
            connectionsMax: configuration.connectionsMax, requestBytesMax: configuration.requestBytesMax)
    }

    var engine: any EngineFront { ports.engine }
    var reader: any TaskReader { ports.reader }
    var images: any ImageStore { ports.images }
    var clock: any EngineClock { ports.clock }

    /// The tasks are no more on disk: nobody sees them from now on, and streams that wait for them end.
    func tasksRemoved(_ ids: [TaskID]) {
        if ids.isEmpty { return }
        engine.board.remove(ids)
        removals.tell(ids)
    }
}
