import Synchronization

/// Asks the program to drain, once: a second request of an operator must not count as impatience.
final class DrainWish: Sendable {
    private let request: @Sendable () -> Void
    private let wasMade = Mutex(false)

    init(_ request: @escaping @Sendable () -> Void) { self.request = request }

    func tell() {
        let isFirst = wasMade.withLock { wasMade in
            defer { wasMade = true }
            return !wasMade
        }
        if isFirst { request() }
    }
}
