import PoseTransferClient

/// The idempotency key that `submit` uses by itself: made of what the task is (pipeline, both pictures, parameters), so that
/// the same command comes back to the same task instead of paying for another one.
enum SubmitKey {
    static func make(
        pipeline: String, source: ContentDigest, pose: ContentDigest, parameters: [String: String]
    ) -> String {
        var text = "posetransferctl submit 1\n\(field(pipeline.lowercased()))\(source)\n\(pose)\n"
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { text += field(name) + field(value) }
        return "ctl-" + ContentDigest(of: Array(text.utf8)).description.prefix(40)
    }

    /// With its length before it, no text can pass for two.
    private static func field(_ text: String) -> String { "\(text.utf8.count) \(text)\n" }
}
