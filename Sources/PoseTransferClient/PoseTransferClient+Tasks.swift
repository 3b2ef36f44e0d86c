internal import PoseWire

extension PoseTransferClient {
    /// A task as it is now.
    ///
    /// Throws `refused` with TASK_UNKNOWN where there is none of that id for this caller, and `cannotConnect`, `connectionLost`
    /// or `deadlineExceeded` where no answer came within the configuration's `callTimeout`.
    public func task(_ id: String) async throws(PoseTransferError) -> TaskSnapshot {
        var request = GetTaskRequest()
        request.taskID = id
        let response = try await answer(to: .getTask(request), .reads, until: callDeadline)
        return TaskSnapshot(try Self.task(response))
    }

    /// Asks for a task's cancellation. A task that waits is CANCELLED in the answer; for one that runs the terminal event
    /// follows, which is SUCCEEDED or FAILED where that came first. A task that has ended stays as it is.
    ///
    /// `reason` (at most 500 characters) is kept in the task's event. Throws as ``task(_:)``, and `outcomeUnknown` where the
    /// request was sent and no answer came: ask again, it does no harm.
    public func cancel(_ id: String, reason: String = "") async throws(PoseTransferError) -> TaskSnapshot {
        var request = CancelTaskRequest()
        request.taskID = id
        request.reason = reason
        let response = try await answer(to: .cancelTask(request), .changes, until: callDeadline)
        return TaskSnapshot(try Self.task(response))
    }

    private static func task(_ response: CallResponse) throws(PoseTransferError) -> PoseWire.TaskSnapshot {
        guard case .task(let task) = response else { throw .protocolViolation("an answer of another method") }
        return task
    }

    /// Whether the server takes work, and what it knows of its engines. A server may answer it without a token; then it tells
    /// only whether it serves. Throws as ``task(_:)``.
    public func checkHealth() async throws(PoseTransferError) -> ServerHealth {
        let response = try await answer(to: .checkHealth(CheckHealthRequest()), .reads, until: callDeadline)
        guard case .health(let health) = response else { throw .protocolViolation("an answer of another method") }
        return ServerHealth(
            isServing: health.isServing, message: health.message, engines: health.engines.map { EngineHealth($0) })
    }
}
