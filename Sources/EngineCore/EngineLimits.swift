/// Every number that binds the engine, with its unit.
package enum EngineLimits {
    /// QUEUED tasks of all callers together; one more is refused with QUEUE_FULL.
    package static let queuedTasksMax = 100_000
    /// What a QUEUE_FULL advises, in milliseconds.
    package static let queueFullRetryMilliseconds: Int64 = 5_000
    package static let startByMillisecondsDefault: Int64 = 24 * 3_600_000
    /// How long a put image may be named at least; renewed when it is put again.
    package static let putImageLifetimeMilliseconds: Int64 = 24 * 3_600_000
    /// A provider's word on how long an upload may be used again is believed up to this.
    package static let uploadLifetimeSecondsMax: Int64 = 30 * 86_400
    /// Uploads in memory before expired ones are looked for.
    package static let uploadsInMemoryMin = 1_000
    /// Uploads in memory at most; beyond it those that expire first are forgotten, which costs an upload where one is wanted again.
    package static let uploadsInMemoryMax = 50_000
    /// Bytes of one image (the provider's limit) and its pixels.
    package static let imageBytesMax: Int64 = 30 * 1_048_576
    /// Bytes of one result.
    package static let resultBytesMax: Int64 = 256 * 1_048_576
    package static let imagePixelsMax: Int64 = 64 * 1_048_576
    package static let imageSidePixelsMax: Int64 = 16_384

    /// Attempts in which the provider could not be used, before ENGINE_UNAVAILABLE or UPLOAD_FAILED: about five minutes of outage.
    package static let transientAttemptsMax = 20
    /// Times one attempt reads an image at a caller's address that does not answer.
    package static let fetchTriesMax = 5
    /// Between two probes of an engine that is not refused, in milliseconds: what health answers is never older than this and a call.
    package static let probeIntervalMilliseconds: Int64 = 60_000
    /// One call of a backend, in milliseconds: far above any time-out of its own.
    package static let callMillisecondsMax: Int64 = 1_800_000
    /// The first probe after a start is waited for so long, in milliseconds; then its engine starts tasks without it.
    package static let firstProbeMillisecondsMax: Int64 = 60_000
    /// Uploads for which one attempt waits: a handle that expires at once would be renewed without end.
    package static let uploadsAwaitedMax = 10
    /// Times one image is offered to the provider in one attempt.
    package static let prepareTriesMax = 3
    /// Times the outputs of one paid run are read while the provider or the disk is in trouble, before RESULT_UNAVAILABLE: about an hour.
    package static let downloadTriesMax = 240
    /// Times outputs are read whose address is gone or whose bytes are unusable.
    package static let uselessDownloadsMax = 5
    /// Times a cancel without an answer is repeated.
    package static let cancelTriesMax = 3
    /// Looks at a run after its cancel, before the task ends without the provider's word.
    package static let looksAfterCancelMax = 5
    /// Looks in a row in which the provider does not know the run, before RUN_LOST.
    package static let lostLooksMax = 3
    /// Looks in a row that show success without an output, before RESULT_UNAVAILABLE.
    package static let emptyLooksMax = 10

    /// Full-jitter back-off: the first ceiling and the last, in milliseconds.
    package static let backoffBaseMilliseconds: Int64 = 500
    package static let backoffCapMilliseconds: Int64 = 30_000
    /// A provider's Retry-After is believed up to this.
    package static let retryAfterCapMilliseconds: Int64 = 600_000
    /// Between two probes of an engine that is refused (key, balance, workflow).
    package static let probeMilliseconds: Int64 = 15_000

    /// Ended tasks that stay in memory, so that the reads that follow an end cost no disk.
    package static let endedTasksOnBoardMax = 2_000
    /// Between two tries to commit to a full disk.
    package static let fullDiskRetryMilliseconds: Int64 = 1_000
    /// Requests taken in one turn, so that a commit stays short.
    package static let requestsPerTurnMax = 1_024
}
