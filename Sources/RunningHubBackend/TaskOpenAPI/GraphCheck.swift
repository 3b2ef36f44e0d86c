import BackendAPI
import HTTPTransport

/// Whether the engine's node numbers are those of the workflow: a wrong one would be found out only by a paid run.
struct GraphCheck {
    let errors: ErrorReader
    let configuration: RunningHubConfiguration

    /// Never run on the website, or not there at all.
    private static let invalid: Set<Int> = [380, 810]

    /// `isValid` is `nil` where the graph cannot be read: not every account may.
    func judgement(_ answer: Result<HTTPResponse, HTTPTransportError>) -> (isValid: Bool?, message: String) {
        let reply = Reply(answer, as: GraphContent.self)
        if case .answered(let envelope) = reply, let code = envelope.code, Self.invalid.contains(code) {
            return (false, errors.error(code: code, message: envelope.message).message)
        }
        guard case .answered(let envelope) = reply, envelope.code == ProviderCodes.success,
            let graph = envelope.content?.graph, !graph.nodes.isEmpty
        else {
            let reason = errors.error(reply)?.message ?? "the provider's answer holds no graph"
            return (nil, errors.text.shown("the workflow's nodes could not be checked: \(reason)"))
        }
        let problems = problems(in: graph)
        return (problems.isEmpty, errors.text.shown(problems.joined(separator: "; ")))
    }

    func problems(in graph: WorkflowGraph) -> [String] {
        var problems: [String] = []
        for (name, place) in configuration.inputs.sorted(by: { $0.key < $1.key }) {
            problems += problem(place, "inputs.\(name)", in: graph, kind: "LoadImage nodes", Self.isLoader)
        }
        for output in configuration.outputs where graph.nodes[output.node] == nil {
            let nodes = Self.list(graph, "output nodes", Self.isSaver)
            problems.append("outputs, name \(output.name): the workflow has no node \(output.node); \(nodes)")
        }
        for parameter in configuration.parameters {
            problems += value(parameter.place, "parameters, name \(parameter.rule.name)", in: graph)
        }
        return problems + (configuration.seed.map { value($0.place, "seed_node", in: graph) } ?? [])
    }

    private func value(_ place: RunningHubConfiguration.NodeField, _ key: String, in graph: WorkflowGraph) -> [String] {
        problem(place, key, in: graph, kind: "nodes with a field '\(place.field)'") { $0.fields.contains(place.field) }
    }

    private func problem(
        _ place: RunningHubConfiguration.NodeField, _ key: String, in graph: WorkflowGraph, kind: String,
        _ isOfKind: (WorkflowGraph.Node) -> Bool
    ) -> [String] {
        guard let node = graph.nodes[place.node] else {
            let nodes = Self.list(graph, kind, isOfKind)
            return ["\(key): the workflow has no node \(place.node) (for its field '\(place.field)'); \(nodes)"]
        }
        guard !node.fields.contains(place.field) else { return [] }
        let fields = node.fields.isEmpty ? "none" : node.fields.joined(separator: ", ")
        return ["\(key): node \(place.node) (\(node.type)) has no field '\(place.field)'; its fields: \(fields)"]
    }

    // MARK: Kinds of nodes

    private static func isLoader(_ node: WorkflowGraph.Node) -> Bool {
        let type = node.type.lowercased()
        return type.contains("load") && type.contains("image")
    }

    private static func isSaver(_ node: WorkflowGraph.Node) -> Bool {
        let type = node.type.lowercased()
        return type.contains("save") || type.contains("preview") || type.contains("comparer")
    }

    private static func list(
        _ graph: WorkflowGraph, _ kind: String, _ isOfKind: (WorkflowGraph.Node) -> Bool
    ) -> String {
        let ids = graph.ids(where: isOfKind).prefix(RunningHubLimits.nodesListedMax)
        guard !ids.isEmpty else { return "there are no \(kind)" }
        let nodes = ids.map { id in
            let title = graph.nodes[id]?.title ?? ""
            return title.isEmpty ? id : "\(id) (\(title))"
        }
        return "\(kind): \(nodes.joined(separator: ", "))"
    }
}
