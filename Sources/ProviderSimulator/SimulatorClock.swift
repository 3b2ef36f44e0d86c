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
    private let value = Mutex(Duration.zero)

    package init() {}

    package var now: Duration { value.withLock { $0 } }

    package func advance(by duration: Duration) { value.withLock { $0 += duration } }
}
