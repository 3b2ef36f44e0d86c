import BackendAPI

/// Parameters, seed and options, and what is wrong with them.
extension SettingsReader {
    /// A parameter with its place in the file, which messages name.
    struct ReadParameter {
        let key: String
        let parameter: RunningHubConfiguration.Parameter
    }

    var parameters: [ReadParameter] {
        settings.list("parameters").enumerated().map { index, value in
            let kind = Self.text("type", in: value).flatMap(ParameterRule.Kind.init(rawValue:)) ?? .string
            let rule = ParameterRule(
                name: Self.text("name", in: value) ?? "", kind: kind, minimum: Self.text("minimum", in: value) ?? "",
                maximum: Self.text("maximum", in: value) ?? "", help: Self.text("help", in: value) ?? "")
            let place = RunningHubConfiguration.NodeField(
                node: Self.text("node", in: value) ?? "", field: Self.text("field", in: value) ?? "")
            return ReadParameter(
                key: "parameters[\(index)]",
                parameter: .init(rule, at: place, default: Self.text("default", in: value)))
        }
    }

    var seed: RunningHubConfiguration.Seed? {
        let node = settings.text("seed_node")
        let isOn = node != nil || (dialect == .workflowV1 && settings.text("seed_field") != nil)
        guard isOn else { return nil }
        return .init(
            at: .init(node: node ?? "", field: settings.text("seed_field") ?? RunValue.seedName),
            fixed: settings.integer("seed_fixed"))
    }

    var rules: [ParameterRule] { parameters.map(\.parameter.rule) + (seed == nil ? [] : [RunValue.seedRule]) }

    var parameterProblems: [SettingsProblem] {
        guard parameters.count <= RunningHubLimits.parametersMax else {
            let most = RunningHubLimits.parametersMax
            return [SettingsProblem(key: "parameters", message: "has \(parameters.count) entries; the most is \(most)")]
        }
        return nameProblems + parameters.flatMap(valueProblems) + spotProblems + seedProblems
    }

    private var nameProblems: [SettingsProblem] {
        var names: Set<String> = seed == nil ? [] : [RunValue.seedName]
        if dialect == .workflowV1 { names.formUnion([RunRequest.sourceInput, RunRequest.poseInput]) }
        return parameters.compactMap { read in
            let name = read.parameter.rule.name
            let isName =
                (1...RunningHubLimits.parameterNameBytesMax).contains(name.utf8.count)
                && name.utf8.allSatisfy(Self.isWordByte)
            guard isName else {
                let message =
                    "is no name; take letters, digits, - and _, at most \(RunningHubLimits.parameterNameBytesMax)"
                return SettingsProblem(key: "\(read.key).name", message: message)
            }
            guard !names.insert(name).inserted else { return nil }
            return SettingsProblem(
                key: "\(read.key).name", message: "'\(name)' is taken; give each parameter its own name")
        }
    }

    private func valueProblems(_ read: ReadParameter) -> [SettingsProblem] {
        let rule = read.parameter.rule
        func problem(_ key: String, _ message: String) -> [SettingsProblem] {
            [SettingsProblem(key: "\(read.key).\(key)", message: message)]
        }
        for (key, bound) in [("minimum", rule.minimum), ("maximum", rule.maximum)] where !bound.isEmpty {
            if rule.kind == .boolean { return problem(key, "bounds no truth value; remove it") }
            let isWhole = rule.kind != .number
            guard isWhole ? Int64(bound) != nil : Double(bound)?.isFinite == true else {
                return problem(key, "'\(bound)' is no \(isWhole ? "whole number" : "number")")
            }
        }
        if let least = Double(rule.minimum), let most = Double(rule.maximum), least > most {
            return problem("minimum", "\(rule.minimum) is more than the maximum \(rule.maximum)")
        }
        if let text = read.parameter.defaultText, let fault = rule.problem(with: text) {
            return problem("default", fault)
        }
        return []
    }

    /// In a graph each value has a place of its own.
    private var spotProblems: [SettingsProblem] {
        guard dialect == .taskOpenAPI else { return [] }
        var places = Set(inputs.values)
        if let seed { places.insert(seed.place) }
        return parameters.compactMap { read in
            let place = read.parameter.place
            if place.node.isEmpty {
                return SettingsProblem(key: "\(read.key).node", message: "is missing; give the node's number")
            }
            if place.field.isEmpty {
                return SettingsProblem(key: "\(read.key).field", message: "is missing; give the node's field")
            }
            guard !places.insert(place).inserted else { return nil }
            return SettingsProblem(
                key: "\(read.key).field", message: "node \(place.node), field \(place.field) already has another value")
        }
    }

    private var seedProblems: [SettingsProblem] {
        guard let seed else {
            let key = ["seed_field", "seed_fixed"].first { settings.values[$0] != nil }
            let missing = dialect == .taskOpenAPI ? "seed_node" : "seed_field"
            return key.map { [SettingsProblem(key: $0, message: "does nothing without \(missing)")] } ?? []
        }
        if dialect == .workflowV1 {
            let pictures = [RunRequest.sourceInput, RunRequest.poseInput]
            let names = parameters.map(\.parameter.rule.name) + pictures
            guard names.contains(seed.place.field) else { return [] }
            return [SettingsProblem(key: "seed_field", message: "'\(seed.place.field)' is the name of another input")]
        }
        guard inputs.values.contains(seed.place) else { return [] }
        return [SettingsProblem(key: "seed_node", message: "is the place of a picture")]
    }

    /// Keys that say nothing in the engine's dialect: better told than ignored.
    var optionProblems: [SettingsProblem] {
        switch dialect {
        case .taskOpenAPI:
            let cancel = settings.text("cancel_path") == nil ? [] : [foreign("cancel_path", "workflow-v1")]
            let isV2 = settings.boolean("v2") ?? false
            guard isV2, settings.secret("access_password") != nil else { return cancel }
            return cancel + [
                SettingsProblem(key: "access_password", message: "is not known to the calls of v2; set v2: false")
            ]
        case .workflowV1:
            var keys = ["instance_type", "retain_seconds", "access_password"].filter { settings.values[$0] != nil }
            keys += ["v2", "add_metadata", "use_personal_queue"].filter { settings.boolean($0) == true }
            return keys.map { foreign($0, "task-openapi") } + cancelProblems
        }
    }

    private func foreign(_ key: String, _ dialect: String) -> SettingsProblem {
        SettingsProblem(key: key, message: "is a key of the dialect \(dialect)")
    }

    private var cancelProblems: [SettingsProblem] {
        guard let path = settings.text("cancel_path") else { return [] }
        let isPath =
            path.hasPrefix("/") && !path.hasPrefix("//") && path.contains("{task_id}") && path.utf8.count <= 512
            && path.utf8.allSatisfy { (0x21...0x7e).contains($0) && !#"\?#@"#.utf8.contains($0) }
        guard !isPath else { return [] }
        return [
            SettingsProblem(key: "cancel_path", message: "is no path with {task_id}; write /v1/tasks/{task_id}/cancel")
        ]
    }
}
