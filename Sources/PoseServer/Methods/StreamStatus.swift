import EngineCore
import OrderedCollections
import PoseWire

/// Method 2: past and live events of one task, several, or all of the caller's. All is judged before the first ITEM.
/// Method 69 is the same over all callers.
enum StreamStatus {
    /// The first event of a WatchAll may be long in coming and its last one never does: the audit log hears of it now.
    static func begin(_ request: WatchAllRequest, _ call: Call, _ connection: ConnectionHandler) {
        guard begin(afterCursor: request.afterCursor, .everything, .everybody, call, connection) else { return }
        connection.audit(call, outcome: AuditEntry.succeeded)
    }

    static func begin(_ request: StreamStatusRequest, _ call: Call, _ connection: ConnectionHandler) {
        if let refusal = judge(request) { return connection.fail(call, refusal) }
        if request.allMine {
            begin(
                afterCursor: request.afterCursor, .everything, .caller(connection.caller), call, connection)
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
                return connection.fail(call, .taskUnknown(field: request.field(of: id)))
            }
            named.append(StatusStream.NamedTask(record, field: request.field(of: id)))
        }
        if request.afterSequence > 0, let task = named.first, request.afterSequence > task.lastSequence {
            return connection.fail(
                call, .sequenceAhead("after_sequence", "the task's highest sequence is \(task.lastSequence)"))
        }
        begin(
            afterSequence: request.afterSequence, afterCursor: request.afterCursor, .tasks(named),
            .tasks(named.map(\.id)), call, connection)
    }

    /// Whether it has begun.
    @discardableResult private static func begin(
        afterSequence: UInt64 = 0, afterCursor: UInt64, _ scope: StatusStream.Scope,
        _ audience: StatusStreamCall.Audience, _ call: Call, _ connection: ConnectionHandler
    ) -> Bool {
        let cursor = connection.services.engine.board.cursor
        guard afterCursor <= cursor else {
            connection.fail(call, .sequenceAhead("after_cursor", "the highest cursor is \(cursor)"))
            return false
        }
        let stream = StatusStream(scope, afterSequence: afterSequence, afterCursor: afterCursor)
        StatusStreamCall(stream, audience: audience, call: call, connection: connection).begin()
        return true
    }
}

extension StreamStatusRequest {
    /// Where the request names a task first.
    fileprivate func field(of id: String) -> String { "task_ids[\(taskIDs.firstIndex(of: id) ?? 0)]" }
}

extension StatusStream.NamedTask {
    init(_ record: TaskRecord, field: String) {
        self.init(
            id: record.id, field: field, isEnded: record.state.isTerminal, lastSequence: record.lastSequence,
            lastCursor: record.lastCursor)
    }
}

extension WireError {
    fileprivate static func sequenceAhead(_ field: String, _ message: String) -> WireError {
        WireError(.sequenceAhead, message, field: field)
    }
}
