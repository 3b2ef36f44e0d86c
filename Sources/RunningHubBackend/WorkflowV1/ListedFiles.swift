/// The files of a finished run, out of the several shapes in which they were seen.
enum ListedFiles {
    private static let containers = ["outputs", "output", "result"]
    /// Names of the picture inside an object, the likeliest first.
    private static let pictures = ["output_image", "image", "result", "output"]

    static func all(in answer: LooseJSON) -> [ListedFile] {
        let places = [answer] + [answer["data"]].compactMap { $0 }
        let container = places.lazy.flatMap { place in containers.compactMap { place[$0] } }.first
        return Array((container.map { files($0, node: "") } ?? []).prefix(RunningHubLimits.outputItemsMax))
    }

    /// `node` is the name under which a file stands; lists and plain texts have none.
    private static func files(_ value: LooseJSON, node: String) -> [ListedFile] {
        switch value {
        case .null: []
        case .text(let text): isAddress(text) ? [ListedFile(node: node, url: text, type: "")] : []
        case .list(let elements): elements.flatMap { files($0, node: node) }
        case .map(let members): file(value, node: node).map { [$0] } ?? named(members)
        }
    }

    private static func file(_ value: LooseJSON, node: String) -> ListedFile? {
        guard let url = value.text("url", "file_url", "fileUrl"), isAddress(url) else { return nil }
        let type = value.text("type", "file_type", "fileType")?.lowercased() ?? ""
        return ListedFile(
            node: value.text("node", "nodeId", "name") ?? node, url: url,
            // Some say `image`, or a media type: the last word counts.
            type: type == "image" ? "" : type.split(separator: "/").last.map(String.init) ?? "")
    }

    private static func named(_ members: [String: LooseJSON]) -> [ListedFile] {
        let others = members.keys.filter { !pictures.contains($0) }.sorted()
        return (pictures + others).flatMap { name in members[name].map { files($0, node: name) } ?? [] }
    }

    private static func isAddress(_ text: String) -> Bool {
        text.hasPrefix("https://") || text.hasPrefix("http://")
    }
}
