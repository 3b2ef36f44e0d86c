import Synchronization

/// Counts over threads, and lets a test wait for a number.
final class Counter: Sendable {
    private struct State {
        var count = 0
        var waiting: [(Int, CheckedContinuation<Void, Never>)] = []
    }
    private let state = Mutex(State())

    var count: Int { state.withLock { $0.count } }

    @discardableResult func increased() -> Int {
        let (count, due) = state.withLock { state in
            state.count += 1
            let count = state.count
            let due = state.waiting.filter { $0.0 <= count }
            state.waiting.removeAll { $0.0 <= count }
            return (count, due)
        }
        for waiter in due { waiter.1.resume() }
        return count
    }

    /// Returns when the count is at least `number`.
    func reached(_ number: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.count < number { state.waiting.append((number, continuation)) }
                return state.count >= number
            }
            if isThere { continuation.resume() }
        }
    }
}

/// A list that several threads add to.
final class Log<Element: Sendable>: Sendable {
    private let content = Mutex([Element]())
    var all: [Element] { content.withLock { $0 } }
    func add(_ element: Element) { content.withLock { $0.append(element) } }
}
