/// Every bound of the simulator, with its unit. Those with a source say so; the others keep a long load test in memory.
package enum SimulatorLimits {
    /// Bytes of one uploaded file (provider sheet 2.3: 30 MB per file for any kind).
    package static let uploadFileBytesMax = 30 * 1024 * 1024
    /// Bytes that boundaries, part headers and text parts may add to an upload's body.
    package static let uploadOverheadBytesMax = 64 * 1024
    /// Bytes of a JSON request body.
    package static let jsonBodyBytesMax = 1024 * 1024
    /// Levels of arrays and objects in a JSON document.
    package static let jsonDepthMax = 64
    /// Bytes read and dropped after a refusal, so that the peer can finish sending and see the answer.
    package static let discardedBytesMax = 64 * 1024 * 1024
    /// Connections at one time; one more is closed at once.
    package static let connectionsMax = 4_096
    /// Seconds after which a peer that still sends a refused body is cut off.
    package static let discardingSecondsMax: Int64 = 30
    /// Parts of one multipart body.
    package static let multipartPartsMax = 16
    /// Bytes of the header block of one multipart part.
    package static let multipartHeaderBytesMax = 8 * 1024
    /// Bytes of a multipart boundary (RFC 2046, 5.1.1).
    package static let multipartBoundaryBytesMax = 70
    /// Bytes of a text part, an API key or a workflow id.
    package static let textBytesMax = 4 * 1024
    /// Overrides in one `nodeInfoList`.
    package static let nodeOverridesMax = 256
    /// Bytes of all uploads that are kept for download; beyond it the oldest lose their bytes, not their names.
    package static let uploadBytesKeptMax = 1024 * 1024 * 1024
    /// Uploads known by name; beyond it an upload fails with 808.
    package static let uploadsMax = 1_000_000
    /// Runs kept in the ledger; beyond it a create fails with 500.
    package static let runsMax = 1_000_000
    /// Refused creates kept one by one in the ledger; beyond it they are only counted.
    package static let refusalsKeptMax = 10_000
    /// Accounts, that is different keys.
    package static let accountsMax = 10_000
    /// Rules in a fault plan.
    package static let faultRulesMax = 1_000
    /// Bytes to which a result is padded at most.
    package static let resultBytesMax = 256 * 1024 * 1024
    /// Bytes of rendered results kept for the next download.
    package static let renderedBytesKeptMax = 64 * 1024 * 1024
    /// Seconds of a run, a queue or a delay.
    package static let secondsMax: Double = 86_400
    /// Runs that one key may have unfinished.
    package static let slotsMax = 100_000
    /// Characters of a key at least, where no key is given.
    package static let keyCharactersMin = 8
    /// Runs that wait for machines of one's own (provider sheet 2.9); one more is refused with 814.
    package static let personalQueueMax = 1_000
    /// Webhook deliveries at one time.
    package static let webhookDeliveriesMax = 64
    /// Tries of one webhook delivery after the first.
    package static let webhookRetriesMax = 3
    /// Bytes read of a webhook receiver's answer; what is longer counts as a failure.
    package static let webhookAnswerBytesMax = 64 * 1024
    /// Characters of a webhook receiver's answer that are kept to be shown.
    package static let webhookAnswerCharactersKept = 1_024
}
