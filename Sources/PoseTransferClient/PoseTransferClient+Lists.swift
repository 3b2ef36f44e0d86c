internal import PoseWire

extension PoseTransferClient {
    /// The caller's tasks, newest first: pages of `pageSize` tasks (1 to 500), each asked for when the iteration comes to it.
    public func tasks(_ filter: TaskFilter = TaskFilter(), pageSize: Int = 100) -> TaskPages {
        TaskPages { (token) async throws(PoseTransferError) in
            try await self.listTasks(filter, pageSize: pageSize, pageToken: token)
        }
    }

    /// One page of the caller's tasks, newest first; at most `pageSize` tasks (1 to 500), from the first or from where `pageToken` of the
    /// page before leads. The filter must be the same for all pages.
    ///
    /// Throws `refused` with FIELD_INVALID for a token of another list, and as ``task(_:)``.
    public func listTasks(
        _ filter: TaskFilter = TaskFilter(), pageSize: Int = 100, pageToken: String? = nil
    ) async throws(PoseTransferError) -> TaskPage {
        var request = ListTasksRequest()
        request.states = try filter.wireStates()
        request.labels = filter.labels
        request.createdAfter = filter.createdSinceUnixMilliseconds ?? 0
        request.createdBefore = filter.createdBeforeUnixMilliseconds ?? 0
        request.pageSize = try Self.pageSize(pageSize)
        request.pageToken = pageToken ?? ""
        return try await page(.listTasks(request), isFirst: pageToken == nil)
    }

    /// The tasks of all callers, or of `caller` alone, newest first, page by page. For callers with admin rights.
    public func tasksOfAllCallers(
        _ filter: TaskFilter = TaskFilter(), caller: String? = nil, pageSize: Int = 100
    ) -> TaskPages {
        TaskPages { (token) async throws(PoseTransferError) in
            try await self.listAllTasks(filter, caller: caller, pageSize: pageSize, pageToken: token)
        }
    }

    /// One page of the tasks of all callers, or of `caller` alone. Throws `refused` with ADMIN_ONLY, and as
    /// ``listTasks(_:pageSize:pageToken:)``.
    public func listAllTasks(
        _ filter: TaskFilter = TaskFilter(), caller: String? = nil, pageSize: Int = 100, pageToken: String? = nil
    ) async throws(PoseTransferError) -> TaskPage {
        var request = ListAllTasksRequest()
        request.states = try filter.wireStates()
        request.labels = filter.labels
        request.caller = caller ?? ""
        request.createdAfter = filter.createdSinceUnixMilliseconds ?? 0
        request.createdBefore = filter.createdBeforeUnixMilliseconds ?? 0
        request.pageSize = try Self.pageSize(pageSize)
        request.pageToken = pageToken ?? ""
        return try await page(.listAllTasks(request), isFirst: pageToken == nil)
    }

    /// The tasks of all callers that ended SUBMISSION_UNKNOWN and are not settled, page by page. For callers with admin rights.
    public func unknownTasks(pageSize: Int = 100) -> TaskPages {
        TaskPages { (token) async throws(PoseTransferError) in
            try await self.listUnknown(pageSize: pageSize, pageToken: token)
        }
    }

    /// One page of the tasks that ended SUBMISSION_UNKNOWN and are not settled. Throws `refused` with ADMIN_ONLY, and as
    /// ``listTasks(_:pageSize:pageToken:)``.
    public func listUnknown(
        pageSize: Int = 100, pageToken: String? = nil
    ) async throws(PoseTransferError) -> TaskPage {
        var request = ListUnknownRequest()
        request.pageSize = try Self.pageSize(pageSize)
        request.pageToken = pageToken ?? ""
        return try await page(.listUnknown(request), isFirst: false)
    }

    private func page(_ request: CallRequest, isFirst: Bool) async throws(PoseTransferError) -> TaskPage {
        let response = try await answer(to: request, .reads, until: callDeadline)
        guard case .page(let tasks, let next, let cursor) = response else {
            throw .protocolViolation("an answer of another method")
        }
        return TaskPage(
            tasks: tasks.map { TaskSnapshot($0) }, nextPageToken: next.isEmpty ? nil : next,
            cursor: isFirst && cursor > 0 ? cursor : nil)
    }

    private static func pageSize(_ size: Int) throws(PoseTransferError) -> UInt32 {
        guard size > 0, size <= Int(WireLimits.pageSizeMax) else {
            throw .invalidRequest("page_size", "a page has 1 to \(WireLimits.pageSizeMax) tasks, not \(size)")
        }
        return UInt32(size)
    }
}

extension TaskFilter {
    fileprivate func wireStates() throws(PoseTransferError) -> [PoseWire.TaskState] {
        var wire: [PoseWire.TaskState] = []
        for state in states {
            guard let number = state.wireNumber else {
                throw .invalidRequest("states", "a list cannot be asked for a state that this library does not know")
            }
            wire.append(PoseWire.TaskState(rawValue: number))
        }
        return wire
    }
}
