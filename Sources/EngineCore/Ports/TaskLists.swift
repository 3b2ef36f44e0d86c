/// Which tasks a list shows. All conditions must hold.
package struct TaskListQuery: Sendable, Equatable {
    /// nil: of every caller.
    package var caller: String?
    /// Empty: in any state.
    package var states: Set<TaskState> = []
    package var labels: [String: String] = [:]
    /// Unix milliseconds, inclusive.
    package var createdFrom: Int64?
    /// Unix milliseconds, exclusive.
    package var createdBefore: Int64?
    /// Only tasks that ended SUBMISSION_UNKNOWN and are not settled.
    package var isUnknownOnly = false
    /// Only tasks with a smaller number: where the page before ended.
    package var below: Int64?
    /// Tasks on the page, 1 or more.
    package var limit: Int

    package init(caller: String?, limit: Int) {
        self.caller = caller
        self.limit = limit
    }
}

package struct TaskListPage: Sendable, Equatable {
    /// Newest first.
    package var tasks: [TaskRecord]
    /// `below` for the next page; nil: there is none. A page may be short, even empty, and have a next one: a read looks at so many rows only.
    package var next: Int64?

    package init(tasks: [TaskRecord], next: Int64?) {
        self.tasks = tasks
        self.next = next
    }
}

/// Reads of many tasks, from any thread but an event loop (they may block).
package protocol TaskLists: Sendable {
    func list(_ query: TaskListQuery) throws(StoreError) -> TaskListPage
}

/// What was removed for good.
package struct Removal: Sendable, Equatable {
    package var tasks: [TaskID] = []
    /// Bytes of files.
    package var bytes: Int64 = 0
    package init() {}
}

/// Removes what nobody needs any more. From any thread but an event loop (it may block for long).
package protocol Housekeeper: Sendable {
    /// Everything of a caller's ended tasks, and its put images. nil: the caller has nothing at all, not even an open task.
    func purge(caller: String) throws(StoreError) -> Removal?
}
