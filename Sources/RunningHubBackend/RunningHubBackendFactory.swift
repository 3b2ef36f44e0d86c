package import BackendAPI
package import HTTPTransport

/// The type `runninghub`: RunningHub's cloud, in either dialect.
package struct RunningHubBackendFactory: BackendFactory {
    private let transport: any HTTPTransport

    /// Every engine of the program shares one transport.
    package init(transport: any HTTPTransport) { self.transport = transport }

    package var type: String { "runninghub" }

    package func plan(_ settings: BackendSettings) -> EnginePlan {
        EnginePlan(
            concurrency: Int(clamping: settings.integer("concurrency") ?? 1),
            timeoutMilliseconds: Self.milliseconds(settings.seconds("timeout") ?? 300),
            pollIntervalMilliseconds: Self.milliseconds(settings.seconds("poll_interval") ?? 3),
            resubmitsUnknown: settings.text("on_unknown_submission") == "resubmit",
            parameters: SettingsReader(settings).rules)
    }

    package func make(_ settings: BackendSettings) throws -> any Backend {
        if let problem = problems(settings).first { throw UnusableSettings(problem: problem) }
        let configuration = try SettingsReader(settings).configuration()
        return switch configuration.dialect {
        case .taskOpenAPI: RunningHubBackend(configuration, transport: transport)
        case .workflowV1: WorkflowV1Backend(configuration, transport: transport)
        }
    }

    package func problems(_ settings: BackendSettings) -> [SettingsProblem] { SettingsReader(settings).problems }

    /// The declared ranges keep the product far below the type's bounds.
    private static func milliseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1_000).rounded()) }

    /// `make` was called although `problems` had something to say.
    struct UnusableSettings: Error, CustomStringConvertible {
        let problem: SettingsProblem
        var description: String { "\(problem.key): \(problem.message)" }
    }
}
