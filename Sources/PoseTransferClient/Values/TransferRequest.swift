/// A picture of a submit.
public enum ImageSource: Hashable, Sendable {
    /// The bytes of a JPEG, PNG or WebP.
    case bytes([UInt8])
    /// A picture that was put before with ``PoseTransferClient/putImage(_:mediaType:)``.
    case stored(ContentDigest)
    /// An address that the server fetches the picture from, once the task's turn has come. Which hosts it may use, its configuration says;
    /// what is wrong with the bytes ends the task FAILED.
    case url(String)
    /// A file on the server's own machine, below one of the folders that its configuration opens to this caller.
    case path(String)
}

/// What is to be done: the person of `source` in the pose of `pose`.
public struct TransferRequest: Sendable {
    /// The picture whose person is kept.
    public var source: ImageSource
    /// The picture whose pose is taken.
    public var pose: ImageSource
    /// Empty: the server's own default, `pose_change`.
    public var pipeline: String
    /// Only names that the pipeline declares.
    public var parameters: [String: String]
    /// Two submits with the same key and content are one task. Nothing: the library makes a key for this one call.
    public var idempotencyKey: String?
    /// -100 to 100; higher comes first within the caller.
    public var priority: Int
    /// How long an attempt may run at the provider, in whole milliseconds; nothing: the engine's own.
    public var taskTimeout: Duration?
    /// How long the task may wait at a stretch, in whole milliseconds; nothing: the server's own.
    public var startBy: Duration?
    /// For your own use, to find tasks again: at most 32 of 64 + 256 bytes.
    public var labels: [String: String]

    /// A request that leaves the rest to the server.
    public init(source: ImageSource, pose: ImageSource, pipeline: String = "") {
        self.source = source
        self.pose = pose
        self.pipeline = pipeline
        parameters = [:]
        priority = 0
        labels = [:]
    }
}
