internal import BackendAPI
internal import EngineConfiguration
internal import ProviderSimulator

/// What a service of a test is started with.
enum Start {
    private static let key = "a-key-of-the-simulator"

    static func simulator(_ options: PoseTransferServiceOptions) async throws -> SimulatorServer {
        var configuration = SimulatorConfiguration()
        configuration.slots = max(1, options.concurrency)
        configuration.runTime = options.runTime / .seconds(1)
        configuration.resultBytes = options.resultBytes
        do {
            if !options.faults.isEmpty { configuration.faults = try FaultPlan(parsing: options.faults) }
            return try await SimulatorServer.start(configuration)
        } catch {
            throw PoseTransferServiceError(description: "the simulated provider cannot start: \(error)", cause: error)
        }
    }

    /// Read by the same reader as a configuration file, so that a service of a test is what the program would be.
    static func configuration(
        _ options: PoseTransferServiceOptions, _ registry: BackendRegistry, _ provider: String, _ folder: String
    ) throws -> ServiceConfiguration {
        let variables = ["KEY": key, "PROVIDER": provider, "DATA": "\(folder)/data"]
        let sources = ConfigurationSources(
            variable: { variables[$0] }, file: { _, _ in .unreadable(reason: "a test's service reads no files") })
        do {
            let loader = ConfigurationLoader(registry: registry, sources: sources)
            return try loader.load(Array(text(options).utf8), file: "test kit").configuration
        } catch {
            throw PoseTransferServiceError(description: "the service's options do not go: \(error)", cause: error)
        }
    }

    private static func text(_ options: PoseTransferServiceOptions) -> String {
        """
        server: { listen: "127.0.0.1:0" }
        storage: { path: "${DATA}" }
        engines:
          cloud:
            type: runninghub
            config:
              api_key: "${KEY}"
              workflow_id: "1996080571212349442"
              api_base_url: "${PROVIDER}"
              dialect: task-openapi
              poll_interval: 0.02
              concurrency: \(max(1, options.concurrency))
              inputs:
                raw_image: { node: "3", field: image }
                pose_image: { node: "7", field: image }
              outputs:
                - { node: "10", name: image }
        pipelines:
          pose_change:
            enabled: true
            steps: { pose_transfer: { engine: cloud } }
        """
    }
}
