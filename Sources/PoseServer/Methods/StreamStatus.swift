import EngineCore
import OrderedCollections
import PoseWire

/// Method 2: past and live events of one task, several, or all of the caller's. All is judged before the first ITEM.
enum StreamStatus {
    static func begin(_ request: StreamStatusRequest, _ call: Call, _ connection: ConnectionHandler) {
        if let refusal = judge(request) { return connection.fail(call, refusal) }
        if request.allMine {
            begin(request, .allOf(caller: connection.caller), .caller(connection.caller), call, connection)
        } else {
            findTasks(OrderedSet(request.taskIDs), request, call, connection)
        }
    }

    private static func judge(_ request: StreamStatusRequest) -> WireError? {
        if request.taskIDs.count > WireLimits.taskIDsMax {
            return .fieldInvalid("task_ids", "at most \(WireLimits.taskIDsMax) tasks may be named")
        }
        if request.taskIDs.isEmpty, !request.allMine {
            return .fieldInvalid("task_ids", "name tasks, or set all_mine")
        }
        if !request.taskIDs.isEmpty, request.allMine {
            return .fieldInvalid("all_mine", "either task_ids or all_mine, not both")
        }
        if request.afterSequence > 0, Set(request.taskIDs).count != 1 {
            return .fieldInvalid("after_sequence", "a sequence is one task's: name exactly one")
        }
        if request.afterSequence > 0, request.afterCursor > 0 {
            return .fieldInvalid("after_cursor", "either after_sequence or after_cursor, not both")
        }
        return nil
    }

    private static func findTasks(
        _ ids: OrderedSet<String>, _ request: StreamStatusRequest, _ call: Call, _ connection: ConnectionHandler
    ) {
        let board = connection.services.engine.board
        let onBoard = ids.map { board.view(TaskID(rawValue: $0))?.record }
        guard onBoard.contains(where: { $0 == nil }) else {
            return tasksFound(onBoard, request, call, connection)
        }
        let reader = connection.services.reader
        connection.onPool(call) {
            try zip(ids, onBoard).map { id, record in
                try record ?? (id.isEmpty ? nil : reader.task(TaskID(rawValue: id)))
            }
        } then: { records in
            tasksFound(records, request, call, connection)
        }
    }

    private static func tasksFound(
        _ records: [TaskRecord?], _ request: StreamStatusRequest, _ call: Call, _ connection: ConnectionHandler
    ) {
        var named: [StatusStream.NamedTask] = []
        for (id, record) in zip(OrderedSet(request.taskIDs), records) {
            guard let record, record.caller == connection.caller else {
                let index = request.taskIDs.firstIndex(of: id) ?? 0
                return connection.fail(call, .taskUnknown(field: "task_ids[\(index)]"))
            }
            named.append(StatusStream.NamedTask(record))
        }
        if request.afterSequence > 0, let task = named.first, request.afterSequence > task.lastSequence {
            return connection.fail(
                call, .sequenceAhead("after_sequence", "the task's highest sequence is \(task.lastSequence)"))
        }
        begin(request, .tasks(named), .tasks(named.map(\.id)), call, connection)
    }

    private static func begin(
        _ request: StreamStatusRequest, _ scope: StatusStream.Scope, _ audience: StatusStreamCall.Audience,
        _ call: Call,
        _ connection: ConnectionHandler
    ) {
        let cursor = connection.services.engine.board.cursor
        guard request.afterCursor <= cursor else {
            return connection.fail(call, .sequenceAhead("after_cursor", "the highest cursor is \(cursor)"))
        }
        let stream = StatusStream(scope, afterSequence: request.afterSequence, afterCursor: request.afterCursor)
        StatusStreamCall(stream, audience: audience, call: call, connection: connection).begin()
    }
}

extension StatusStream.NamedTask {
    init(_ record: TaskRecord) {
        self.init(
            id: record.id, isEnded: record.state.isTerminal, lastSequence: record.lastSequence,
            lastCursor: record.lastCursor)
    }
}

extension WireError {
    fileprivate static func sequenceAhead(_ field: String, _ message: String) -> WireError {
        WireError(.sequenceAhead, message, field: field)
    }
}
