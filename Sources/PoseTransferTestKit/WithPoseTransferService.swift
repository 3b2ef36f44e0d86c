internal import EngineConfiguration
internal import HTTPTransport
internal import Logging
internal import PoseServer
internal import ProviderSimulator
internal import ServiceComposition
internal import ServiceLifecycle
internal import TaskStore

/// Starts a whole service in this process, runs `body` with it, and ends it: also when `body` throws.
///
/// ```swift
/// try await withPoseTransferService { service in
///     let client = service.makeClient()
///     let submitted = try await client.submit(
///         TransferRequest(source: .bytes(PoseTransferService.png(1)), pose: .bytes(PoseTransferService.png(2))))
///     for try await event in client.status(of: submitted.task.id) { print(event.state.name) }
///     await client.shutdown()
/// }
/// ```
///
/// Services of several tests may run at the same time: each has its port, folder and provider. Throws `PoseTransferServiceError` where it
/// cannot start, and what `body` throws.
public func withPoseTransferService<Value: Sendable>(
    _ options: PoseTransferServiceOptions = PoseTransferServiceOptions(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (PoseTransferService) async throws -> Value
) async throws -> Value {
    let simulator = try await Start.simulator(options)
    do {
        let value = try await withServer(options, before: simulator, isolation: isolation, body)
        await simulator.shutdown()
        return value
    } catch {
        await simulator.shutdown()
        throw error
    }
}

private func withServer<Value: Sendable>(
    _ options: PoseTransferServiceOptions, before simulator: SimulatorServer, isolation: isolated (any Actor)?,
    _ body: (PoseTransferService) async throws -> Value
) async throws -> Value {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let transport = try CurlTransport(.init())
    defer { transport.shutdown() }
    let store = try TaskStore.open(path: "\(folder.path)/data")
    defer { store.close() }
    let registry = Composition.registry(transport: transport)
    let configuration = try Start.configuration(options, registry, simulator.baseURL, folder.path)
    let logger = Logger(label: "posetransfer.kit", factory: { _ in SwiftLogNoOpLogHandler() })
    let (drains, askedToDrain) = AsyncStream.makeStream(of: Void.self)
    let parts = try Composition(configuration: configuration, registry: registry).parts(
        over: store, transport, logger: logger, auditLogger: logger, requestDrain: { askedToDrain.yield() })
    let listener = Listener(server: parts.server, recovered: parts.recovered)
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: parts.services(listener: listener), logger: logger))
    let drain = Task { for await _ in drains { await group.triggerGracefulShutdown() } }
    defer { drain.cancel() }
    async let running: Void = group.run()
    do {
        let port = try await listener.port()
        let value = try await body(PoseTransferService(host: "127.0.0.1", port: port, simulator: simulator))
        await group.triggerGracefulShutdown()
        try await running
        return value
    } catch {
        await group.triggerGracefulShutdown()
        try? await running
        throw error
    }
}

/// Listens once the engine has recovered, and tells the port.
private struct Listener: Service {
    let server: PoseServer
    let recovered: AsyncStream<Void>
    private let ports: AsyncStream<Int>
    private let told: AsyncStream<Int>.Continuation

    init(server: PoseServer, recovered: AsyncStream<Void>) {
        self.server = server
        self.recovered = recovered
        (ports, told) = AsyncStream.makeStream(of: Int.self)
    }

    func run() async throws {
        defer { told.finish() }
        for await _ in recovered { break }
        told.yield(try await server.listen())
        try await server.run()
    }

    /// Throws where the service ended before it listened.
    func port() async throws -> Int {
        for await port in ports { return port }
        throw PoseTransferServiceError(description: "the service ended before it listened")
    }
}
