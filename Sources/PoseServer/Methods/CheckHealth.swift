import EngineCore
import PoseWire

/// Method 8: serving or not, and how each engine stands. One without a token learns only the first.
enum CheckHealth {
    static func begin(_ request: CheckHealthRequest, _ call: Call, _ connection: ConnectionHandler) {
        let engine = connection.services.engine
        var response = CheckHealthResponse()
        response.isServing = !connection.hub.isDraining && !engine.hasFailed
        if !connection.isHealthOnly {
            response.message = message(isDraining: connection.hub.isDraining, hasFailed: engine.hasFailed)
            response.engines = engine.board.standings.map(EngineHealth.init)
        }
        connection.respond(call, response)
    }

    private static func message(isDraining: Bool, hasFailed: Bool) -> String {
        if hasFailed { return "the store has failed; the log tells more" }
        return isDraining ? "shutting down" : ""
    }
}

extension EngineHealth {
    init(_ standing: EngineStanding) {
        self.init()
        name = standing.name
        type = standing.type
        state = standing.state.rawValue
        configured = Answer(standing.configured)
        reachable = Answer(standing.reachable)
        authorised = Answer(standing.authorised)
        funded = Answer(standing.funded)
        workflowValid = Answer(standing.workflowValid)
        message = standing.message
        lastSuccessAt = standing.lastSuccessAt
        slotsUsed = UInt32(clamping: standing.slotsUsed)
        slotsLimit = UInt32(clamping: standing.slotsLimit)
        foreignRuns = UInt32(clamping: standing.foreignRuns)
    }
}

extension Answer {
    init(_ known: Bool?) {
        switch known {
        case true?: self = .yes
        case false?: self = .no
        case nil: self = .unspecified
        }
    }
}
