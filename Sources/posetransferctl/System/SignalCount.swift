import Synchronization

/// How often a signal has come.
final class SignalCount: Sendable {
    private let count = Atomic<Int>(0)

    func increased() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
