import PoseWire

/// Method 68: the server ends as after SIGTERM.
enum Drain {
    /// Answers first: the drain then finds this call ended.
    static func begin(_ request: DrainRequest, _ call: Call, _ connection: ConnectionHandler) {
        connection.respond(call, DrainResponse())
        connection.services.drainWish.tell()
    }
}
