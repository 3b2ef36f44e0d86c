import EngineCore
import PoseWire

/// The conditions of a list, checked and put into its query.
enum ListFilters {
    static func pageSize(_ size: UInt32) throws(WireError) -> Int {
        guard size <= WireLimits.pageSizeMax else {
            throw .fieldInvalid("page_size", "a page has at most \(WireLimits.pageSizeMax) tasks")
        }
        return Int(size == 0 ? WireLimits.pageSizeDefault : size)
    }

    static func put(
        _ states: [PoseWire.TaskState], _ labels: [String: String], into query: inout TaskListQuery
    ) throws(WireError) {
        for (index, state) in states.enumerated() {
            guard let known = EngineCore.TaskState(state) else {
                throw .fieldInvalid("states[\(index)]", "\(state.rawValue) is no state of a task")
            }
            query.states.insert(known)
        }
        if let refusal = FieldChecks.labels(labels) { throw refusal }
        query.labels = labels
    }

    static func put(createdFrom from: Int64, before: Int64, into query: inout TaskListQuery) throws(WireError) {
        guard from >= 0 else { throw .fieldInvalid("created_after_unix_ms", "a time is 0 or later") }
        guard before >= 0 else { throw .fieldInvalid("created_before_unix_ms", "a time is 0 or later") }
        query.createdFrom = from == 0 ? nil : from
        query.createdBefore = before == 0 ? nil : before
    }
}

extension EngineCore.TaskState {
    /// nil: the server knows no such state, or it is none.
    init?(_ state: PoseWire.TaskState) {
        guard let value = UInt8(exactly: state.rawValue), let known = Self(rawValue: value) else { return nil }
        self = known
    }
}

extension WireError {
    static let pageTokenInvalid = fieldInvalid(
        "page_token", "this is no token of such a list; begin with the first page")
}
