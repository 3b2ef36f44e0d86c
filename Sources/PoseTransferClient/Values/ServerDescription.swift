/// What a server is and takes.
public struct ServerDescription: Hashable, Sendable {
    /// As its configuration calls it.
    public var name: String
    /// The build's version.
    public var build: String
    /// Versions of the wire protocol that it speaks.
    public var versions: [Int]
    /// What it takes at most, and how long it waits.
    public var limits: ServerLimits
    /// What a submit may name.
    public var pipelines: [PipelineDescription]
    /// Empty where the caller may not see them. How they stand is in ``ServerHealth``.
    public var engines: [EngineDescription]
    /// Every reason that an error of this server may bear.
    public var reasons: [String]
    /// The public .proto file as a serialized `google.protobuf.FileDescriptorSet`.
    public var fileDescriptorSet: [UInt8]
}

/// A pipeline: one or several steps that make a picture of two.
public struct PipelineDescription: Hashable, Sendable {
    /// What ``TransferRequest/pipeline`` names it by.
    public var name: String
    /// A disabled one is known and refused.
    public var isEnabled: Bool
    /// In their order.
    public var steps: [String]
    /// What ``TransferRequest/parameters`` may have for it.
    public var parameters: [ParameterDescription]
    /// For people; may be empty.
    public var description: String
}

/// A parameter that a pipeline takes.
public struct ParameterDescription: Hashable, Sendable {
    /// Its key in ``TransferRequest/parameters``.
    public var name: String
    /// `string`, `integer`, `number` or `boolean`.
    public var type: String
    /// Decimal text; empty: no bound.
    public var minimum: String
    /// Decimal text; empty: no bound.
    public var maximum: String
    /// For people; may be empty.
    public var help: String
}

/// An engine as it is configured.
public struct EngineDescription: Hashable, Sendable {
    /// As the configuration calls it.
    public var name: String
    /// For example `runninghub`.
    public var type: String
    /// A disabled one begins no runs.
    public var isEnabled: Bool
    /// Whether a run there may be billed.
    public var mayCostMoney: Bool
    /// The type that takes a disabled engine's place; empty where there is none.
    public var replacedBy: String
}

/// The bounds and time-outs of a server. Nothing where it does not tell one.
public struct ServerLimits: Hashable, Sendable {
    /// Bytes behind a frame's length field.
    public var frameBytesMax: UInt64?
    /// Calls that one connection may have in work.
    public var callsMax: Int?
    /// Open streams, downloads and uploads of one connection.
    public var streamsMax: Int?
    /// Bytes of one picture.
    public var imageBytesMax: UInt64?
    /// Pixels of one picture.
    public var imagePixelsMax: UInt64?
    /// A connection without a call is closed after it.
    public var idleTimeout: Duration?
    /// What still runs is given so long when the server goes away.
    public var drainTimeout: Duration?
    /// How long a result is kept.
    public var resultRetention: Duration?
    /// How long an ended task is kept.
    public var taskRetention: Duration?
    /// How long a task may wait where its submit does not say.
    public var startByDefault: Duration?
}
