import FoundationEssentials

/// A workflow's nodes, as `getJsonApiFormat` gives them.
struct WorkflowGraph: Equatable {
    struct Node: Equatable {
        var type: String
        var title: String
        /// Sorted.
        var fields: [String]
    }

    var nodes: [String: Node]

    /// Ids in the order of their numbers.
    func ids(where isMeant: (Node) -> Bool) -> [String] {
        nodes.filter { isMeant($0.value) }.keys.sorted {
            switch (Int64($0), Int64($1)) {
            case (let one?, let other?): one < other
            case (_?, nil): true
            case (nil, _?): false
            default: $0 < $1
            }
        }
    }
}

extension WorkflowGraph: Decodable {
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyName.self)
        nodes = [:]
        for name in fields.allKeys { nodes[name.stringValue] = try? fields.decode(Node.self, forKey: name) }
    }
}

extension WorkflowGraph.Node: Decodable {
    private enum Key: String, CodingKey {
        case type = "class_type"
        case meta = "_meta"
        case inputs, title
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        type = members.lenientText(.type) ?? ""
        title = (try? members.nestedContainer(keyedBy: Key.self, forKey: .meta))?.lenientText(.title) ?? ""
        let inputs = try? members.nestedContainer(keyedBy: AnyName.self, forKey: .inputs)
        fields = inputs.map { $0.allKeys.map(\.stringValue).sorted() } ?? []
    }
}

/// `data` of the call: the graph is JSON in a text, in some answers JSON itself.
struct GraphContent: Decodable {
    let graph: WorkflowGraph?

    private enum Key: String, CodingKey {
        case prompt
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        if let text = try? fields.decode(String.self, forKey: .prompt) {
            graph = try? JSONDecoder().decode(WorkflowGraph.self, from: Data(text.utf8))
        } else {
            graph = try? fields.decode(WorkflowGraph.self, forKey: .prompt)
        }
    }
}
