/// What is told of a result before its bytes come.
public struct ResultDescription: Hashable, Sendable {
    /// The task that made it.
    public var taskID: String
    /// Which of the task's outputs it is, from 0.
    public var outputIndex: Int
    /// Bytes.
    public var size: UInt64
    /// Of the whole result; it has been checked when `fetchResult` returns.
    public var digest: ContentDigest
    /// For example `image/png`.
    public var mediaType: String
    /// The server's suggestion; it comes from elsewhere and may hold anything: never use it as a path.
    public var fileName: String
    /// How many outputs the task has.
    public var outputCount: Int
}

/// Takes a result: a file, a buffer, another connection.
///
/// While `write` has not returned, at most 1 MiB waits; then the client reads nothing more, and its other calls wait as well. So a
/// sink makes no calls on the client that fills it. The bytes are verified when all of them are written: what a sink got counts
/// only when `fetchResult` has returned.
public protocol ResultSink: Sendable {
    /// Called once, before the first byte.
    func begin(_ result: ResultDescription) async throws
    /// The next bytes, in order and without a gap, however often the connection broke.
    func write(_ bytes: [UInt8]) async throws
}
