import BackendAPI
import EngineCore

/// What the operator of one world writes down, and what may be written there at a later start.
struct SimulatedConfiguration: Sendable {
    static let engines = ["cloud", "reserve"]
    /// One step, two steps, and two engines for one step by either rule.
    static let pipelines = ["pose_change", "two_steps", "fallback", "spread"]

    private(set) var settings = EngineSettings()
    /// Whether it is changed between two starts.
    private let isRestless: Bool

    init(slots: Int, _ random: inout SeededRandom) {
        isRestless = random.happens(0.3)
        let cancels = random.happens(0.8)
        let resubmits = random.happens(0.2)
        for engine in Self.engines {
            var plan = EnginePlan(
                concurrency: slots, timeoutMilliseconds: random.pick([3_000, 15_000, 300_000]) ?? 15_000,
                pollIntervalMilliseconds: random.pick([50, 500, 3_000]) ?? 500)
            plan.resubmitsUnknown = resubmits
            settings.engines[engine] = EngineDefinition(
                type: "simulated", plan: plan,
                capabilities: Capabilities(
                    reportsProgress: false, cancels: cancels, reportsCost: true, mayCostMoney: true))
        }
        let transfer = StepDefinition(name: "pose_transfer", engines: ["cloud"])
        setSteps(of: "pose_change", [transfer])
        setSteps(of: "two_steps", [transfer, Self.refine])
        setSteps(of: "fallback", [StepDefinition(name: "pose_transfer", engines: Self.engines)])
        setSteps(of: "spread", [StepDefinition(name: "pose_transfer", engines: Self.engines, strategy: .spread)])
        settings.defaultStartByMilliseconds = random.pick([20_000, 600_000, 86_400_000]) ?? 600_000
    }

    private static let refine = StepDefinition(name: "refine", engines: ["reserve", "cloud"], strategy: .spread)

    private mutating func setSteps(of pipeline: String, _ steps: [StepDefinition]) {
        settings.pipelines[pipeline] = PipelineDefinition(isEnabled: true, steps: steps)
    }

    /// The settings of a later start.
    func changed(_ random: inout SeededRandom) -> EngineSettings {
        guard isRestless else { return settings }
        var changed = self
        switch random.next() % 8 {
        case 0: changed.settings.engines["reserve"] = nil
        case 1: changed.settings.engines["cloud"]?.disabled = DisabledType(reason: "old", replacement: "other")
        case 2:
            let pipeline = random.pick(Self.pipelines) ?? "pose_change"
            changed.settings.pipelines[pipeline]?.isEnabled = false
        case 3: changed.setSteps(of: "two_steps", Array(settings.pipelines["two_steps"]?.steps.prefix(1) ?? []))
        case 4: changed.setSteps(of: "pose_change", settings.pipelines["two_steps"]?.steps ?? [])
        case 5:
            for engine in Self.engines { changed.settings.engines[engine]?.plan.resubmitsUnknown.toggle() }
        default: break
        }
        return changed.settings
    }
}
