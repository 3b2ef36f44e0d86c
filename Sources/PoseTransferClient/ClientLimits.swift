/// Every bound of this library, with its unit.
enum ClientLimits {
    /// A picture up to this size goes inside the submit; a larger one is put first (wire document, section 4).
    static let inlineImageBytesMax = 1 << 20
    /// What a submit takes beside its pictures: parameters (64 KiB), labels (32 times 320 bytes), names, tags.
    static let submitOverheadBytes = 96 << 10
    /// A DATA frame's payload (wire document, section 1).
    static let dataBytesMax = 256 << 10
    /// Unwritten bytes of an upload that wait in the connection before the next chunk is handed over.
    static let unsentUploadBytesMax = 512 << 10
    /// Stored events that wait for a slow consumer. Beyond it the stream is given up and resumed once they are taken.
    static let waitingEventsMax = 256
    /// Result bytes that wait for a slow sink. At this mark the connection is read no further.
    static let waitingResultBytesMax = 1 << 20
    /// The mark at which reading goes on.
    static let waitingResultBytesLow = 256 << 10
    /// The largest frame that this client takes, in bytes behind the length field; told to the server in HELLO.
    static let frameBytesMax: UInt32 = (16 << 20) + 8
    /// Bytes of a result that `result(of:)` holds in memory.
    static let resultInMemoryBytesMax = 64 << 20
    /// How often a stream may show a gap without a single event in between before the server is held to be at fault.
    static let gapsInARowMax = 3
    /// How often a server may break the protocol in one call, stream or download before it is told instead of tried again.
    static let violationsMax = 3
}
