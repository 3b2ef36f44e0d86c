import Synchronization

/// What is committed, for readers on any thread: every open task and the newest ended ones, each with its stored events.
///
/// The engine posts after each commit and before it answers, so that whatever an answer told is seen by every later read. A read costs
/// one short lock and no thread hop.
package final class TaskBoard: Sendable {
    private struct Entry {
        var record: TaskRecord
        var events: [TaskEvent]
        var latest: TaskEvent
        /// Whether `events` begins with sequence 1 (not so for tasks that a start recovered).
        var isComplete: Bool
    }

    private struct State {
        var entries: [TaskID: Entry] = [:]
        var ended: [TaskID] = []
        var endedStart = 0
        var cursor: UInt64 = 0
        var standings: [EngineStanding] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// The highest cursor ever shown.
    package var cursor: UInt64 { state.withLock { $0.cursor } }

    /// nil: not on the board; it may still be on disk.
    package func view(_ id: TaskID) -> TaskView? {
        state.withLock { state in
            state.entries[id].map { TaskView(record: $0.record, latest: $0.latest) }
        }
    }

    /// All stored events of the tasks with `cursor > after`, in cursor order, and the highest cursor shown by now.
    /// nil when one of them is not on the board with its whole story: read it from disk up to `cursor`.
    package func history(of ids: [TaskID], after: UInt64) -> (events: [TaskEvent], upTo: UInt64)? {
        state.withLock { state in
            var events: [TaskEvent] = []
            for id in ids {
                guard let entry = state.entries[id], entry.isComplete else { return nil }
                events.append(contentsOf: entry.events.lazy.filter { $0.cursor > after })
            }
            if ids.count > 1 { events.sort { $0.cursor < $1.cursor } }
            return (events, state.cursor)
        }
    }

    package var standings: [EngineStanding] { state.withLock { $0.standings } }

    /// Ended tasks that were removed from the disk.
    package func remove(_ ids: [TaskID]) {
        state.withLock { state in
            for id in ids where state.entries[id]?.record.state.isTerminal == true { state.entries[id] = nil }
        }
    }

    // MARK: for the engine's thread

    package func recover(_ records: [TaskRecord], cursor: UInt64) {
        state.withLock { state in
            state.cursor = cursor
            for record in records {
                state.entries[record.id] = Entry(
                    record: record, events: [], latest: TaskEvent(latestOf: record), isComplete: false)
            }
        }
    }

    /// What is known beside an ended task's story.
    package func settle(_ records: [TaskRecord]) {
        state.withLock { state in
            for record in records { state.entries[record.id]?.record = record }
        }
    }

    package func post(_ views: [TaskView], standings: [EngineStanding]?) {
        state.withLock { state in
            if let standings { state.standings = standings }
            for view in views { post(view, in: &state) }
            trim(&state)
        }
    }

    private func post(_ view: TaskView, in state: inout State) {
        let id = view.record.id
        var entry =
            state.entries[id]
            ?? Entry(record: view.record, events: [], latest: view.latest, isComplete: view.latest.sequence == 1)
        if !view.latest.isTransient {
            entry.events.append(view.latest)
            state.cursor = max(state.cursor, view.latest.cursor)
        }
        entry.record = view.record
        entry.latest = view.latest
        entry.latest.isTransient = false
        state.entries[id] = entry
        if !view.latest.isTransient, view.record.state.isTerminal { state.ended.append(id) }
    }

    private func trim(_ state: inout State) {
        while state.ended.count - state.endedStart > EngineLimits.endedTasksOnBoardMax {
            state.entries[state.ended[state.endedStart]] = nil
            state.endedStart += 1
        }
        if state.endedStart > EngineLimits.endedTasksOnBoardMax {
            state.ended.removeFirst(state.endedStart)
            state.endedStart = 0
        }
    }
}
