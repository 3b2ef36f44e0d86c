/// The two engines that the replaced backend ran before RunningHub: `onething` and `autodl`, rented machines with ComfyUI.
///
/// They are registered so that an old configuration file is understood, and disabled: an engine of these types starts nothing and opens no
/// connection; a task for it is refused with ENGINE_DISABLED; `enabled: true` stops the start.
public struct LegacyBackendFactory: BackendFactory {
    public let type: String

    public static let onething = LegacyBackendFactory(type: "onething")
    public static let autodl = LegacyBackendFactory(type: "autodl")

    private init(type: String) { self.type = type }

    public var disabled: DisabledType? {
        DisabledType(
            reason: "the legacy backend '\(type)' is not implemented any more; use type 'runninghub'",
            replacement: "runninghub")
    }

    public var keys: [ConfigurationKey] {
        [
            ConfigurationKey("comfyui_url", .text, help: "Not used any more: address of the rented ComfyUI."),
            ConfigurationKey("workflow_path", .text, help: "Not used any more: file of the workflow's graph."),
            ConfigurationKey("api_key", .secret, help: "Not used any more."),
            ConfigurationKey("instance_id", .text, help: "Not used any more."),
            ConfigurationKey("provider", .text, help: "Not used any more."),
            ConfigurationKey("timeout", .seconds(0...86_400), default: "300", help: "Not used any more."),
            ConfigurationKey("poll_interval", .seconds(0...3_600), default: "2", help: "Not used any more."),
        ]
    }

    public func plan(_ settings: BackendSettings) -> EnginePlan {
        EnginePlan(concurrency: 1, timeoutMilliseconds: 300_000, pollIntervalMilliseconds: 2_000)
    }

    public func make(_ settings: BackendSettings) throws -> any Backend { LegacyBackend(type: type) }
}

/// The smallest legal backend: it refuses every call at once, without touching the network.
public struct LegacyBackend: Backend {
    private let type: String

    public init(type: String) { self.type = type }

    public var capabilities: Capabilities {
        Capabilities(reportsProgress: false, cancels: false, reportsCost: false, mayCostMoney: false)
    }

    private var refusal: BackendError {
        BackendError(
            .configuration, code: "ENGINE_DISABLED",
            message: "the legacy backend '\(type)' is disabled; use an engine of type 'runninghub'")
    }

    public func prepare(_ image: ImageFile) async throws(BackendError) -> PreparedImage { throw refusal }
    public func submit(_ request: RunRequest) async -> SubmitOutcome { .refused(refusal) }
    public func observe(_ run: RunID) async -> Observation { .noAnswer(refusal) }
    public func cancel(_ run: RunID) async -> CancelOutcome { .unsupported }
    public func download(_ output: RunOutput, to sink: any ByteSink) async throws(BackendError) { throw refusal }
    public func probe() async -> Probe { Probe(configured: false, message: refusal.message) }
}
