/// What `posetransferctl simulator` takes, as it comes from the command line.
package struct SimulatorOptions: Sendable {
    package var configuration = SimulatorConfiguration()
    /// A fault plan as JSON text.
    package var faults: String?

    package init() {}

    /// Runs a simulator until the task is cancelled. `announce` gets one line as soon as the port is open.
    package func run(announce: @Sendable (String) -> Void) async throws {
        var configuration = configuration
        if let faults { configuration.faults = try FaultPlan(parsing: faults) }
        let server = try await SimulatorServer.start(configuration)
        announce("simulator listening on \(server.baseURL)")
        await Self.untilCancelled()
        await server.shutdown()
    }

    private static func untilCancelled() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        continuation.finish()
    }
}
