internal import PoseWire

/// What an operator does: for callers with admin rights, all others get `refused` with ADMIN_ONLY. Each call is in the server's audit log, with its
/// `note` (at most 1,024 bytes).
extension PoseTransferClient {
    /// Settles a task that ended SUBMISSION_UNKNOWN. Its events stay as they are; the verdict stands beside them.
    ///
    /// The same verdict again answers as the first time, so this is repeated by itself. Throws `refused` with TASK_NOT_UNKNOWN, TASK_SETTLED (it
    /// was settled otherwise), RUN_TAKEN or TASK_UNKNOWN, and `outcomeUnknown` where no answer came: ask again, it does no harm.
    public func resolve(
        _ taskID: String, as verdict: TaskVerdict, note: String = ""
    ) async throws(PoseTransferError) -> SettledTask {
        var request = ResolveTaskRequest()
        request.taskID = taskID
        request.verdict = Verdict(verdict)
        request.note = note
        let response = try await answer(to: .resolveTask(request), .changes, until: callDeadline)
        guard case .settled(let settled) = response else { throw .protocolViolation("an answer of another method") }
        return SettledTask(task: TaskSnapshot(settled.task), followUp: settled.followUp.map { TaskSnapshot($0) })
    }

    /// Pauses an engine, so that it begins no more runs, or lets it go on. It survives a restart of the server; runs that are out go on.
    ///
    /// Throws `refused` with ENGINE_UNKNOWN, and `outcomeUnknown` where no answer came: ask again, it does no harm.
    public func setEngine(
        _ name: String, paused: Bool, note: String = ""
    ) async throws(PoseTransferError) -> EngineHealth {
        var request = SetEngineRequest()
        request.engine = name
        request.isPaused = paused
        request.note = note
        let response = try await answer(to: .setEngine(request), .changes, until: callDeadline)
        guard case .engine(let engine) = response else { throw .protocolViolation("an answer of another method") }
        return EngineHealth(engine)
    }

    /// Removes pictures, results and rows of a caller's ended tasks. Tasks that go on stay.
    ///
    /// Where the connection breaks it is asked again; then the numbers are those of the last time alone. Throws `refused` with
    /// CALLER_UNKNOWN where the caller has nothing (also when an attempt before it has removed all), and `outcomeUnknown`.
    public func purge(caller: String, note: String = "") async throws(PoseTransferError) -> PurgedCaller {
        var request = PurgeCallerRequest()
        request.caller = caller
        request.note = note
        let response = try await answer(to: .purgeCaller(request), .changes, until: transferDeadline)
        guard case .purged(let purged) = response else { throw .protocolViolation("an answer of another method") }
        return PurgedCaller(tasks: purged.tasks, bytes: purged.bytes)
    }

    /// Tells the server to end as at SIGTERM: it takes no new calls, finishes those that run, and goes. A server that drains
    /// already is no error. Throws `outcomeUnknown` where no answer came.
    public func drain(note: String = "") async throws(PoseTransferError) {
        var request = DrainRequest()
        request.note = note
        do throws(PoseTransferError) {
            let response = try await answer(to: .drain(request), .drains, until: callDeadline)
            guard case .draining = response else { throw .protocolViolation("an answer of another method") }
        } catch {
            guard error.code == .refused, error.reason == WireReason.serverDraining.rawValue else { throw error }
        }
    }

    /// The events of all tasks of all callers, from the one behind `afterCursor`: 0 is all that the server keeps,
    /// ``ServerInformation/cursor`` is from now on. It ends only when the iterating task does. Iterating throws `refused` with ADMIN_ONLY.
    public func statusOfAllCallers(afterCursor: UInt64 = 0) -> StatusSequence {
        StatusSequence(client: self, start: StatusResumption(scope: .allCallers, afterCursor: afterCursor))
    }
}

extension Verdict {
    fileprivate init(_ verdict: TaskVerdict) {
        switch verdict {
        case .adoptRun(let run): self = .adoptRun(run)
        case .notCharged: self = .notCharged
        case .submitAgain: self = .submitAgain
        }
    }
}
