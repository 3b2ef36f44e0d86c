internal import NIOCore

/// When to ask a silent server whether it lives, and when to believe that it does not. A value: the time is passed in.
///
/// Time in which this side does not read counts for nothing.
struct Keepalive {
    enum OnCheck: Equatable {
        case nothing
        case sendPing
        case giveUp
    }

    private let interval: TimeAmount
    /// The server's own keepalive time-out.
    private var timeout = TimeAmount.seconds(20)
    private var lastByte = NIODeadline.uptimeNanoseconds(0)
    private var pingSent: NIODeadline?
    private var isPaused = false

    init(interval: TimeAmount) {
        self.interval = interval
    }

    /// How often `checked` is to be called: often enough to be late by half an interval at most.
    var checkInterval: TimeAmount { max(.milliseconds(1), .nanoseconds(interval.nanoseconds / 2)) }

    mutating func welcomed(timeout: TimeAmount, at now: NIODeadline) {
        if timeout > .zero { self.timeout = timeout }
        bytesReceived(at: now)
    }

    mutating func bytesReceived(at now: NIODeadline) {
        lastByte = now
        pingSent = nil
    }

    mutating func readingPaused(_ isPaused: Bool, at now: NIODeadline) {
        guard isPaused != self.isPaused else { return }
        self.isPaused = isPaused
        // The clock starts anew: what the server said meanwhile is still to be read.
        bytesReceived(at: now)
    }

    mutating func checked(at now: NIODeadline) -> OnCheck {
        guard !isPaused else { return .nothing }
        if let pingSent { return now - pingSent >= timeout ? .giveUp : .nothing }
        guard now - lastByte >= interval else { return .nothing }
        pingSent = now
        return .sendPing
    }
}
