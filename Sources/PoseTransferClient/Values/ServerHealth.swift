/// Whether a server takes work, and what it knows about its engines.
public struct ServerHealth: Hashable, Sendable {
    public var isServing: Bool
    /// For people; may be empty.
    public var message: String
    /// Empty where the caller may not see them.
    public var engines: [EngineHealth]
}

/// What a server knows about one engine.
public struct EngineHealth: Hashable, Sendable {
    public var name: String
    /// For example `runninghub`.
    public var type: String
    /// `serving`, `degraded`, `paused`, `open` or `disabled`.
    public var state: String
    /// The four questions of a probe; nothing where the answer is not known.
    public var isConfigured: Bool?
    public var isReachable: Bool?
    public var isAuthorised: Bool?
    public var isFunded: Bool?
    public var isWorkflowValid: Bool?
    public var message: String
    /// Milliseconds since 1970; nothing where there was none.
    public var lastSuccessAtUnixMilliseconds: Int64?
    public var slotsUsed: Int
    public var slotsLimit: Int
    /// Runs at the provider under the same key that this server has not begun.
    public var foreignRuns = 0
}

/// What a server says of itself when a connection opens.
public struct ServerInformation: Hashable, Sendable {
    public var name: String
    public var build: String
    /// New with each start of the server.
    public var instanceID: String
    /// The highest cursor that was ever shown: `statusOfAllTasks(afterCursor:)` with it means from now on.
    public var cursor: UInt64
    /// The largest picture that the server takes, in bytes.
    public var imageBytesMax: UInt64
    /// The largest frame that the server takes, in bytes behind the length field.
    public var frameBytesMax: UInt32
}
