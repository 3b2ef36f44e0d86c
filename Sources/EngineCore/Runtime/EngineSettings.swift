package import BackendAPI

/// What the engine works with, checked by the program that made it.
package struct EngineSettings: Sendable, Equatable {
    package var engines: [String: EngineDefinition] = [:]
    /// By name in ASCII lower case.
    package var pipelines: [String: PipelineDefinition] = [:]
    package var callerLimits: [String: CallerLimits] = [:]
    package var queuedTasksMax = EngineLimits.queuedTasksMax
    /// How long a task may be QUEUED at a stretch where it does not say, in milliseconds.
    package var defaultStartByMilliseconds = EngineLimits.startByMillisecondsDefault
    package init() {}
}

package struct EngineDefinition: Sendable, Equatable {
    package var type: String
    package var plan: EnginePlan
    /// Not nil: a registered type that never runs.
    package var disabled: DisabledType?
    package var capabilities: Capabilities

    package init(type: String, plan: EnginePlan, capabilities: Capabilities, disabled: DisabledType? = nil) {
        self.type = type
        self.plan = plan
        self.capabilities = capabilities
        self.disabled = disabled
    }
}

package struct PipelineDefinition: Sendable, Equatable {
    package var isEnabled: Bool
    package var step: String
    package var engine: String
    package var description: String

    package init(isEnabled: Bool, step: String, engine: String, description: String = "") {
        self.isEnabled = isEnabled
        self.step = step
        self.engine = engine
        self.description = description
    }
}

package struct CallerLimits: Sendable, Equatable {
    /// Tasks that have not ended; nil: no limit of the caller's own.
    package var openTasksMax: Int?
    package init(openTasksMax: Int? = nil) { self.openTasksMax = openTasksMax }
}
