import PoseTransferClient

extension TaskText {
    /// One row for each task; a line that says so where there is none.
    static func list(_ tasks: [TaskSnapshot], withCaller: Bool) -> String {
        guard !tasks.isEmpty else { return "no tasks\n" }
        var table =
            withCaller
            ? Table("TASK", "CALLER", "STATE", "CREATED", "PIPELINE", "ENGINE", "NOTE")
            : Table("TASK", "STATE", "CREATED", "PIPELINE", "ENGINE", "NOTE")
        for task in tasks {
            let created = Moment(unixMilliseconds: task.createdAtUnixMilliseconds).text
            let engine = task.latest.engine
            if withCaller {
                table.add(task.id, task.caller, task.state.name, created, task.pipeline, engine, note(task))
            } else {
                table.add(task.id, task.state.name, created, task.pipeline, engine, note(task))
            }
        }
        return table.text
    }

    /// What is worth knowing beside the state.
    private static func note(_ task: TaskSnapshot) -> String {
        let latest = task.latest
        if let resolution = task.resolution { return "settled: \(resolution)" }
        if let failure = latest.failure { return failure.reason }
        if task.state.isTerminal { return "" }
        if latest.isCancelRequested { return "cancellation asked for" }
        if let position = latest.queuePosition { return "place \(position) in the queue" }
        return latest.progress.map { "\(Int($0 * 100))%" } ?? ""
    }

    /// Tasks whose outcome an operator has to find out.
    static func unknown(_ tasks: [TaskSnapshot]) -> String {
        guard !tasks.isEmpty else { return "no task waits to be settled\n" }
        var table = Table("TASK", "CALLER", "ENGINE", "SUBMITTED", "ENDED", "MESSAGE")
        for task in tasks {
            table.add(
                task.id, task.caller, task.latest.engine,
                Moment(unixMilliseconds: task.times.submitted ?? task.times.uploaded ?? 0).text,
                Moment(unixMilliseconds: task.latest.atUnixMilliseconds).text,
                task.latest.failure?.message ?? task.latest.message)
        }
        return table.text
    }

    static func engines(_ engines: [EngineHealth]) -> String {
        guard !engines.isEmpty else { return "the server tells of no engine\n" }
        var table = Table("ENGINE", "TYPE", "STATE", "SLOTS", "LAST SUCCESS", "MESSAGE")
        for engine in engines {
            table.add(
                engine.name, engine.type, engine.state, "\(engine.slotsUsed)/\(engine.slotsLimit)",
                Moment(unixMilliseconds: engine.lastSuccessAtUnixMilliseconds ?? 0).text, engine.message)
        }
        return table.text
    }

    /// One line of a watch over many tasks.
    static func line(_ event: StatusEvent) -> String {
        var parts = [
            Moment(unixMilliseconds: event.atUnixMilliseconds).text, event.taskID, event.state.name.padded(to: 11),
        ]
        if !event.caller.isEmpty { parts.append("of \(event.caller)") }
        if !event.engine.isEmpty { parts.append(event.engine) }
        if event.attempt > 1 { parts.append("attempt \(event.attempt)") }
        if let failure = event.failure { parts.append(failure.reason) }
        if event.dropped > 0 { parts.append("(\(count(event.dropped, "earlier event")) left out)") }
        if !event.message.isEmpty { parts.append(event.message) }
        return ProgressView.plain(parts.joined(separator: "  ")) + "\n"
    }

    /// `1 task`, `2 tasks`.
    static func count(_ number: UInt64, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
