import BackendAPI

extension ConfigurationReader {
    /// `pipelines:`; `roll` has the engines that a step may name.
    mutating func pipelines(_ root: ConfigurationSection, roll: EngineRoll) -> [ConfiguredPipeline]? {
        guard let section = requiredMap("pipelines", root, "name at least one pipeline below it, as pose_change") else {
            return nil
        }
        var lineOfName: [String: Int] = [:]
        let pipelines = section.entries.compactMap { entry -> ConfiguredPipeline? in
            guard isName(entry.key, entry.keyPosition, section.path) else { return nil }
            let name = entry.key.lowercased()
            if let line = lineOfName[name] {
                refuse(
                    entry.keyPosition, section.path,
                    "'\(entry.key)' is the pipeline of line \(line) (upper and lower case count as one); remove one")
                return nil
            }
            lineOfName[name] = entry.keyPosition.line
            return pipeline(name, entry.value, section.path(of: entry.key), roll)
        }
        return pipelines.count == section.entries.count ? pipelines : nil
    }

    private static let pipelineKeys = [
        ConfigurationKey("enabled", .boolean, default: "true", help: "false: a submit to it is refused."),
        ConfigurationKey("description", .text, help: "For people."),
    ]

    private mutating func pipeline(
        _ name: String, _ node: ConfigurationNode, _ path: String, _ roll: EngineRoll
    ) -> ConfiguredPipeline? {
        guard let section = section(node, path, known: Self.pipelineKeys.map(\.name) + ["steps"]) else { return nil }
        let checked = values(in: section, keys: Self.pipelineKeys)
        let step = onlyStep(section, roll)
        guard let step, let isEnabled = checked.boolean("enabled"), checked.isComplete else { return nil }
        if isEnabled, roll.isDisabled(step.engine) {
            warn(section.position, path, "its engine '\(step.engine)' is disabled: every submit to it will be refused")
        }
        return ConfiguredPipeline(
            name: name, isEnabled: isEnabled, description: checked.text("description") ?? step.description, step: step)
    }

    private mutating func onlyStep(_ section: ConfigurationSection, _ roll: EngineRoll) -> ConfiguredStep? {
        guard let entry = section.entry("steps") else {
            refuse(
                section.position, section.path, "required key 'steps' is missing; name one step and its engine below it"
            )
            return nil
        }
        guard let steps = map(entry.value, section.path(of: "steps")) else { return nil }
        if let second = steps.entries.dropFirst().first {
            refuse(second.keyPosition, steps.path, "several steps are not supported yet; leave one step")
        }
        guard let first = steps.entries.first else {
            refuse(entry.keyPosition, steps.path, "is empty; name one step and its engine below it")
            return nil
        }
        guard isName(first.key, first.keyPosition, steps.path) else { return nil }
        return step(first, steps.path(of: first.key), roll)
    }

    private mutating func step(
        _ entry: ConfigurationNode.Entry, _ path: String, _ roll: EngineRoll
    ) -> ConfiguredStep? {
        guard let section = section(entry.value, path, known: ["engine", "strategy", "description"]) else { return nil }
        if let strategy = section.entry("strategy") {
            refuse(
                strategy.keyPosition, path, "'strategy' is not supported yet: a step has one engine; remove the line")
        }
        if let engine = section.entry("engine"), case .list = engine.value.content {
            refuse(
                engine.value.position, section.path(of: "engine"),
                "a list of engines is not supported yet; name one engine")
            return nil
        }
        let checked = values(
            in: section,
            keys: [
                ConfigurationKey("engine", .text, required: true, help: "the name of an engine of this file"),
                ConfigurationKey("description", .text, help: "For people."),
            ])
        guard let engine = checked.text("engine"), checked.isComplete else { return nil }
        guard roll.names.contains(engine) else {
            let advice =
                nearestName(to: engine, in: roll.names).map { "did you mean '\($0)'?" }
                ?? "engines of this file: \(roll.names.map { shown($0) }.joined(separator: ", "))"
            refuse(
                position("engine", section), section.path(of: "engine"),
                "\(node("engine", section).forPeople(engine))is no engine of this file; \(advice)")
            return nil
        }
        return ConfiguredStep(name: entry.key, engine: engine, description: checked.text("description") ?? "")
    }
}
