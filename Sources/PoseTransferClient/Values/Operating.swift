/// What an operator has found out about a task that ended SUBMISSION_UNKNOWN.
public enum TaskVerdict: Hashable, Sendable {
    /// The provider has this run: a new task goes on with it, and nothing is paid twice.
    case adoptRun(String)
    /// The provider took nothing and bills nothing.
    case notCharged
    /// A new task submits once more, whatever became of the first: it may be paid twice.
    case submitAgain
}

/// A task that has been settled.
public struct SettledTask: Hashable, Sendable {
    /// Its events are as before; ``TaskSnapshot/resolution`` is what stands beside them.
    public var task: TaskSnapshot
    /// The new task, where work goes on.
    public var followUp: TaskSnapshot?
}

/// What was removed of a caller.
public struct PurgedCaller: Hashable, Sendable {
    /// Rows of ended tasks.
    public var tasks: UInt64
    /// Of pictures and results.
    public var bytes: UInt64
}
