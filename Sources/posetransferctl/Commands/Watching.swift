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

    private static func endless(_ task: String) -> CommandFailure {
        CommandFailure(
            .internalFault, reason: "PROTOCOL_VIOLATION",
            "the server ended the events of task \(task) without a single one")
    }

    /// What follows the last event: the picture of a task that succeeded is fetched; the exit status tells the rest.
    func finish(_ last: StatusEvent, _ options: ResultOptions) async throws -> ExitStatus {
        let status = ExitStatus(ended: last.state) ?? .internalFault
        guard status == .success else { return status }
        onInterruptSay("The result stays on the server. Fetch it with: posetransferctl fetch \(last.taskID)")
        try await save(last.taskID, index: 0, options, known: last.outputs.first)
        return .success
    }
}
