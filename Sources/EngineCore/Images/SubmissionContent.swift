import Crypto

/// What must be equal for one idempotency key to mean one task.
package enum SubmissionContent {
    /// The digest of a submission's content: pipeline (ASCII case never counts), both images and all parameters.
    /// Nothing else counts: not priority, times or labels. Every part bears its length, so that no two contents give
    /// the same bytes; kept on disk with the task, so these bytes may never change.
    package static func digest(
        pipeline: String, source: Submission.Image, pose: Submission.Image, parameters: [String: String]
    ) -> ContentDigest {
        var bytes = Array("posetransfer submission 1".utf8)
        append(pipeline.utf8.map(\.asciiLowerCased), to: &bytes)
        append(source.identity, to: &bytes)
        append(pose.identity, to: &bytes)
        append(UInt64(parameters.count), to: &bytes)
        let sorted = parameters.map { (name: Array($0.utf8), value: Array($1.utf8)) }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
        for (name, value) in sorted {
            append(name, to: &bytes)
            append(value, to: &bytes)
        }
        return ContentDigest(SHA256.hash(data: bytes))
    }

    private static func append(_ part: [UInt8], to bytes: inout [UInt8]) {
        append(UInt64(part.count), to: &bytes)
        bytes += part
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
