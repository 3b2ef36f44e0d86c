package import BackendAPI
package import EngineConfiguration
package import EngineCore
package import HTTPTransport
package import PoseServer
import RunningHubBackend
package import TaskStore

/// Maps the checked configuration to what each room needs: every room has its own small settings, and only this file knows both.
package struct Composition {
    package let configuration: ServiceConfiguration
    package let registry: BackendRegistry

    package init(configuration: ServiceConfiguration, registry: BackendRegistry) {
        self.configuration = configuration
        self.registry = registry
    }

    package static func registry(transport: any HTTPTransport) -> BackendRegistry {
        BackendRegistry([
            RunningHubBackendFactory(transport: transport), LegacyBackendFactory.onething, LegacyBackendFactory.autodl,
        ])
    }

    /// The backends of all enabled engines.
    package func backends() throws -> [String: any Backend] {
        var backends: [String: any Backend] = [:]
        for engine in configuration.engines { backends[engine.name] = try backend(of: engine) }
        return backends
    }

    /// The backend of one engine alone; `nil`: the engine is disabled.
    package func backend(of engine: ConfiguredEngine) throws -> (any Backend)? {
        guard case .enabled(let settings, _) = engine.state else { return nil }
        return try registry.factory(for: engine.type)?.make(settings)
    }

    package func engineSettings(_ backends: [String: any Backend]) -> EngineSettings {
        var settings = EngineSettings()
        for engine in configuration.engines {
            settings.engines[engine.name] = definition(of: engine, backends[engine.name])
        }
        for pipeline in configuration.pipelines {
            settings.pipelines[pipeline.name] = PipelineDefinition(
                isEnabled: pipeline.isEnabled, steps: pipeline.steps.map(Self.step), description: pipeline.description)
        }
        for caller in configuration.server.callers {
            settings.callerLimits[caller.name] = CallerLimits(openTasksMax: caller.openTasksMax)
        }
        settings.probeIntervalMilliseconds = EngineLimits.probeIntervalMilliseconds
        settings.queuedTasksMax = configuration.server.limits.queuedTasksMax
        settings.defaultStartByMilliseconds = configuration.server.timeouts.startByMilliseconds
        return settings
    }

    private static func step(_ step: ConfiguredStep) -> StepDefinition {
        StepDefinition(
            name: step.name, engines: step.engines, strategy: step.strategy == .spread ? .spread : .fallback)
    }

    private func definition(of engine: ConfiguredEngine, _ backend: (any Backend)?) -> EngineDefinition {
        let factory = registry.factory(for: engine.type)
        switch engine.state {
        case .enabled(_, let plan):
            return EngineDefinition(
                type: engine.type, plan: plan,
                capabilities: backend?.capabilities ?? LegacyBackend(type: engine.type).capabilities,
                uploadScope: backend?.uploadScope ?? "")
        case .disabled(let reason):
            return EngineDefinition(
                type: engine.type,
                plan: EnginePlan(concurrency: 1, timeoutMilliseconds: 0, pollIntervalMilliseconds: 0),
                capabilities: LegacyBackend(type: engine.type).capabilities,
                disabled: DisabledType(reason: reason, replacement: factory?.disabled?.replacement ?? ""))
        }
    }

    package func serverConfiguration(instanceID: String) -> PoseServerConfiguration {
        let server = configuration.server
        var result = PoseServerConfiguration(host: server.listen.host, port: server.listen.port)
        result.callers = server.callers.map {
            CallerIdentity(
                name: $0.name, tokenDigests: $0.tokenDigests, isAdmin: $0.isAdmin, inputRoots: $0.inputRoots,
                pipelines: Set($0.pipelines))
        }
        result.localInputRoots = server.inputRoots
        switch server.healthWithoutToken {
        case true?: result.healthWithoutToken = .everyone
        case false?: result.healthWithoutToken = .nobody
        case nil: result.healthWithoutToken = .loopbackPeers
        }
        result.build = Build.version
        result.instanceID = instanceID
        result.connectionsMax = server.limits.connectionsMax
        result.requestBytesMax = server.limits.requestBytesMax
        result.limits = welcomeLimits()
        return result
    }

    /// Hosts of callers' pictures, as the transport's rules are written.
    package var inputHosts: [String] {
        configuration.server.inputURLHosts.map { host in
            (host.coversSubdomains ? "." : "") + host.name + (host.port.map { ":\($0)" } ?? "")
        }
    }

    package var retention: RetentionPolicy {
        let storage = configuration.storage
        return RetentionPolicy(
            resultMilliseconds: storage.resultRetentionMilliseconds,
            taskMilliseconds: storage.taskRetentionMilliseconds,
            inputMilliseconds: storage.inputRetentionMilliseconds, bytesMax: storage.storedBytesMax)
    }

    private func welcomeLimits() -> WelcomeLimits {
        let (limits, times) = (configuration.server.limits, configuration.server.timeouts)
        var welcome = WelcomeLimits()
        welcome.maxFrameBytes = UInt32(clamping: limits.frameBytesMax)
        welcome.maxCalls = UInt32(clamping: limits.callsPerConnectionMax)
        welcome.maxStreams = UInt32(clamping: limits.streamsPerConnectionMax)
        welcome.maxImageBytes = UInt64(clamping: limits.imageBytesMax)
        welcome.maxImagePixels = UInt64(clamping: limits.imagePixelsMax)
        welcome.handshakeTimeoutMilliseconds = UInt32(clamping: times.handshakeMilliseconds)
        welcome.frameTimeoutMilliseconds = UInt32(clamping: times.frameMilliseconds)
        welcome.writeTimeoutMilliseconds = UInt32(clamping: times.writeMilliseconds)
        welcome.keepaliveTimeoutMilliseconds = UInt32(clamping: times.keepaliveMilliseconds)
        welcome.idleTimeoutMilliseconds = UInt32(clamping: times.idleMilliseconds)
        welcome.drainTimeoutMilliseconds = UInt32(clamping: times.drainMilliseconds)
        welcome.maxConnectionAgeMilliseconds = UInt32(clamping: times.connectionAgeMaxMilliseconds)
        welcome.resultRetentionMilliseconds = UInt64(clamping: configuration.storage.resultRetentionMilliseconds)
        welcome.taskRetentionMilliseconds = UInt64(clamping: configuration.storage.taskRetentionMilliseconds)
        welcome.defaultStartByMilliseconds = UInt64(clamping: times.startByMilliseconds)
        return welcome
    }
}
