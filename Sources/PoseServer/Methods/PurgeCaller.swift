import EngineCore
import PoseWire

/// Method 67: removes everything of a caller's ended tasks, and the images that he put.
enum PurgeCaller {
    static func begin(_ request: PurgeCallerRequest, _ call: Call, _ connection: ConnectionHandler) {
        if request.caller.isEmpty { return connection.fail(call, .callerUnknown) }
        let services = connection.services
        connection.onPool(call) { () throws -> Removal in
            guard let removal = try services.ports.housekeeper.purge(caller: request.caller) else {
                throw WireError.callerUnknown
            }
            // Here, and not behind the call: what was removed is gone, whether somebody still waits for the answer or not.
            services.tasksRemoved(removal.tasks)
            return removal
        } then: { removal in
            var response = PurgeCallerResponse()
            response.tasks = UInt64(clamping: removal.tasks.count)
            response.bytes = UInt64(clamping: removal.bytes)
            connection.respond(call, response)
        }
    }
}

extension WireError {
    fileprivate static let callerUnknown = WireError(
        .callerUnknown, "this caller has nothing here", field: "caller")
}
