import DequeModule
import EngineCore
import OrderedCollections

/// Decides what one StreamStatus call sends, and when it is over.
///
/// First the past, page by page and whole; events that come meanwhile wait in `arrived`, with a bound: beyond it they are forgotten and
/// one more page of the past is read. Once it has caught up, an event goes straight out, or waits in `pending` while the connection takes
/// nothing: at most one a task, a newer one standing for those before it.
struct StatusStream {
    enum Scope: Equatable {
        case tasks([NamedTask])
        /// All of a caller's tasks, or everybody's; the runner knows which.
        case everything
    }

    /// A named task as it stood when the call was judged.
    struct NamedTask: Equatable {
        var id: TaskID
        /// Where the request names it.
        var field = ""
        var isEnded: Bool
        var lastSequence: UInt64
        var lastCursor: UInt64
    }

    struct Item: Equatable {
        var event: TaskEvent
        /// How many stored events of the task were left out before this one.
        var dropped: UInt64
    }

    /// What of the past is to be read next.
    enum Page: Equatable {
        /// Events after a sequence of the one named task.
        case sequence(TaskID, after: UInt64)
        /// Events of the named tasks, or of all that there are for the stream (nil), after a cursor.
        case cursor([TaskID]?, after: UInt64)
    }

    private enum Phase: Equatable {
        /// -> reading
        case wantsPage
        /// A page is being read. -> wantsPage (more to read), live
        case reading
        /// -> wantsPage (too much waits)
        case live
    }

    private let ids: [TaskID]?
    private var phase: Phase
    private var afterSequence: UInt64
    /// The cursor up to which the past has been taken into `queue`, or passed over.
    private var position: UInt64
    /// The cursor up to which everything has been handed out.
    private var handedOut: UInt64
    /// Whole and in order; nothing is left out of it.
    private var queue: Deque<TaskEvent> = []
    /// What came while a page was read.
    private var arrived: [TaskEvent] = []
    private var hasForgotten = false
    /// By task number, in the order in which they go out.
    private var pending: OrderedDictionary<Int64, TaskEvent> = [:]
    /// Last sequence handed out of each task that has not ended.
    private var lastSequences: [Int64: UInt64] = [:]
    /// Named tasks whose last event has not been handed out.
    private var open: [TaskID: NamedTask] = [:]
    /// Named tasks that are on disk no more.
    private var removed: Set<TaskID> = []

    init(_ scope: Scope, afterSequence: UInt64 = 0, afterCursor: UInt64 = 0) {
        phase = .wantsPage
        self.afterSequence = afterSequence
        position = afterCursor
        handedOut = afterCursor
        switch scope {
        case .everything: ids = nil
        case .tasks(let named):
            ids = named.map(\.id)
            for task in named where !(task.isEnded && task.lastCursor <= afterCursor) {
                if task.isEnded, afterSequence > 0, task.lastSequence <= afterSequence { continue }
                open[task.id] = task
            }
        }
    }

    /// All that was asked for has been handed out, and nothing can follow.
    var isFinished: Bool { ids != nil && open.isEmpty && queue.isEmpty && pending.isEmpty }

    var hasItems: Bool { !queue.isEmpty || !pending.isEmpty }

    /// The page that is to be read now: only when all before it has been handed out, so that one page at most is in memory.
    var wantedPage: Page? {
        guard phase == .wantsPage, queue.isEmpty, !isFinished else { return nil }
        if afterSequence > 0, let id = ids?.first { return .sequence(id, after: afterSequence) }
        return .cursor(ids, after: position)
    }

    mutating func pageReadStarted() { phase = .reading }

    /// `isLast`: there is no more up to the cursor `upTo`, the highest shown when the read began.
    mutating func pageRead(_ events: [TaskEvent], upTo: UInt64, isLast: Bool) {
        guard phase == .reading else { return }
        for event in events { enqueue(event) }
        if isLast {
            position = max(position, upTo)
            lookForLost(in: events, upTo: upTo)
        }
        if isLast || !events.isEmpty { afterSequence = 0 }
        if isLast, !hasForgotten {
            phase = .live
            for event in arrived { enqueue(event) }
        } else {
            phase = .wantsPage
            hasForgotten = false
        }
        arrived = []
        if queue.isEmpty { handedOut = position }
    }

    /// A task that had ended when it was named has its last event in the past; where the past ends without it, the task was removed.
    private mutating func lookForLost(in events: [TaskEvent], upTo: UInt64) {
        let ended = Set(events.lazy.filter { $0.state.isTerminal }.map(\.task))
        for task in open.values where task.isEnded && task.lastCursor <= upTo && !ended.contains(task.id) {
            removed.insert(task.id)
        }
    }

    /// The task is on disk no more.
    mutating func taskRemoved(_ id: TaskID) { removed.insert(id) }

    /// A named task that was removed before its last event was handed out: the stream can never finish.
    var lost: NamedTask? {
        if removed.isEmpty { return nil }
        return ids?.lazy.filter { removed.contains($0) }.compactMap { open[$0] }.first
    }

    private mutating func enqueue(_ event: TaskEvent) {
        guard event.cursor > position else { return }
        position = event.cursor
        queue.append(event)
    }

    /// The event would stand for a stored one that still waits; where the connection takes items, that one goes out first.
    func wouldLeaveOut(before event: TaskEvent) -> Bool {
        guard phase == .live, !event.isTransient, let waiting = pending[event.taskNumber] else { return false }
        return !waiting.isTransient
    }

    /// A live event that belongs to this stream. `delivered`: the highest cursor that has come live so far.
    mutating func eventArrived(_ event: TaskEvent, delivered: UInt64) {
        switch phase {
        case .wantsPage:
            // The page will hold it.
            return
        case .reading:
            if !event.isTransient { keep(event) }
        case .live:
            if event.isTransient {
                transientArrived(event, delivered: delivered)
            } else if event.cursor > position {
                storedArrived(event)
            }
        }
    }

    private mutating func keep(_ event: TaskEvent) {
        if hasForgotten { return }
        if arrived.count < PoseServerLimits.waitingEventsMax {
            arrived.append(event)
        } else {
            arrived = []
            hasForgotten = true
        }
    }

    private mutating func storedArrived(_ event: TaskEvent) {
        position = event.cursor
        pending.removeValue(forKey: event.taskNumber)
        guard pending.count < PoseServerLimits.waitingEventsMax else { return fallBack() }
        pending[event.taskNumber] = event
    }

    /// A transient event is sent only where it can repeat the last sequence that the stream has shown, and never in place of a stored one.
    private mutating func transientArrived(_ event: TaskEvent, delivered: UInt64) {
        guard queue.isEmpty, delivered >= position else { return }
        if let last = lastSequences[event.taskNumber], last != event.sequence { return }
        if let waiting = pending[event.taskNumber] {
            if !waiting.isTransient { return }
        } else if pending.count >= PoseServerLimits.waitingEventsMax {
            return
        }
        pending[event.taskNumber] = event
    }

    /// Too much waits: what was not handed out is forgotten and read again once the connection takes it.
    private mutating func fallBack() {
        phase = .wantsPage
        pending = [:]
        queue = []
        position = handedOut
    }

    /// The next item for the transport.
    mutating func next() -> Item? {
        if let event = queue.popFirst() { return handOut(event) }
        if pending.isEmpty { return nil }
        return handOut(pending.removeFirst().value)
    }

    private mutating func handOut(_ event: TaskEvent) -> Item {
        let last = lastSequences[event.taskNumber]
        lastSequences[event.taskNumber] = event.sequence
        if event.isTransient { return Item(event: event, dropped: 0) }
        handedOut = event.cursor
        if event.state.isTerminal {
            lastSequences[event.taskNumber] = nil
            open[event.task] = nil
        }
        // A task's first event in a stream bears 0: what a resume by cursor leaves open is read with `after_sequence`.
        guard let last, event.sequence > last else { return Item(event: event, dropped: 0) }
        return Item(event: event, dropped: event.sequence - last - 1)
    }
}
