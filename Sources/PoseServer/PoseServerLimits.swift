/// Every number that binds the server, with its unit. What a caller may know stands in `WelcomeLimits` too.
package enum PoseServerLimits {
    /// Connections at a time; one more is told TOO_MANY_CONNECTIONS.
    package static let connectionsMax = 10_000
    /// What a TOO_MANY_CONNECTIONS advises, in milliseconds.
    package static let connectionRetryMilliseconds: UInt32 = 1_000
    /// What a SERVER_DRAINING advises, in milliseconds: about the time of a restart.
    package static let drainRetryMilliseconds: UInt32 = 2_000
    /// Bytes of requests in memory over all connections, beyond which reads pause.
    package static let requestBytesMax = 64 * 1_048_576
    /// Frames up to this many bytes are not counted: the read buffer holds them anyway.
    package static let uncountedFrameBytesMax = 4_096
    /// Bytes of one connection that wait for the transport, beyond which no DATA is handed to it.
    package static let unsentBytesMax = 512 * 1_024
    /// Below this many waiting bytes DATA and items go on.
    package static let unsentBytesResume = 128 * 1_024
    /// Bytes of frames other than DATA that wait for the transport, beyond which a connection is not read.
    package static let unsentReplyBytesMax = 1_048_576
    /// Bytes of uploads of one connection that wait for the disk, beyond which it is not read.
    package static let unwrittenUploadBytesMax = 1_048_576
    /// Bytes of frames gathered for the transport before they are handed over.
    package static let gatheredBytesMax = 64 * 1_024
    /// Room that an event loop keeps for frames on their way out.
    package static let keptBufferBytesMax = 256 * 1_024
    /// Threads that wait for the disk.
    package static let diskThreads = 4
    /// Beyond all time-outs of a drain, what is still open is closed, in milliseconds.
    package static let drainGraceMilliseconds: Int64 = 2_000
    /// Chunks of one connection's downloads that are read ahead of the transport.
    package static let chunksAheadMax = 2
    /// A connection with open calls that was silent for so long is asked for a sign of life, in milliseconds.
    package static let pingAfterMilliseconds: Int64 = 60_000
    /// What is read and thrown away after END on call 0, in bytes and in milliseconds.
    package static let discardBytesMax = 1_048_576
    package static let discardMilliseconds: Int64 = 1_000
    /// Stored events read from disk at a time for one stream.
    package static let historyPageEvents = 256
    /// Named tasks up to which a stream's past is read from memory.
    package static let boardHistoryTasksMax = 32
    /// Events that wait in memory for one stream; one more, and it goes back to reading the past.
    package static let waitingEventsMax = 1_024
    /// Items written for one stream before the others have their turn.
    package static let itemsPerTurnMax = 256

    /// Reads of the disk for one page of a list, where each brings less than the page wants.
    package static let listReadsMax = 16
    /// Bytes of a page beside its tasks (token, cursor), and beside each task (tag and length).
    package static let listEnvelopeBytes = 1_024
    package static let listEntryBytes = 8
    /// Bytes of an image on a path that are read at a time.
    package static let pathReadBytes = 256 * 1_024

    /// A traceparent of version 00 has this many bytes; later versions may have more.
    package static let traceparentBytesMin = 55
    package static let traceparentBytesMax = 256
}
