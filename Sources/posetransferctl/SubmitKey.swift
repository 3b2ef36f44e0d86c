import PoseTransferClient

/// The idempotency key that `submit` uses by itself: made of what the task is (pipeline, both pictures, parameters), so that
/// the same command comes back to the same task instead of paying for another one.
///
/// A picture that the server is to read is told apart by its address: where the bytes behind a `path:` have changed, the server refuses the key.
enum SubmitKey {
    static func make(
        pipeline: String, source: ImageSource, pose: ImageSource, parameters: [String: String]
    ) -> String {
        var text = "posetransferctl submit 1\n\(field(pipeline.lowercased()))\(name(source))\(name(pose))"
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { text += field(name) + field(value) }
        return "ctl-" + ContentDigest(of: Array(text.utf8)).description.prefix(40)
    }

    private static func name(_ image: ImageSource) -> String {
        switch image {
        case .bytes(let bytes): "\(ContentDigest(of: bytes))\n"
        case .stored(let digest): "\(digest)\n"
        case .url(let url): "url " + field(url)
        case .path(let path): "path " + field(path)
        }
    }

    /// With its length before it, no text can pass for two.
    private static func field(_ text: String) -> String { "\(text.utf8.count) \(text)\n" }
}
