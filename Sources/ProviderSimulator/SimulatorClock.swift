internal import Synchronization

/// The simulator's time since its start.
package enum SimulatorClock: Sendable {
    case continuous(since: ContinuousClock.Instant)
    /// Stands still until it is moved: life cycles in tests take no time.
    case manual(ManualTime)

    package static func startingNow() -> SimulatorClock { .continuous(since: .now) }

    var now: Duration {
        switch self {
        case .continuous(let start): ContinuousClock.now - start
        case .manual(let time): time.now
        }
    }
}

package final class ManualTime: Sendable {
    private struct State {
        var now = Duration.zero
        var watchers: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var now: Duration { state.withLock { $0.now } }

    package func advance(by duration: Duration) {
        let watchers = state.withLock { state in
            state.now += duration
            return state.watchers
        }
        for watcher in watchers { watcher() }
    }

    /// Calls `watcher` after each move from now on.
    func onAdvance(_ watcher: @escaping @Sendable () -> Void) { state.withLock { $0.watchers.append(watcher) } }
}
