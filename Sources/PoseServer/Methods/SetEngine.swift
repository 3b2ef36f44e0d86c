import EngineCore
import PoseWire

/// Method 66: pauses or resumes an engine; answers when that is on stable storage.
enum SetEngine {
    static func begin(_ request: SetEngineRequest, _ call: Call, _ connection: ConnectionHandler) {
        connection.ask(.setEngine(request.engine, isPaused: request.isPaused), for: call)
    }

    static func answered(_ answer: EngineAnswer, _ call: Call, _ connection: ConnectionHandler) {
        switch answer {
        case .engineSet(let standing):
            var response = SetEngineResponse()
            response.engine = EngineHealth(standing)
            connection.respond(call, response)
        case .refused(let refusal): connection.fail(call, WireError(refusal))
        default: connection.fail(call, .internalFault)
        }
    }
}
