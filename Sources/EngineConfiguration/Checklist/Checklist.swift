package import BackendAPI

/// What `posetransferd check` answers: the list that operators went through before going live, line by line.
package struct Checklist: Sendable, Equatable, Encodable {
    package let lines: [ChecklistLine]

    /// Something is surely wrong. What is not known says nothing.
    package var hasNo: Bool { lines.contains { $0.answer == .no } }

    package init(_ configuration: ServiceConfiguration, registry: BackendRegistry, _ facts: ChecklistFacts) {
        let engines = configuration.engines.flatMap { engine in
            Self.engine(engine, registry.factory(for: engine.type)?.keys ?? [])
                + (engine.isEnabled ? Self.online(engine.name, facts.probes) : [])
        }
        lines =
            [ChecklistLine(.yes, "configuration", "can be used", detail: facts.file)] + engines
            + configuration.pipelines.flatMap { Self.pipeline($0, configuration) } + Self.folder(facts.folder)
            + [Self.clock(facts.probes)]
    }

    /// The list of a file that cannot be used: nothing else can be said then.
    package init(unusable file: String, _ error: ConfigurationError) {
        let count = error.problems.count + error.moreProblems
        lines = [
            ChecklistLine(
                .no, "configuration", "can be used", detail: file,
                advice: "correct the \(count == 1 ? "error" : "\(count) errors") shown")
        ]
    }

    // MARK: Engines, without asking anybody

    private static func engine(_ engine: ConfiguredEngine, _ keys: [ConfigurationKey]) -> [ChecklistLine] {
        let subject = "engine \(engine.name)"
        let registered = ChecklistLine(.yes, subject, "registered", detail: "type \(engine.type)")
        switch engine.state {
        case .disabled(let reason):
            return [registered, ChecklistLine(.yes, subject, "disabled: starts nothing", detail: reason)]
        case .enabled(let settings, _):
            return [registered] + keys.filter(\.isRequired).map { isSet($0, settings, subject) }
        }
    }

    /// The configuration does not load without them; they are shown so that nobody wonders.
    private static func isSet(_ key: ConfigurationKey, _ settings: BackendSettings, _ subject: String) -> ChecklistLine
    {
        let isSet = settings.values[key.name] != nil
        let text = settings.text(key.name) ?? ""
        return ChecklistLine(
            isSet ? .yes : .no, subject, "\(key.name) set", detail: text, advice: isSet ? "" : "add it: \(key.help)")
    }

    // MARK: Pipelines

    private static func pipeline(_ pipeline: ConfiguredPipeline, _ configuration: ServiceConfiguration)
        -> [ChecklistLine]
    {
        let subject = "pipeline \(pipeline.name)"
        let steps = pipeline.steps.map(\.name).joined(separator: ", ")
        let configured = ChecklistLine(.yes, subject, "configured", detail: "steps: \(steps)")
        guard pipeline.isEnabled else {
            return [configured, ChecklistLine(.yes, subject, "switched off: refuses every submit")]
        }
        return [configured, engines(of: pipeline, subject, configuration)]
    }

    private static func engines(
        of pipeline: ConfiguredPipeline, _ subject: String, _ configuration: ServiceConfiguration
    ) -> ChecklistLine {
        let names = pipeline.steps.flatMap(\.engines)
        let disabled = names.filter { configuration.engine(named: $0)?.isEnabled != true }
        let stuck = pipeline.steps.filter { step in step.engines.allSatisfy(disabled.contains) }
        guard let first = stuck.first else {
            let detail = disabled.isEmpty ? names : names.map { disabled.contains($0) ? "\($0) is disabled" : $0 }
            return ChecklistLine(.yes, subject, "its engines enabled", detail: detail.joined(separator: ", "))
        }
        return ChecklistLine(
            .no, subject, "its engines enabled",
            detail: "step \(first.name): \(first.engines.joined(separator: ", ")) disabled",
            advice: "name an engine that runs, or set enabled: false for the pipeline")
    }

    // MARK: Clock

    private static func clock(_ probes: [String: ProbeOutcome]?) -> ChecklistLine {
        guard let probes else { return ChecklistLine(.notKnown, "clock", "right", advice: runOnline) }
        let ahead = probes.compactMap { name, outcome -> (name: String, milliseconds: Int64)? in
            guard case .answered(let probe) = outcome else { return nil }
            return probe.clockAheadMilliseconds.map { (name, $0) }
        }
        guard let worst = ahead.max(by: { ($0.milliseconds.magnitude, $1.name) < ($1.milliseconds.magnitude, $0.name) })
        else {
            return ChecklistLine(.notKnown, "clock", "right", detail: "no provider told the time")
        }
        let seconds = shortNumber((Double(worst.milliseconds.magnitude) / 100).rounded() / 10)
        let isRight = worst.milliseconds.magnitude <= ConfigurationLimits.clockDifferenceMillisecondsMax
        let side = worst.milliseconds > 0 ? "ahead of" : "behind"
        return ChecklistLine(
            isRight ? .yes : .no, "clock", "right",
            detail: "the clock of engine \(worst.name)'s provider is \(seconds) s \(side) this machine's",
            advice: isRight ? "" : "set this machine's clock, for example by NTP")
    }

    static let runOnline = "run with --online"
}
