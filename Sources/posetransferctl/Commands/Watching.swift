import PoseTransferClient

extension CommandRun {
    /// Shows a task's events until it has ended; returns the last one.
    func watch(_ task: String) async throws -> StatusEvent {
        onInterruptSay("The task goes on. Come back to it with: posetransferctl watch \(task)")
        return try await withThrowingTaskGroup(of: StatusEvent?.self) { group in
            group.addTask { try await self.showEvents(of: task) }
            group.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(500))
                    self.console.tick()
                }
            }
            defer { group.cancelAll() }
            guard let last = try await group.next() ?? nil else { throw Self.endless(task) }
            return last
        }
    }

    private func showEvents(of task: String) async throws -> StatusEvent? {
        var first: StatusEvent?
        var last: StatusEvent?
        for try await event in client.status(of: task) {
            first = first ?? event
            last = event
            console.show(event)
        }
        guard let first, let last else { return nil }
        if console.format == .text {
            let elapsed = Duration.milliseconds(last.atUnixMilliseconds - first.atUnixMilliseconds)
            console.tell(text: TaskText.ending(last, elapsed: elapsed), json: .null)
        }
        return last
    }

    /// Shows the events of many tasks, one line each; it ends only with the program.
    func watchAll(ofAllCallers: Bool, afterCursor: UInt64?) async throws -> ExitStatus {
        let start = if let afterCursor { afterCursor } else { try await client.connect().cursor }
        let events =
            ofAllCallers
            ? client.statusOfAllCallers(afterCursor: start) : client.statusOfAllTasks(afterCursor: start)
        console.remark("Watching; Ctrl-C ends it.")
        for try await event in events where !event.isTransient {
            console.tell(text: TaskText.line(event), json: TaskJSON.event(event))
        }
        return .success
    }

    private static func endless(_ task: String) -> CommandFailure {
        CommandFailure(
            .internalFault, reason: "PROTOCOL_VIOLATION",
            "the server ended the events of task \(task) without a single one")
    }

    /// The task is paid and its result is safe: what to do about a lost download is to fetch it.
    private static func unfetched(_ task: String, _ error: PoseTransferError) -> CommandFailure {
        var failure = CommandFailure(error)
        if error.code != .refused {
            failure.advice = "The result stays on the server. Fetch it with: posetransferctl fetch \(task)"
        }
        return failure
    }

    /// What follows the last event: the picture of a task that succeeded is fetched; the exit status tells the rest.
    func finish(_ last: StatusEvent, _ options: ResultOptions) async throws -> ExitStatus {
        let status = ExitStatus(ended: last.state) ?? .internalFault
        guard status == .success else { return status }
        onInterruptSay("The result stays on the server. Fetch it with: posetransferctl fetch \(last.taskID)")
        do {
            try await save(last.taskID, index: 0, options)
        } catch let error as PoseTransferError where error.cause as? CommandFailure == nil {
            throw Self.unfetched(last.taskID, error)
        }
        return .success
    }
}
