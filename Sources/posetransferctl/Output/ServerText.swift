import PoseTransferClient

/// A server's description for people.
enum ServerText {
    static func description(_ server: ServerDescription) -> String {
        let versions = server.versions.map { "\($0)" }.joined(separator: ", ")
        var text = rows([("server", server.name), ("build", server.build), ("protocol", versions)])
        text += "\nPIPELINES\n" + server.pipelines.map(pipeline).joined()
        if !server.engines.isEmpty { text += "\n" + engines(server.engines) }
        return text + "\nLIMITS\n" + limits(server.limits)
    }

    private static func pipeline(_ pipeline: PipelineDescription) -> String {
        let state = pipeline.isEnabled ? "" : " (disabled)"
        let about = pipeline.description.isEmpty ? "" : ": \(pipeline.description)"
        let steps = pipeline.steps.isEmpty ? "" : "    steps: \(pipeline.steps.joined(separator: ", "))\n"
        let text = "  \(pipeline.name)\(state)\(about)"
        return ProgressView.plain(text) + "\n" + steps + pipeline.parameters.map(parameter).joined()
    }

    private static func parameter(_ parameter: ParameterDescription) -> String {
        var words = [parameter.type]
        if !parameter.minimum.isEmpty { words.append("from \(parameter.minimum)") }
        if !parameter.maximum.isEmpty { words.append("to \(parameter.maximum)") }
        let help = parameter.help.isEmpty ? "" : ": \(parameter.help)"
        return ProgressView.plain("    --parameter \(parameter.name)=... (\(words.joined(separator: " ")))\(help)")
            + "\n"
    }

    private static func engines(_ engines: [EngineDescription]) -> String {
        var table = Table("ENGINE", "TYPE", "ENABLED", "MAY COST MONEY", "REPLACED BY")
        for engine in engines {
            table.add(
                engine.name, engine.type, engine.isEnabled ? "yes" : "no", engine.mayCostMoney ? "yes" : "no",
                engine.replacedBy)
        }
        return table.text
    }

    private static func limits(_ limits: ServerLimits) -> String {
        var known: [(String, String)] = []
        func add(_ name: String, _ value: String?) {
            if let value { known.append(("  " + name, value)) }
        }
        add("picture", limits.imageBytesMax.map { "\($0) bytes" })
        add("picture", limits.imagePixelsMax.map { "\($0) pixels" })
        add("frame", limits.frameBytesMax.map { "\($0) bytes" })
        add("calls", limits.callsMax.map { "\($0) at a time on a connection" })
        add("streams", limits.streamsMax.map { "\($0) at a time on a connection" })
        add("waiting", limits.startByDefault.map { "\(Elapsed.rounded($0)), where a submit does not say" })
        add("results", limits.resultRetention.map { "kept for \(Elapsed.rounded($0))" })
        add("tasks", limits.taskRetention.map { "kept for \(Elapsed.rounded($0)) after they ended" })
        return rows(known)
    }

    static func rows(_ rows: [(String, String)]) -> String {
        rows.map { "\($0.0.padded(to: 12))\(ProgressView.plain($0.1))\n" }.joined()
    }

    static func json(_ server: ServerDescription) -> JSONLine {
        .object([
            ("type", .string("server")), ("server_name", .string(server.name)), ("build", .string(server.build)),
            ("versions", .array(server.versions.map { .integer(Int64($0)) })),
            ("pipelines", .array(server.pipelines.map(json))), ("engines", .array(server.engines.map(json))),
            ("limits", json(server.limits)), ("reasons", .array(server.reasons.map { .string($0) })),
        ])
    }

    private static func json(_ pipeline: PipelineDescription) -> JSONLine {
        .object([
            ("name", .string(pipeline.name)), ("enabled", .bool(pipeline.isEnabled)),
            ("steps", .array(pipeline.steps.map { .string($0) })), ("description", .optional(pipeline.description)),
            (
                "parameters",
                .array(
                    pipeline.parameters.map {
                        .object([
                            ("name", .string($0.name)), ("type", .string($0.type)), ("minimum", .optional($0.minimum)),
                            ("maximum", .optional($0.maximum)), ("help", .optional($0.help)),
                        ])
                    })
            ),
        ])
    }

    private static func json(_ engine: EngineDescription) -> JSONLine {
        .object([
            ("name", .string(engine.name)), ("type", .string(engine.type)), ("enabled", .bool(engine.isEnabled)),
            ("may_cost_money", .bool(engine.mayCostMoney)), ("replaced_by", .optional(engine.replacedBy)),
        ])
    }

    private static func json(_ limits: ServerLimits) -> JSONLine {
        func number(_ value: UInt64?) -> JSONLine { value.map { .unsigned($0) } ?? .null }
        return .object([
            ("max_frame_bytes", number(limits.frameBytesMax)),
            ("max_calls", .optional(limits.callsMax.map { Int64($0) })),
            ("max_streams", .optional(limits.streamsMax.map { Int64($0) })),
            ("max_image_bytes", number(limits.imageBytesMax)), ("max_image_pixels", number(limits.imagePixelsMax)),
            ("idle_timeout_ms", .milliseconds(limits.idleTimeout)),
            ("drain_timeout_ms", .milliseconds(limits.drainTimeout)),
            ("result_retention_ms", .milliseconds(limits.resultRetention)),
            ("task_retention_ms", .milliseconds(limits.taskRetention)),
            ("default_start_by_ms", .milliseconds(limits.startByDefault)),
        ])
    }
}
