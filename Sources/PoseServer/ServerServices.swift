import EngineCore
import Logging
import NIOPosix

/// What every connection of a server works with.
struct ServerServices: Sendable {
    let configuration: PoseServerConfiguration
    let authentication: Authentication
    let admission: Admission
    let engine: any EngineFront
    let reader: any TaskReader
    let images: any ImageStore
    let clock: any EngineClock
    /// Where everything runs that may wait for the disk.
    let pool: NIOThreadPool
    let logger: Logger
}
