import EngineCore
import NIOCore
import PoseWire

/// Methods 5, 64 and 70: tasks in pages, newest first.
///
/// A page begins below the number of the last task of the page before, so that nothing comes twice and new tasks push nothing off.
enum ListTasks {
    static func begin(_ request: ListTasksRequest, _ call: Call, _ connection: ConnectionHandler) {
        begin(call, connection, pageSize: request.pageSize, token: request.pageToken) { query throws(WireError) in
            try ListFilters.put(request.states, request.labels, into: &query)
            try ListFilters.put(createdFrom: request.createdAfter, before: request.createdBefore, into: &query)
        }
    }

    static func begin(_ request: ListAllTasksRequest, _ call: Call, _ connection: ConnectionHandler) {
        begin(call, connection, pageSize: request.pageSize, token: request.pageToken) { query throws(WireError) in
            query.caller = request.caller.isEmpty ? nil : request.caller
            try ListFilters.put(request.states, request.labels, into: &query)
            try ListFilters.put(createdFrom: request.createdAfter, before: request.createdBefore, into: &query)
        }
    }

    static func begin(_ request: ListUnknownRequest, _ call: Call, _ connection: ConnectionHandler) {
        begin(call, connection, pageSize: request.pageSize, token: request.pageToken) { query throws(WireError) in
            query.caller = nil
            query.isUnknownOnly = true
        }
    }

    private static func begin(
        _ call: Call, _ connection: ConnectionHandler, pageSize: UInt32, token: String,
        filter: (inout TaskListQuery) throws(WireError) -> Void
    ) {
        do throws(WireError) {
            var query = TaskListQuery(caller: connection.caller, limit: try ListFilters.pageSize(pageSize))
            try filter(&query)
            let scope = PageScope(method: call.method, asker: connection.caller, query: query)
            if !token.isEmpty {
                guard let below = PageToken(scope: scope).number(in: token) else { throw .pageTokenInvalid }
                query.below = below
            }
            read(query, scope, call, connection)
        } catch {
            connection.fail(call, error)
        }
    }

    private static func read(_ query: TaskListQuery, _ scope: PageScope, _ call: Call, _ connection: ConnectionHandler)
    {
        let lists = connection.services.ports.lists
        // Before the read: what comes after it is in the stream, and may be on the page too.
        let cursor = query.below == nil ? connection.services.engine.board.cursor : 0
        connection.onPool(call) {
            try readPage(query, from: lists)
        } then: { page in
            answer(page, cursor, scope, call, connection)
        }
    }

    /// A read looks at so many rows only: a short page is filled up, within a bound.
    private static func readPage(_ query: TaskListQuery, from lists: any TaskLists) throws(StoreError) -> TaskListPage {
        var query = query
        var page = TaskListPage(tasks: [], next: query.below)
        for _ in 0..<PoseServerLimits.listReadsMax {
            let part = try lists.list(query)
            page.tasks += part.tasks
            page.next = part.next
            guard let next = part.next, part.tasks.count < query.limit else { break }
            query.limit -= part.tasks.count
            query.below = next
        }
        return page
    }

    private static func answer(
        _ page: TaskListPage, _ cursor: UInt64, _ scope: PageScope, _ call: Call, _ connection: ConnectionHandler
    ) {
        let fitting = connection.fitting(page.tasks)
        let next = fitting.isCut ? page.tasks[fitting.snapshots.count - 1].number : page.next
        let token = next.map { PageToken(scope: scope).text(below: $0) } ?? ""
        if call.method == .listUnknown {
            var response = ListUnknownResponse()
            response.tasks = fitting.snapshots
            response.nextPageToken = token
            connection.respond(call, response)
        } else {
            var response = ListTasksResponse()
            response.tasks = fitting.snapshots
            response.nextPageToken = token
            response.cursor = cursor
            connection.respond(call, response)
        }
    }
}

extension ConnectionHandler {
    /// The snapshots that go into one frame for this client, the first one always.
    fileprivate func fitting(_ records: [TaskRecord]) -> (snapshots: [TaskSnapshot], isCut: Bool) {
        var snapshots: [TaskSnapshot] = []
        var bytes = Int(peerFrameBytesMax) - WireLimits.countedHeaderBytes - PoseServerLimits.listEnvelopeBytes
        for record in records {
            let snapshot = TaskSnapshot(services.engine.board.newest(of: record))
            bytes -= PoseServerLimits.listEntryBytes + ((try? hub.codec.packedBytes(snapshot)) ?? 0)
            if bytes < 0, !snapshots.isEmpty { return (snapshots, true) }
            snapshots.append(snapshot)
        }
        return (snapshots, false)
    }
}

extension TaskBoard {
    /// A task as it was read, with its newest progress where the board still has that event.
    fileprivate func newest(of record: TaskRecord) -> TaskView {
        guard let view = view(record.id), view.latest.sequence == record.lastSequence else {
            return TaskView(stored: record)
        }
        return TaskView(record: record, latest: view.latest)
    }
}
