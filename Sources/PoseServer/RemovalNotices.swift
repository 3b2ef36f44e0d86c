import EngineCore
import Synchronization

/// Tells every event loop which tasks were removed.
final class RemovalNotices: Sendable {
    typealias Listener = @Sendable (_ ids: Set<TaskID>) -> Void

    private let listeners = Mutex<[Listener]>([])

    /// `listener` is called on any thread and must only hand over.
    func add(_ listener: @escaping Listener) { listeners.withLock { $0.append(listener) } }

    func tell(_ ids: [TaskID]) {
        let ids = Set(ids)
        for listener in listeners.withLock({ $0 }) { listener(ids) }
    }
}
