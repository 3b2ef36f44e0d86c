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
    /// Between two probes of an engine that is not refused, in milliseconds; nil: it is probed at the start alone.
    package var probeIntervalMilliseconds: Int64?
    package init() {}
}

package struct EngineDefinition: Sendable, Equatable {
    package var type: String
    package var plan: EnginePlan
    /// Not nil: a registered type that never runs.
    package var disabled: DisabledType?
    package var capabilities: Capabilities
    /// Account and site; what was uploaded under one is not used under another. Empty: the engine is one of its own.
    package var uploadScope: String

    package init(
        type: String, plan: EnginePlan, capabilities: Capabilities, disabled: DisabledType? = nil,
        uploadScope: String = ""
    ) {
        self.type = type
        self.plan = plan
        self.capabilities = capabilities
        self.disabled = disabled
        self.uploadScope = uploadScope
    }
}

package struct PipelineDefinition: Sendable, Equatable {
    package var isEnabled: Bool
    /// In their order, at least one; each one's source is what the one before made.
    package var steps: [StepDefinition]
    package var description: String

    package init(isEnabled: Bool, steps: [StepDefinition], description: String = "") {
        self.isEnabled = isEnabled
        self.steps = steps
        self.description = description
    }

    /// The step of that name and the one behind it.
    package func step(named name: String) -> (step: StepDefinition, next: StepDefinition?)? {
        guard let index = steps.firstIndex(where: { $0.name == name }) else { return nil }
        return (steps[index], index + 1 < steps.count ? steps[index + 1] : nil)
    }
}

package struct StepDefinition: Sendable, Hashable {
    /// Which of several engines takes a task.
    package enum Strategy: Sendable, Hashable {
        /// The first, as long as it can be used; a later one only when all before it surely took nothing and cannot be used now.
        case fallback
        /// Whichever has a free slot.
        case spread
    }

    package var name: String
    /// At least one, in order of preference.
    package var engines: [String]
    package var strategy: Strategy

    package init(name: String, engines: [String], strategy: Strategy = .fallback) {
        self.name = name
        self.engines = engines
        self.strategy = strategy
    }
}

package struct CallerLimits: Sendable, Equatable {
    /// Tasks that have not ended; nil: no limit of the caller's own.
    package var openTasksMax: Int?
    package init(openTasksMax: Int? = nil) { self.openTasksMax = openTasksMax }
}
