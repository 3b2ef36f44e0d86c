import PoseTransferClient

/// The facts of a task as JSON, with the names of the .proto file. A key is always there; what is not known is null.
enum TaskJSON {
    static func event(_ event: StatusEvent) -> JSONLine {
        .object([("type", .string("event"))] + members(event) + [("caller", .optional(event.caller))])
    }

    static func snapshot(_ task: TaskSnapshot, type: String = "task") -> JSONLine {
        .object(
            [("type", .string(type))] + members(task.latest) + [
                ("pipeline", .string(task.pipeline)), ("priority", .integer(Int64(task.priority))),
                ("labels", labels(task.labels)), ("created_at_unix_ms", .integer(task.createdAtUnixMilliseconds)),
                ("times", times(task.times)), ("task_timeout_ms", .milliseconds(task.taskTimeout)),
                ("start_by_ms", .milliseconds(task.startBy)), ("idempotency_key", .optional(task.idempotencyKey)),
                ("caller", .optional(task.caller)), ("follows_task_id", .optional(task.follows ?? "")),
                ("follow_up_task_id", .optional(task.followUp ?? "")),
                ("resolution", .optional(task.resolution ?? "")),
            ])
    }

    private static func members(_ event: StatusEvent) -> [(String, JSONLine)] {
        [
            ("task_id", .string(event.taskID)), ("sequence", .unsigned(event.sequence)),
            ("cursor", .unsigned(event.cursor)), ("state", .string(event.state.name)),
            ("progress", event.progress.map { .number($0) } ?? .null),
            ("queue_position", .optional(event.queuePosition.map { Int64($0) })),
            ("eta_ms", .milliseconds(event.estimate)), ("eta_p90_ms", .milliseconds(event.cautiousEstimate)),
            ("engine", .optional(event.engine)), ("step", .optional(event.step)),
            ("attempt", .integer(Int64(event.attempt))), ("message", .optional(event.message)),
            ("error", event.failure.map(failure) ?? .null), ("charged", .string(event.charge.name)),
            ("cost", event.cost.map(cost) ?? .null), ("at_unix_ms", .integer(event.atUnixMilliseconds)),
            ("transient", .bool(event.isTransient)), ("dropped", .unsigned(event.dropped)),
            ("outputs", .array(event.outputs.map(output))), ("cancel_requested", .bool(event.isCancelRequested)),
        ]
    }

    private static func failure(_ failure: TaskFailure) -> JSONLine {
        .object([
            ("code", .integer(Int64(failure.code))), ("reason", .string(failure.reason)),
            ("message", .string(failure.message)),
        ])
    }

    private static func cost(_ cost: Cost) -> JSONLine {
        .object([
            ("coins", .optional(cost.coins)), ("money", .optional(cost.money)), ("currency", .optional(cost.currency)),
        ])
    }

    private static func output(_ output: TaskOutput) -> JSONLine {
        .object([
            ("name", .string(output.name)), ("size_bytes", .unsigned(output.size)),
            ("sha256", .optional(output.digest?.description ?? "")), ("media_type", .string(output.mediaType)),
            ("width", .integer(Int64(output.width))), ("height", .integer(Int64(output.height))),
        ])
    }

    private static func labels(_ labels: [String: String]) -> JSONLine {
        .object(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }

    private static func times(_ times: StageTimes) -> JSONLine {
        .object([
            ("accepted_at_unix_ms", .optional(times.accepted)), ("started_at_unix_ms", .optional(times.started)),
            ("uploaded_at_unix_ms", .optional(times.uploaded)), ("submitted_at_unix_ms", .optional(times.submitted)),
            ("running_at_unix_ms", .optional(times.running)), ("downloaded_at_unix_ms", .optional(times.downloaded)),
            ("ended_at_unix_ms", .optional(times.ended)),
        ])
    }
}

extension TaskJSON {
    static func health(_ health: ServerHealth) -> JSONLine {
        .object([
            ("type", .string("health")), ("serving", .bool(health.isServing)), ("message", .optional(health.message)),
            ("engines", .array(health.engines.map { engine($0) })),
        ])
    }

    static func engine(_ engine: EngineHealth, type: String? = nil) -> JSONLine {
        .object(
            (type.map { [("type", .string($0))] } ?? []) + [
                ("name", .string(engine.name)), (type == nil ? "type" : "engine_type", .string(engine.type)),
                ("state", .string(engine.state)),
                ("configured", .optional(engine.isConfigured)), ("reachable", .optional(engine.isReachable)),
                ("authorised", .optional(engine.isAuthorised)), ("funded", .optional(engine.isFunded)),
                ("workflow_valid", .optional(engine.isWorkflowValid)), ("message", .optional(engine.message)),
                ("last_success_at_unix_ms", .optional(engine.lastSuccessAtUnixMilliseconds)),
                ("slots_used", .integer(Int64(engine.slotsUsed))), ("slots_limit", .integer(Int64(engine.slotsLimit))),
                ("foreign_runs", .integer(Int64(engine.foreignRuns))),
            ])
    }
}
