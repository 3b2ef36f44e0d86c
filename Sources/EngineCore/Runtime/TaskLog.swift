import BackendAPI
import Logging

/// What the engine tells operators: one line at `info` for each milestone of a task, calls of backends at `debug`.
struct TaskLog: Sendable {
    let logger: Logger

    func recovered(_ recovery: Recovery) {
        logger.info(
            "recovered from disk",
            metadata: ["open_tasks": "\(recovery.openTasks.count)", "cursor": "\(recovery.highestCursor)"])
    }

    func stored(_ view: TaskView) {
        let record = view.record
        var metadata: Logger.Metadata = [
            "task": "\(record.id)", "caller": "\(record.caller)", "engine": "\(record.engine)",
            "step": "\(record.step)", "attempt": "\(record.attempt)", "state": "\(record.state)",
        ]
        if let run = record.run { metadata["run"] = "\(run)" }
        if let failure = record.failure {
            metadata["reason"] = "\(failure.reason.rawValue)"
            metadata["message"] = "\(failure.message)"
        }
        if record.state.isTerminal {
            metadata["charged"] = "\(record.charged)"
            metadata["seconds"] = "\(Double(record.times.ended - record.times.accepted) / 1_000)"
            if let coins = record.cost?.coins, !coins.isEmpty { metadata["coins"] = "\(coins)" }
        }
        logger.info("task changed", metadata: metadata)
    }

    /// One line for each engine whose state is another than before, so that nobody has to ask why tasks wait.
    func stand(_ standings: [EngineStanding], before earlier: [EngineStanding]) {
        let states = Dictionary(earlier.map { ($0.name, $0.state) }, uniquingKeysWith: { first, _ in first })
        for standing in standings where (states[standing.name] ?? .serving) != standing.state {
            logger.log(
                level: standing.state == .degraded ? .warning : .notice, "engine changed",
                metadata: [
                    "engine": "\(standing.name)", "state": "\(standing.state.rawValue)",
                    "message": "\(standing.message)",
                ])
        }
    }

    func calling(_ call: BackendCall) {
        logger.debug(
            "calling backend", metadata: ["engine": "\(call.engine)", "call": "\(call.id)", "kind": "\(call.kindName)"])
    }

    func replied(_ call: BackendCall, _ reply: CallReply) {
        var metadata: Logger.Metadata = ["engine": "\(call.engine)", "call": "\(call.id)", "kind": "\(call.kindName)"]
        if let error = reply.error {
            metadata["code"] = "\(error.code)"
            metadata["message"] = "\(error.message)"
        }
        logger.debug("backend replied", metadata: metadata)
    }

    func waitsForRoom(_ error: StoreError) {
        logger.critical(
            "the disk is full: nothing goes on until there is room; do not end the service, it may hold what is not yet saved",
            metadata: ["code": "\(error.code.rawValue)", "message": "\(error.message)"])
    }

    func failed(_ error: StoreError) {
        logger.critical(
            "the store failed; the service stops and recovers from disk at its next start",
            metadata: ["code": "\(error.code.rawValue)", "message": "\(error.message)"])
    }
}

extension BackendCall {
    /// For logs: never the payload, which holds handles and addresses.
    var kindName: String {
        switch kind {
        case .fetch: "fetch"
        case .prepare: "prepare"
        case .submit: "submit"
        case .observe: "observe"
        case .cancel: "cancel"
        case .download: "download"
        case .probe: "probe"
        }
    }
}

extension CallReply {
    var error: BackendError? {
        switch self {
        case .fetchFailed(let error), .prepareFailed(let error), .downloadFailed(let error),
            .submitted(.refused(let error)),
            .submitted(.unknown(let error)), .submitted(.acceptedButInvalid(_, let error)),
            .observed(.failed(let error, _)), .observed(.lost(let error)), .observed(.noAnswer(let error)),
            .cancelled(.noAnswer(let error)):
            error
        default: nil
        }
    }
}
