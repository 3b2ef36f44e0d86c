/// A value of the file with its place: YAML cut down to what a configuration needs.
struct ConfigurationNode: Equatable {
    enum Content: Equatable {
        /// `isPlain`: without quotes, so that it may be a number or `true`.
        case scalar(String, isPlain: Bool)
        case list([ConfigurationNode])
        case map([Entry])
        /// A key without a value, `~` or `null`.
        case nothing
    }

    struct Entry: Equatable {
        let key: String
        let keyPosition: Position
        let value: ConfigurationNode
    }

    let position: Position
    let content: Content

    /// For messages: what stands here.
    var kindForPeople: String {
        switch content {
        case .scalar: "a single value"
        case .list: "a list"
        case .map: "a map"
        case .nothing: "nothing"
        }
    }

    /// `'name' ` as a message may repeat it; empty where a reference or a variable brought it, as it may be a secret then.
    func forPeople(_ name: String) -> String {
        if position.outside?.isSecretive == true { return "" }
        if case .scalar(let text, _) = content, text.contains("${") { return "" }
        return "'\(shown(name))' "
    }

    func value(of key: String) -> ConfigurationNode? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// What a path as `inputs.raw_image.node` or `outputs[0].node` leads to; as far as it can be followed.
    func node(along path: String) -> ConfigurationNode {
        var node = self
        for part in path.split(whereSeparator: { ".[]".contains($0) }) {
            if case .list(let nodes) = node.content, let index = Int(part), nodes.indices.contains(index) {
                node = nodes[index]
            } else if let next = node.value(of: String(part)) {
                node = next
            } else {
                break
            }
        }
        return node
    }
}
