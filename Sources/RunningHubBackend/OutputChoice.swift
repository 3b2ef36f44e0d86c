import BackendAPI

/// A file that a run made, as the provider lists it.
struct ListedFile: Equatable {
    var node: String
    var url: String
    /// The announced type in lower case; empty: not announced.
    var type: String

    static let imageTypes: Set<String> = ["png", "jpg", "jpeg", "webp"]

    /// By the announced type, else by the address.
    var isImage: Bool {
        guard !url.isEmpty else { return false }
        return Self.imageTypes.contains(type.isEmpty ? ending : type)
    }

    /// What stands after the last point of the address's file name, in lower case; empty: nothing does.
    var ending: String {
        let path = url.prefix { $0 != "?" && $0 != "#" }
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        return name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } ?? "" : ""
    }
}

/// Which of a run's pictures are its results, and what they are called.
struct OutputChoice {
    let outputs: [RunningHubConfiguration.Output]
    let text: ProviderText

    /// In the order of the configuration, the first picture of each node. The first one is what the run is for: where its node gave
    /// nothing, another picture takes its place, rather one that is not a result by itself. Without a configuration every picture is a
    /// result: `image`, `image_2`, ...
    func chosen(from images: [ListedFile]) -> [RunOutput] {
        guard let main = outputs.first else {
            return images.enumerated().map { output($0 == 0 ? "image" : "image_\($0 + 1)", $1) }
        }
        let nodes = Set(outputs.map(\.node))
        let first = images.first { $0.node == main.node } ?? images.first { !nodes.contains($0.node) } ?? images.first
        let others = outputs.dropFirst().compactMap { wanted in
            images.first { $0.node == wanted.node }.map { output(wanted.name, $0) }
        }
        return (first.map { [output(main.name, $0)] } ?? []) + others
    }

    private func output(_ name: String, _ file: ListedFile) -> RunOutput {
        RunOutput(name: name, url: file.url, node: text.shown(file.node))
    }
}
