/// Which tasks a list is about. What is left out filters nothing.
public struct TaskFilter: Hashable, Sendable {
    /// Any of these; empty: all. `TaskState.other` cannot be asked for.
    public var states: [TaskState]
    /// All of these must be equal.
    public var labels: [String: String]
    /// Tasks made at this moment or later, in milliseconds since 1970.
    public var createdSinceUnixMilliseconds: Int64?
    /// Tasks made before this moment, in milliseconds since 1970.
    public var createdBeforeUnixMilliseconds: Int64?

    /// All tasks, where nothing is given.
    public init(
        states: [TaskState] = [], labels: [String: String] = [:], createdSinceUnixMilliseconds: Int64? = nil,
        createdBeforeUnixMilliseconds: Int64? = nil
    ) {
        self.states = states
        self.labels = labels
        self.createdSinceUnixMilliseconds = createdSinceUnixMilliseconds
        self.createdBeforeUnixMilliseconds = createdBeforeUnixMilliseconds
    }
}

/// One page of a list of tasks.
public struct TaskPage: Hashable, Sendable {
    /// Newest first.
    public var tasks: [TaskSnapshot]
    /// Asks for the next page; nothing where this was the last one. It is opaque, and stays good over a restart of the server.
    public var nextPageToken: String?
    /// On the first page of ``PoseTransferClient/listTasks(_:pageSize:pageToken:)``: `statusOfAllTasks(afterCursor:)` with it goes
    /// on from this list without a gap. Nothing on other pages.
    public var cursor: UInt64?

    /// A page with these tasks.
    public init(tasks: [TaskSnapshot], nextPageToken: String? = nil, cursor: UInt64? = nil) {
        self.tasks = tasks
        self.nextPageToken = nextPageToken
        self.cursor = cursor
    }
}
