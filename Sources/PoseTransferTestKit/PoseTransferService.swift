public import PoseTransferClient
internal import ProviderSimulator

/// A whole service inside this process: the real server and engine over a folder of their own, before a simulated provider. It costs
/// nothing, needs no key and no network, and is gone when its test ends.
public struct PoseTransferService: Sendable {
    /// Always loopback.
    public let host: String
    /// Chosen by the system.
    public let port: Int
    private let simulator: SimulatorServer

    init(host: String, port: Int, simulator: SimulatorServer) {
        self.host = host
        self.port = port
        self.simulator = simulator
    }

    /// For clients of this service, with the usual time-outs.
    public var configuration: ClientConfiguration { ClientConfiguration(host: host, port: port) }

    /// A client of its own. Shut it down before the service ends: what it waits for would otherwise be waited for.
    public func makeClient() -> PoseTransferClient { PoseTransferClient(configuration) }

    /// How many runs the simulated provider has been paid for until now.
    public var paidRuns: Int { simulator.ledger.paid.count }

    /// A real picture of a few hundred bytes, another one for each number: `png(1)` may be a person, `png(2)` a pose.
    public static func png(_ number: UInt8) -> [UInt8] {
        SimulatedResult.png(
            sourceDigest: Array(repeating: number, count: 32), poseDigest: Array(repeating: number, count: 32))
    }
}

/// How the service of a test behaves.
public struct PoseTransferServiceOptions: Sendable {
    /// How long a run takes at the simulated provider.
    public var runTime = Duration.milliseconds(20)
    /// Runs that go on at the same time.
    public var concurrency = 3
    /// What goes wrong at the simulated provider, as JSON: `{"rules":[{"endpoint":"create","fault":"code","code":421,"times":2}]}`. Empty:
    /// nothing. `posetransferctl simulator --help` tells of endpoints and faults.
    public var faults = ""
    /// Bytes that a result has at least.
    public var resultBytes = 0

    /// A service in which all goes well.
    public init() {}
}

/// Why a service could not start.
public struct PoseTransferServiceError: Error, CustomStringConvertible {
    /// For people: what is wrong and where.
    public var description: String
    /// The error below, where there is one.
    public var cause: (any Error)?
}
