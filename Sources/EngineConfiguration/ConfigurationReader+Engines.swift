import BackendAPI

/// The engines of a file, as its pipelines see them.
struct EngineRoll {
    /// Every name that stands there, also of engines with faults: a pipeline's mistake is judged by the name alone.
    var names: [String] = []
    /// `nil` where one of them has a fault.
    var engines: [ConfiguredEngine]?

    func isDisabled(_ name: String) -> Bool { engines?.first { $0.name == name }?.isEnabled == false }
}

extension ConfigurationReader {
    /// `engines:`.
    mutating func engines(_ root: ConfigurationSection) -> EngineRoll {
        guard let section = requiredMap("engines", root, "name at least one engine below it") else {
            return EngineRoll()
        }
        let engines = section.entries.compactMap { entry -> ConfiguredEngine? in
            guard isName(entry.key, entry.keyPosition, section.path) else { return nil }
            return engine(entry, section.path(of: entry.key))
        }
        let isWhole = engines.count == section.entries.count
        return EngineRoll(names: section.entries.map(\.key), engines: isWhole ? engines : nil)
    }

    /// A map of the root that must be there and hold something.
    mutating func requiredMap(_ key: String, _ root: ConfigurationSection, _ advice: String) -> ConfigurationSection? {
        guard let entry = root.entry(key) else {
            refuse(root.position, "", "required key '\(key)' is missing; \(advice)")
            return nil
        }
        guard let section = map(entry.value, key) else { return nil }
        guard !section.entries.isEmpty else {
            refuse(entry.keyPosition, key, "is empty; \(advice)")
            return nil
        }
        return section
    }

    private mutating func engine(_ entry: ConfigurationNode.Entry, _ path: String) -> ConfiguredEngine? {
        guard let section = section(entry.value, path, known: ["type", "enabled", "config"]) else { return nil }
        let checked = values(in: section, keys: PipelineKeys.engine.filter { $0.name == "type" })
        let factory = factory(checked, section)
        guard let isEnabled = isEnabled(section, byDefault: factory?.disabled == nil), let factory else { return nil }
        if let disabled = factory.disabled {
            guard !isEnabled else {
                refuse(
                    position("enabled", section), section.path(of: "enabled"),
                    "type '\(factory.type)' is disabled: \(disabled.reason)")
                return nil
            }
            return ConfiguredEngine(name: entry.key, type: factory.type, state: .disabled(reason: disabled.reason))
        }
        return runnableEngine(entry.key, factory, isEnabled: isEnabled, section)
    }

    /// An engine runs unless it is told not to, where its type can.
    private mutating func isEnabled(_ section: ConfigurationSection, byDefault: Bool) -> Bool? {
        let keys = PipelineKeys.engine.filter { $0.name == "enabled" }.map { key in
            var key = key
            key.defaultText = String(byDefault)
            return key
        }
        return values(in: section, keys: keys).boolean("enabled")
    }

    private mutating func factory(_ checked: CheckedValues, _ section: ConfigurationSection) -> (any BackendFactory)? {
        guard let type = checked.text("type") else { return nil }
        if let factory = registry.factory(for: type) { return factory }
        let known = "known types: \(registry.types.joined(separator: ", "))"
        let runnable = registry.types.filter { !$0.hasSuffix(" (disabled)") }
        let near = nearestName(to: type, in: runnable).map { "did you mean '\($0)'? " } ?? ""
        refuse(
            position("type", section), section.path(of: "type"),
            "\(node("type", section).forPeople(type))is an unknown type; \(near)\(known)")
        return nil
    }

    /// An engine that is switched off may lack its key; its keys must be known all the same.
    private mutating func runnableEngine(
        _ name: String, _ factory: any BackendFactory, isEnabled: Bool, _ section: ConfigurationSection
    ) -> ConfiguredEngine? {
        let node = node("config", section)
        let path = section.path(of: "config")
        guard let config = self.section(node, path, known: factory.keys.map(\.name)) else { return nil }
        guard isEnabled else {
            return ConfiguredEngine(
                name: name, type: factory.type,
                state: .disabled(reason: "the engine '\(name)' is switched off in the configuration (enabled: false)"))
        }
        let before = problems.count
        let checked = values(in: config, keys: factory.keys)
        guard checked.isComplete, problems.count == before else { return nil }
        let settings = BackendSettings(engineName: name, values: checked.values)
        for problem in factory.problems(settings) {
            refuse(node.node(along: problem.key).position, config.path(of: problem.key), problem.message)
        }
        guard problems.count == before else { return nil }
        return ConfiguredEngine(name: name, type: factory.type, state: .enabled(settings, factory.plan(settings)))
    }
}
