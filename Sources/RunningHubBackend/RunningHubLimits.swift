import HTTPTransport

/// What bounds the calls to the provider.
package enum RunningHubLimits {
    /// Bytes of an image: the provider's 30 MB for any file, read as MiB.
    package static let uploadBytesMax: Int64 = 31_457_280
    /// Bytes of a JSON answer. A failed run's reason may carry a long traceback.
    package static let replyBytesMax: Int64 = 1_048_576
    /// Bytes of a result; the sink has its own, smaller limit.
    package static let resultBytesMax: Int64 = 268_435_456
    /// Characters of a provider's text in an error.
    package static let messageCharactersMax = 500
    /// Items of one answer that are looked at.
    package static let outputItemsMax = 256
    /// Bytes of a run's id and of an upload's name.
    package static let runIDBytesMax = 64
    package static let handleBytesMax = 512
    /// Seconds for which an upload is used again. The provider says nothing; results and public uploads live about a day.
    package static let uploadLifetimeSeconds: Int64 = 21_600

    /// The provider's own advice for create is at least 30 s.
    static let createTime = HTTPTimeLimits(totalMilliseconds: 60_000)
    static let readTime = HTTPTimeLimits(totalMilliseconds: 20_000)
    static let uploadTime = HTTPTimeLimits(totalMilliseconds: 180_000, slowest: .init(bytesPerSecond: 1, seconds: 60))
    static let downloadTime = HTTPTimeLimits(
        totalMilliseconds: 300_000, slowest: .init(bytesPerSecond: 1_000, seconds: 30))
}
