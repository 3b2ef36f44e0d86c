extension SimulatedProvider {
    /// The fields of a create beside workflow and nodes: a wrong one is refused, not ignored.
    func checkOptions(of body: JSONValue) throws(Refusal) {
        for name in ["addMetadata", "usePersonalQueue"] {
            try Self.check(name, in: body) { $0.bool != nil || ["true", "false"].contains($0.string) }
        }
        try Self.check("instanceType", in: body) { ["default", "plus", "ultra"].contains($0.string) }
        try Self.check("retainSeconds", in: body) { (10...180).contains($0.integer ?? 0) }
        for name in ["webhookUrl", "workflow", "accessPassword"] {
            try Self.check(name, in: body) { $0.string != nil }
        }
        guard let graph = body["workflow"]?.string else { return }
        guard case .object? = try? JSONValue(parsing: Array(graph.utf8)) else {
            throw Refusal(ProviderCode.promptInvalid, "workflow is not a graph in JSON")
        }
    }

    private static func check(_ name: String, in body: JSONValue, _ isLegal: (JSONValue) -> Bool) throws(Refusal) {
        guard let value = body[name], value != .null else { return }
        guard isLegal(value) else { throw Refusal(ProviderCode.invalidParameters, "\(name) is not valid") }
    }

    static func overrides(in value: JSONValue?) throws(Refusal) -> [SimulatedRun.Override] {
        guard let value, value != .null else { return [] }
        guard let list = value.array, list.count <= SimulatorLimits.nodeOverridesMax else {
            throw Refusal(ProviderCode.nodeInfoInvalid)
        }
        var overrides: [SimulatedRun.Override] = []
        for element in list {
            let override = try override(element)
            guard !overrides.contains(where: { $0.node == override.node && $0.field == override.field }) else {
                throw Refusal(ProviderCode.nodeInfoInvalid)
            }
            overrides.append(override)
        }
        return overrides
    }

    /// One element of `nodeInfoList`: it must name a node and a field of the workflow (803); a value that the node
    /// cannot take is refused by the prompt's validation (433).
    static func override(_ element: JSONValue) throws(Refusal) -> SimulatedRun.Override {
        guard let node = element["nodeId"]?.string, let field = element["fieldName"]?.string,
            let value = element["fieldValue"], value.isScalar,
            let saved = WorkflowGraph.savedValue(node: node, field: field)
        else { throw Refusal(ProviderCode.nodeInfoInvalid) }
        let fits =
            switch saved {
            case .string: value.string != nil
            case .integer: value.number != nil || value.string.flatMap { Double($0) } != nil
            default: false
            }
        guard fits else {
            throw Refusal(ProviderCode.promptInvalid, "Value not valid for node \(node), field \(field)")
        }
        return SimulatedRun.Override(node: node, field: field, value: value)
    }

    /// SHA-256 of the picture that a `LoadImage` node reads: an upload of the same account, or the saved picture.
    func digest(of node: String, in overrides: [SimulatedRun.Override], account: Int) throws(Refusal) -> [UInt8] {
        guard let override = overrides.first(where: { $0.node == node && $0.field == "image" }) else {
            let saved = WorkflowGraph.savedValue(node: node, field: "image")?.string ?? ""
            return Digest.sha256(Array(saved.utf8))
        }
        guard let name = override.value.string, let upload = uploads[name], upload.account == account else {
            throw Refusal(
                ProviderCode.promptInvalid, "Custom validation failed for node \(node): image - Invalid image file")
        }
        return upload.digest
    }
}
