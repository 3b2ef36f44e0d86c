import EngineCore
import PoseWire

/// How methods find the task that a request names.
extension ConnectionHandler {
    /// Reads the board, else the disk. A task that is not there, or is another caller's, ends the call.
    func findTask(_ text: String, for call: Call, then: @escaping (TaskView) -> Void) {
        let id = TaskID(rawValue: text)
        if let view = services.engine.board.view(id) { return show(view, call, then) }
        guard !text.isEmpty else { return fail(call, .taskUnknown(field: "task_id")) }
        let reader = services.reader
        onPool(call) {
            try reader.task(id).map(TaskView.init(stored:))
        } then: { [self] view in
            show(view, call, then)
        }
    }

    private func show(_ view: TaskView?, _ call: Call, _ then: (TaskView) -> Void) {
        guard let view, view.record.caller == caller else { return fail(call, .taskUnknown(field: "task_id")) }
        then(view)
    }
}

extension TaskView {
    init(stored record: TaskRecord) { self.init(record: record, latest: TaskEvent(latestOf: record)) }
}
