/// Why a client waits before it tries again. It is told through ``ClientConfiguration/onRetry``.
public struct RetryNotice: Sendable {
    /// What went wrong in the last attempt.
    public var error: PoseTransferError
    /// Failures in a row, this one counted.
    public var failuresInARow: Int
    /// How long it is waited before the next attempt.
    public var wait: Duration
}
