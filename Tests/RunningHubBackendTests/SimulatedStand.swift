import BackendAPI
import BackendConformance
import HTTPTransport
import LoopbackPorts
import ProviderSimulator
import RunningHubBackend

/// One backend at one simulated provider, whose time stands still until it is moved.
struct SimulatedStand: ConformanceStand {
    let backend: any Backend
    let secrets = [FakeProvider.key]
    let uploadBytesMax = RunningHubLimits.uploadBytesMax
    private let provider: SimulatedRunningHub
    private let server: SimulatorServer
    private let time = ManualTime()
    /// Nobody listens there as long as this is held.
    private let closed: ClosedPort?

    private static let workflow = "1996080571212349442"

    init(_ provider: SimulatedRunningHub, _ conditions: Set<Condition>) async throws {
        self.provider = provider
        var simulated = SimulatorConfiguration()
        simulated.keys = [conditions.contains(.wrongKey) ? "another-key-0123456789" : FakeProvider.key]
        if conditions.contains(.unknownWorkflow) { simulated.workflows = ["1"] }
        simulated.slots = conditions.contains(.startFull) ? 0 : 100
        simulated.queueTime = conditions.contains(.runQueues) ? 1 : 0
        if conditions.contains(.noBalance) { simulated.balance = 0 }
        simulated.faults = try FaultPlan(conditions.flatMap(provider.rules))
        server = try await SimulatorServer.start(simulated, clock: .manual(time))
        closed = conditions.contains(.unreachable) ? try ClosedPort() : nil
        backend = try Self.backend(
            provider.face, at: closed.map { "http://127.0.0.1:\($0.number)" } ?? server.baseURL,
            hasWrongNode: conditions.contains(.wrongNode))
    }

    private static func backend(
        _ face: SimulatedRunningHub.Face, at base: String, hasWrongNode: Bool
    ) throws -> any Backend {
        var configuration = try RunningHubConfiguration(
            dialect: face == .workflowV1 ? .workflowV1 : .taskOpenAPI, apiKey: Secret(FakeProvider.key),
            workflowID: workflow, baseURL: base, outputs: [])
        configuration.usesV2 = face == .v2
        if hasWrongNode { configuration.inputs[RunRequest.sourceInput] = .init(node: "5", field: "image") }
        let transport = try CurlTransport()
        return switch face {
        case .taskOpenAPI, .v2: RunningHubBackend(configuration, transport: transport)
        case .workflowV1: WorkflowV1Backend(configuration, transport: transport)
        }
    }

    var books: Books {
        let ledger = server.ledger
        return Books(
            startsSeen: ledger.calls[provider.endpoint(.start)]?.received ?? 0,
            runs: ledger.paid.map {
                Books.Run(
                    id: $0.runID, source: $0.sourceDigest, pose: $0.poseDigest, isCancelled: $0.outcome == "cancelled",
                    cost: String($0.cost))
            })
    }

    func advance(to stage: RunStage) async {
        switch stage {
        case .running: time.advance(by: .seconds(1))
        case .ended: time.advance(by: .seconds(10))
        }
    }

    func arrived(_ call: ProviderCall, count: Int) async {
        _ = await server.waitForCalls(provider.endpoint(call), read: count)
    }

    func resultDigest(of run: RunID) async -> String? {
        server.ledger.paid.first { $0.runID == run.rawValue }.map { paid in
            Picture.digest(
                SimulatedResult.png(
                    sourceDigest: bytes(paid.sourceDigest), poseDigest: bytes(paid.poseDigest)))
        }
    }

    func close() async { await server.shutdown() }
}
