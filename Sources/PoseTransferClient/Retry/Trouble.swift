internal import NIOCore

/// How long something that lasts (a stream, a download) has been without a sign of life, and when to stop trying. A value.
struct Trouble {
    private let patience: TimeAmount
    /// A call that lived so long was healthy, even if it said nothing.
    private let healthyAfter: TimeAmount
    private var since: NIODeadline?
    private var openedAt: NIODeadline?
    private var failures = 0
    private var violations = 0

    init(_ configuration: ClientConfiguration) {
        patience = TimeAmount(configuration.reconnectPatience)
        healthyAfter = TimeAmount(configuration.backoffCap)
    }

    mutating func callOpened(at now: NIODeadline) {
        openedAt = now
    }

    /// Something came.
    mutating func isOver() {
        since = nil
        failures = 0
    }

    /// The connection broke for `error`. Whether the server has now broken the protocol too often to be tried again.
    mutating func isHopeless(_ error: PoseTransferError) -> Bool {
        if error.isViolation { violations += 1 }
        return violations >= ClientLimits.violationsMax
    }

    /// How many failures in a row there were now, and until when it is worth trying.
    mutating func failed(at now: NIODeadline) -> (failures: Int, giveUpAt: NIODeadline) {
        if let openedAt, now - openedAt >= healthyAfter { isOver() }
        openedAt = nil
        let since = since ?? now
        self.since = since
        failures += 1
        return (failures, since + patience)
    }
}
