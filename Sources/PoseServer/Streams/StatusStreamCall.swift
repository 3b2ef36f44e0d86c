import EngineCore
import NIOCore

/// Runs one `StatusStream`: reads its past, hands its items to the connection, ends its call.
final class StatusStreamCall: OngoingCall {
    enum Audience {
        case tasks([TaskID])
        case caller(String)
        case everybody
    }

    let audience: Audience
    let connection: ConnectionHandler
    let call: Call
    /// It stands in its connection's list of those whose turn comes.
    var hasNews = false
    private var stream: StatusStream

    init(_ stream: StatusStream, audience: Audience, call: Call, connection: ConnectionHandler) {
        self.stream = stream
        self.audience = audience
        self.call = call
        self.connection = connection
    }

    func begin() {
        call.ongoing = self
        connection.hub.add(self)
        connection.streams.append(self)
        connection.hasNews(self)
    }

    func eventArrived(_ event: TaskEvent, delivered: UInt64) {
        if stream.wouldLeaveOut(before: event) { _ = advance() }
        stream.eventArrived(event, delivered: delivered)
        connection.hasNews(self)
    }

    func taskRemoved(_ id: TaskID) {
        stream.taskRemoved(id)
        connection.hasNews(self)
    }

    func callEnded() {
        connection.hub.remove(self)
        connection.streams.removeAll { $0 === self }
    }

    /// Writes what the connection takes, at most one turn's worth. True: there is more, and the connection may take it.
    func advance() -> Bool {
        var items = 0
        while call.isOpen, connection.takesItems {
            guard items < PoseServerLimits.itemsPerTurnMax else { return true }
            if let item = stream.next() {
                connection.sendItem(call, item)
                items += 1
            } else if !readMemory() {
                break
            }
        }
        endWhereOver()
        return false
    }

    private func endWhereOver() {
        guard call.isOpen else { return }
        if let lost = stream.lost {
            connection.fail(call, .taskUnknown(field: lost.field))
        } else if stream.isFinished {
            connection.finish(call)
        }
    }

    /// Reads the wanted page where it is on the board; else begins to read it from disk. True: there may be items now.
    private func readMemory() -> Bool {
        guard let page = stream.wantedPage else { return false }
        stream.pageReadStarted()
        let board = connection.services.engine.board
        if case .cursor(nil, let after) = page, after >= board.cursor {
            stream.pageRead([], upTo: after, isLast: true)
            return false
        }
        if let history = Self.history(of: page, on: board) {
            stream.pageRead(history.events, upTo: history.upTo, isLast: true)
            return true
        }
        readDisk(page, upTo: board.cursor)
        return false
    }

    private static func history(of page: StatusStream.Page, on board: TaskBoard) -> (
        events: [TaskEvent], upTo: UInt64
    )? {
        switch page {
        case .cursor(nil, _):
            return nil
        case .cursor(.some(let ids), let after):
            return ids.count <= PoseServerLimits.boardHistoryTasksMax ? board.history(of: ids, after: after) : nil
        case .sequence(let id, let after):
            guard let history = board.history(of: [id], after: 0) else { return nil }
            return (history.events.filter { $0.sequence > after }, history.upTo)
        }
    }

    private func readDisk(_ page: StatusStream.Page, upTo: UInt64) {
        let reader = connection.services.reader
        let limit = PoseServerLimits.historyPageEvents
        let caller: String? = if case .caller(let name) = audience { name } else { nil }
        connection.onPool(call) {
            switch page {
            case .sequence(let id, let after):
                try reader.events(task: id, afterSequence: after, limit: limit)
            case .cursor(let ids, let after):
                try reader.events(tasks: ids, caller: caller, after: after, upTo: upTo, limit: limit)
            }
        } then: { [self] events in
            stream.pageRead(events, upTo: upTo, isLast: events.count < limit)
            connection.hasNews(self)
        }
    }
}
