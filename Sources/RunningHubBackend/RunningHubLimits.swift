import BackendAPI
import HTTPTransport

/// What bounds the calls to the provider.
package enum RunningHubLimits {
    /// Bytes of an image: the provider's 30 MB for any file, read as MiB.
    package static let uploadBytesMax: Int64 = 31_457_280
    /// Bytes of a JSON answer. A failed run's reason may carry a long traceback.
    package static let replyBytesMax: Int64 = 1_048_576
    /// Bytes of an answer of `workflow-v1`: a few names and addresses.
    package static let shortReplyBytesMax: Int64 = 262_144
    /// Bytes of the answer that holds a workflow's graph.
    package static let graphBytesMax: Int64 = 8_388_608
    /// Nodes that a message lists.
    package static let nodesListedMax = 12
    /// Bytes of a result; the sink has its own, smaller limit.
    package static let resultBytesMax: Int64 = 268_435_456
    /// Characters of a provider's text in an error.
    package static let messageCharactersMax = 500
    /// Items of one answer that are looked at.
    package static let outputItemsMax = 256
    /// Bytes of a run's id and of an upload's name.
    package static let runIDBytesMax = 64
    package static let handleBytesMax = 512
    /// Bytes of an upload's address, which is its handle in `workflow-v1`.
    package static let handleAddressBytesMax = 2_048
    /// Parameters of one engine, and bytes of a parameter's name.
    package static let parametersMax = 64
    package static let parameterNameBytesMax = 64
    /// The largest seed: the largest whole number that every JSON reader holds exactly.
    package static let seedMax: Int64 = 9_007_199_254_740_991
    /// Seconds for which an upload is used again. The provider says nothing; results and public uploads live about a day.
    package static let uploadLifetimeSeconds: Int64 = 21_600

    /// The provider's own advice for create is at least 30 s.
    static let createTime = HTTPTimeLimits(totalMilliseconds: 60_000)
    static let readTime = HTTPTimeLimits(totalMilliseconds: 20_000)
    static let uploadTime = HTTPTimeLimits(totalMilliseconds: 180_000, slowest: .init(bytesPerSecond: 1, seconds: 60))
    static let downloadTime = HTTPTimeLimits(
        totalMilliseconds: 300_000, slowest: .init(bytesPerSecond: 1_000, seconds: 30))

    static func checkUpload(_ image: ImageFile) throws(BackendError) {
        guard image.sizeBytes > uploadBytesMax else { return }
        throw BackendError(
            .permanent, code: "too large",
            message: "the image has \(image.sizeBytes) bytes; the provider takes \(uploadBytesMax)")
    }
}
