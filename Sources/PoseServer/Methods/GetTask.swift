import EngineCore
import PoseWire

/// Method 3: a task's snapshot.
enum GetTask {
    static func begin(_ request: GetTaskRequest, _ call: Call, _ connection: ConnectionHandler) {
        connection.findTask(request.taskID, for: call) { view in
            var response = GetTaskResponse()
            response.task = TaskSnapshot(view)
            connection.respond(call, response)
        }
    }
}
