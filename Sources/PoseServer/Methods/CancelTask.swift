import EngineCore
import PoseWire

/// Method 4: asks for a task's end; answers when the wish is on stable storage.
enum CancelTask {
    static func begin(_ request: CancelTaskRequest, _ call: Call, _ connection: ConnectionHandler) {
        let charactersMax = WireLimits.cancelReasonCharactersMax
        guard request.reason.unicodeScalars.count <= charactersMax else {
            return connection.fail(
                call, .fieldInvalid("reason", "a reason has at most \(charactersMax) characters"))
        }
        let task = TaskID(rawValue: request.taskID)
        connection.ask(.cancel(caller: connection.caller, task: task, reason: request.reason), for: call)
    }

    static func answered(_ answer: EngineAnswer, _ call: Call, _ connection: ConnectionHandler) {
        switch answer {
        case .cancelled(let view):
            var response = CancelTaskResponse()
            response.task = TaskSnapshot(view)
            connection.respond(call, response)
        case .refused(let refusal): connection.fail(call, WireError(refusal))
        default: connection.fail(call, .internalFault)
        }
    }
}
