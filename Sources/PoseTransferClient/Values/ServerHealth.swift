/// Whether a server takes work, and what it knows about its engines.
public struct ServerHealth: Hashable, Sendable {
    /// Whether it takes work.
    public var isServing: Bool
    /// For people; may be empty.
    public var message: String
    /// Empty where the caller may not see them.
    public var engines: [EngineHealth]
}

/// What a server knows about one engine.
public struct EngineHealth: Hashable, Sendable {
    /// As the configuration calls it.
    public var name: String
    /// For example `runninghub`.
    public var type: String
    /// `serving`, `degraded`, `paused`, `open` or `disabled`.
    public var state: String
    /// The four questions of a probe; nothing where the answer is not known.
    public var isConfigured: Bool?
    /// Whether the provider answers; nothing where not known.
    public var isReachable: Bool?
    /// Whether the key is taken; nothing where not known.
    public var isAuthorised: Bool?
    /// Whether the account has a balance; nothing where not known.
    public var isFunded: Bool?
    /// Whether the workflow can be run; nothing where not known.
    public var isWorkflowValid: Bool?
    /// For people; may be empty.
    public var message: String
    /// Milliseconds since 1970; nothing where there was none.
    public var lastSuccessAtUnixMilliseconds: Int64?
    /// Runs that are out now.
    public var slotsUsed: Int
    /// Runs that may be out at the same time.
    public var slotsLimit: Int
    /// Runs at the provider under the same key that this server has not begun.
    public var foreignRuns = 0
}

/// What a server says of itself when a connection opens.
public struct ServerInformation: Hashable, Sendable {
    /// As its configuration calls it.
    public var name: String
    /// The build's version.
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
