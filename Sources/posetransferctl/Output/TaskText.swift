import PoseTransferClient

/// The facts of a task for people, without an escape character from elsewhere.
enum TaskText {
    static func snapshot(_ task: TaskSnapshot) -> String {
        var rows = [("task", task.id), ("state", task.state.name), ("pipeline", task.pipeline)]
        let latest = task.latest
        rows.append(("attempt", "\(latest.attempt)"))
        if let progress = latest.progress { rows.append(("progress", "\(Int(progress * 100))%")) }
        if let position = latest.queuePosition { rows.append(("queue", "place \(position)")) }
        if !latest.engine.isEmpty { rows.append(("engine", latest.engine)) }
        if !latest.message.isEmpty { rows.append(("message", latest.message)) }
        if let failure = latest.failure { rows.append(("error", "\(failure.reason): \(failure.message)")) }
        rows.append(("charged", charge(latest)))
        if latest.isCancelRequested && !task.state.isTerminal { rows.append(("cancel", "asked for")) }
        if task.priority != 0 { rows.append(("priority", "\(task.priority)")) }
        rows += task.labels.sorted { $0.key < $1.key }.map { ("label", "\($0.key)=\($0.value)") }
        rows += latest.outputs.map { ("output", output($0)) }
        if let resolution = task.resolution { rows.append(("settled", resolution)) }
        if let follows = task.follows { rows.append(("follows", follows)) }
        if let next = task.followUp { rows.append(("goes on", next)) }
        if !task.idempotencyKey.isEmpty { rows.append(("key", task.idempotencyKey)) }
        return rows.map { "\($0.0.padded(to: 10))\(ProgressView.plain($0.1))\n" }.joined()
    }

    /// The last line of a watch.
    static func ending(_ event: StatusEvent, elapsed: Duration) -> String {
        let cost = event.cost.map(cost) ?? ""
        switch event.state {
        case .failed:
            let why = event.failure.map { "\($0.reason): \(ProgressView.plain($0.message))" } ?? "no reason was given"
            return "FAILED after \(Elapsed.spoken(elapsed))\(cost) (charged: \(event.charge.name)): \(why)\n"
        case .cancelled:
            return "CANCELLED after \(Elapsed.spoken(elapsed))\(cost) (charged: \(event.charge.name))\n"
        default: return "\(event.state.name) after \(Elapsed.spoken(elapsed))\(cost)\n"
        }
    }

    static func health(_ health: ServerHealth) -> String {
        var text = health.isServing ? "serving\n" : "not serving\n"
        if !health.message.isEmpty { text += "  \(ProgressView.plain(health.message))\n" }
        for engine in health.engines {
            let slots = "\(engine.slotsUsed) of \(engine.slotsLimit) slots"
            let row = [
                "  " + engine.name.padded(to: 28), engine.type.padded(to: 12), engine.state.padded(to: 10), slots,
            ]
            text += ProgressView.plain((row + [engine.message]).joined(separator: " ")) + "\n"
        }
        return text
    }

    private static func output(_ output: TaskOutput) -> String {
        let pixels = output.width > 0 ? ", \(output.width) x \(output.height) pixels" : ""
        return "\(output.name), \(output.size) bytes, \(output.mediaType)\(pixels)"
    }

    private static func charge(_ event: StatusEvent) -> String {
        event.charge.name + (event.cost.map(cost) ?? "")
    }

    private static func cost(_ cost: Cost) -> String {
        if !cost.money.isEmpty { return ", cost \(ProgressView.plain("\(cost.money) \(cost.currency)"))" }
        return cost.coins.isEmpty ? "" : ", cost \(ProgressView.plain(cost.coins)) coins"
    }
}
