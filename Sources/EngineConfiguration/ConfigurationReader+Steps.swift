import BackendAPI

extension ConfigurationReader {
    /// `steps:` of a pipeline, in the order of the file.
    mutating func steps(_ section: ConfigurationSection, _ roll: EngineRoll) -> [ConfiguredStep]? {
        guard let entry = section.entry("steps") else {
            refuse(
                section.position, section.path, "required key 'steps' is missing; name one step and its engine below it"
            )
            return nil
        }
        guard let map = map(entry.value, section.path(of: "steps")) else { return nil }
        guard !map.entries.isEmpty else {
            refuse(entry.keyPosition, map.path, "is empty; name one step and its engine below it")
            return nil
        }
        guard map.entries.count <= ConfigurationLimits.stepsMax else {
            refuse(
                map.entries[ConfigurationLimits.stepsMax].keyPosition, map.path,
                "has more than \(ConfigurationLimits.stepsMax) steps; make two pipelines of it")
            return nil
        }
        let steps = map.entries.compactMap { entry -> ConfiguredStep? in
            guard isName(entry.key, entry.keyPosition, map.path) else { return nil }
            return step(entry, map.path(of: entry.key), roll)
        }
        return steps.count == map.entries.count ? steps : nil
    }

    private mutating func step(
        _ entry: ConfigurationNode.Entry, _ path: String, _ roll: EngineRoll
    ) -> ConfiguredStep? {
        guard let section = section(entry.value, path, known: PipelineKeys.step.map(\.name)) else { return nil }
        let isList = if case .list = node("engine", section).content { true } else { false }
        if !isList, let strategy = section.entry("strategy") {
            refuse(
                strategy.keyPosition, path,
                "'strategy' chooses among several engines; write engine: [a, b], or remove the line")
        }
        let checked = values(in: section, keys: Self.stepKeys(isList: isList))
        let engines = isList ? checked.texts("engine") : checked.text("engine").map { [$0] } ?? []
        // Each is judged whatever the other found: all errors are shown at once.
        let areKnown = (checked.isComplete || !engines.isEmpty) && areEngines(engines, section, isList: isList, roll)
        guard checked.isComplete, areKnown else { return nil }
        return ConfiguredStep(
            name: entry.key, engines: engines,
            strategy: checked.text("strategy").flatMap(ConfiguredStrategy.init) ?? .fallback,
            description: checked.text("description") ?? "")
    }

    /// One engine is a single value without a strategy, several are a list with one.
    private static func stepKeys(isList: Bool) -> [ConfigurationKey] {
        PipelineKeys.step.filter { isList || $0.name != "strategy" }.map { key in
            guard !isList, case .list(let element) = key.kind else { return key }
            var single = key
            single.kind = element
            return single
        }
    }

    private mutating func areEngines(
        _ engines: [String], _ section: ConfigurationSection, isList: Bool, _ roll: EngineRoll
    ) -> Bool {
        let before = problems.count
        let path = section.path(of: "engine")
        let node = node("engine", section)
        if engines.isEmpty {
            refuse(node.position, path, "is empty; name at least one engine")
        } else if engines.count > ConfigurationLimits.enginesPerStepMax {
            refuse(node.position, path, "names more than \(ConfigurationLimits.enginesPerStepMax) engines; name fewer")
        }
        for (index, engine) in engines.enumerated() {
            let place = isList ? node.node(along: "[\(index)]") : node
            let placePath = isList ? "\(path)[\(index)]" : path
            if !roll.names.contains(engine) {
                let advice =
                    nearestName(to: engine, in: roll.names).map { "did you mean '\($0)'?" }
                    ?? "engines of this file: \(roll.names.map { shown($0) }.joined(separator: ", "))"
                refuse(place.position, placePath, "\(place.forPeople(engine))is no engine of this file; \(advice)")
            } else if engines[..<index].contains(engine) {
                refuse(place.position, placePath, "\(place.forPeople(engine))stands in this list already; remove one")
            }
        }
        return problems.count == before
    }
}
