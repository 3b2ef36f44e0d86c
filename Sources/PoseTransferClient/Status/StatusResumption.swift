/// What a status stream knows of where it is, and what it decides: which events its reader sees, and what follows when a call
/// ends before the task has. A value: no connection, no clock.
///
/// Its promise for one task: the reader gets each stored event once and in order, up to and with the terminal one, however
/// often the connection breaks. What the server left out on purpose stands in the next event's `dropped`.
struct StatusResumption: Sendable {
    enum Scope: Hashable, Sendable {
        /// One task; resumes by sequence and ends behind the terminal event.
        case task(String)
        /// All tasks of the caller; resumes by cursor and never ends by itself.
        case allMine
        /// All tasks of all callers; as `allMine`.
        case allCallers
    }

    enum OnEvent: Equatable {
        case deliver
        /// The same as `deliver`, and nothing follows.
        case deliverLast
        /// Seen before.
        case skip
        /// An event is missing: give the call up and open another one at the last event seen.
        case reopen
        case fail(PoseTransferError)
    }

    enum OnEnd: Equatable {
        case finish
        /// Open another call, at the earliest after `wait`.
        case reopen(wait: Duration?)
        case fail(PoseTransferError)
    }

    let scope: Scope
    private(set) var lastSequence: UInt64
    private(set) var lastCursor: UInt64
    private var gapsInARow = 0
    private var violationsInARow = 0
    private var isFirstOfCall = true

    init(scope: Scope, afterSequence: UInt64 = 0, afterCursor: UInt64 = 0) {
        self.scope = scope
        lastSequence = afterSequence
        lastCursor = afterCursor
    }

    mutating func callOpened() {
        isFirstOfCall = true
    }

    mutating func eventReceived(_ event: StatusEvent) -> OnEvent {
        switch scope {
        case .task(let id): return taskEventReceived(event, id)
        case .allMine, .allCallers: return cursorEventReceived(event)
        }
    }

    private mutating func taskEventReceived(_ event: StatusEvent, _ id: String) -> OnEvent {
        guard event.taskID == id else {
            return .fail(.protocolViolation("an event of another task came in the stream of task \(id)"))
        }
        if event.isTransient { return event.sequence == lastSequence ? .deliver : .skip }
        guard event.sequence > lastSequence else { return .skip }
        guard event.sequence - lastSequence - 1 == (isFirstOfCall ? 0 : event.dropped) else { return gapFound(id) }
        gapsInARow = 0
        violationsInARow = 0
        isFirstOfCall = false
        lastSequence = event.sequence
        lastCursor = max(lastCursor, event.cursor)
        return event.state.isTerminal ? .deliverLast : .deliver
    }

    private mutating func gapFound(_ id: String) -> OnEvent {
        gapsInARow += 1
        guard gapsInARow < ClientLimits.gapsInARowMax else {
            return .fail(
                .protocolViolation("the stream of task \(id) leaves out what follows sequence \(lastSequence)"))
        }
        return .reopen
    }

    private mutating func cursorEventReceived(_ event: StatusEvent) -> OnEvent {
        if event.isTransient { return event.cursor <= lastCursor ? .deliver : .skip }
        guard event.cursor > lastCursor else { return .skip }
        lastCursor = event.cursor
        violationsInARow = 0
        return .deliver
    }

    /// A server at fault may be another one after a restart; one that stays so is told.
    private mutating func violationFound(_ error: PoseTransferError) -> OnEnd {
        violationsInARow += 1
        return violationsInARow < ClientLimits.violationsMax ? .reopen(wait: nil) : .fail(error)
    }

    /// The server has ended the call with a status.
    mutating func callEnded(_ ending: CallEnding) -> OnEnd {
        switch ending {
        case .ok:
            // With the last sequence already seen the server has nothing to send: the task has ended before.
            if case .task = scope { return .finish }
            return .reopen(wait: nil)
        case .refused(let error) where error.isPassing: return .reopen(wait: error.retryAfter)
        case .refused(let error): return .fail(error)
        case .lost(let error, _) where error.isViolation: return violationFound(error)
        case .lost, .overflowed: return .reopen(wait: nil)
        case .gaveUp(let error): return .fail(error)
        }
    }
}
