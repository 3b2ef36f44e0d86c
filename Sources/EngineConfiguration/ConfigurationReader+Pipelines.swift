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

    private mutating func pipeline(
        _ name: String, _ node: ConfigurationNode, _ path: String, _ roll: EngineRoll
    ) -> ConfiguredPipeline? {
        guard let section = section(node, path, known: PipelineKeys.pipeline.map(\.name) + ["steps"]) else {
            return nil
        }
        let checked = values(in: section, keys: PipelineKeys.pipeline)
        let steps = steps(section, roll)
        guard let steps, let isEnabled = checked.boolean("enabled"), checked.isComplete else { return nil }
        if isEnabled {
            for step in steps { warnOfDisabledEngines(step, section, roll) }
        }
        return ConfiguredPipeline(
            name: name, isEnabled: isEnabled,
            description: checked.text("description") ?? steps.first?.description ?? "", steps: steps)
    }

    private mutating func warnOfDisabledEngines(
        _ step: ConfiguredStep, _ section: ConfigurationSection, _ roll: EngineRoll
    ) {
        let disabled = step.engines.filter(roll.isDisabled).map { "'\($0)'" }.joined(separator: ", ")
        guard !disabled.isEmpty else { return }
        if step.engines.count == 1 {
            warn(
                section.position, section.path,
                "its engine \(disabled) is disabled: every submit to it will be refused")
        } else if step.engines.allSatisfy(roll.isDisabled) {
            warn(
                section.position, section.path,
                "the engines of its step '\(step.name)' (\(disabled)) are disabled: every submit to it will be refused")
        } else {
            warn(
                section.position, section.path,
                "of the engines of its step '\(step.name)' \(disabled) is disabled and never chosen")
        }
    }
}
