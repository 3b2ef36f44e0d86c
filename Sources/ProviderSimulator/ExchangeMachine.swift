internal import NIOCore

/// One connection's exchanges, one after the other: what to do with each part of a request. No socket, no clock.
struct ExchangeMachine {
    enum State: Equatable {
        /// Then reading, or closed.
        case idle
        /// Then answering.
        case reading
        /// Then idle, discarding or closed.
        case answering
        /// A refused body is still coming in; then closed.
        case discarding(bytesLeft: Int)
        case closed
    }

    enum OnHead: Equatable {
        case read
        /// The peer waits for leave to send its body.
        case continueAndRead
        /// The body is too long: answer now, then drop what comes.
        case refuseBody
        case closeNow
    }

    enum OnBody: Equatable { case keep, refuseBody, drop, closeNow }
    enum OnEnd: Equatable { case serve, ignore, closeNow }
    enum OnReplySent: Equatable { case readNext, waitForClose, closeNow }

    private(set) var state = State.idle
    private var bodyBytesMax = 0
    private var bodyBytes = 0
    private var peerKeepsAlive = true
    private var isBodyOpen = false

    /// Whether the next request has to wait for the reply of this one.
    var isAnswering: Bool { state == .answering && !isBodyOpen }

    mutating func headReceived(
        bodyBytesMax: Int, announced: Int?, expectsContinue: Bool, keepsAlive: Bool, closesBeforeReading: Bool
    ) -> OnHead {
        guard state == .idle else { return closed(.closeNow) }
        guard !closesBeforeReading else { return closed(.closeNow) }
        self.bodyBytesMax = bodyBytesMax
        bodyBytes = 0
        isBodyOpen = true
        peerKeepsAlive = keepsAlive
        if let announced, announced > bodyBytesMax {
            state = .answering
            return .refuseBody
        }
        state = .reading
        return expectsContinue ? .continueAndRead : .read
    }

    /// Judges a piece of body before it is kept.
    mutating func bodyReceived(bytes count: Int) -> OnBody {
        switch state {
        case .reading:
            guard count <= bodyBytesMax - bodyBytes else {
                state = .answering
                return .refuseBody
            }
            bodyBytes += count
            return .keep
        case .answering: return .drop
        case .discarding(let left):
            guard count <= left else { return closed(.closeNow) }
            state = .discarding(bytesLeft: left - count)
            return .drop
        case .idle, .closed: return closed(.closeNow)
        }
    }

    mutating func endReceived() -> OnEnd {
        isBodyOpen = false
        switch state {
        case .reading:
            state = .answering
            return .serve
        case .answering: return .ignore
        case .idle, .discarding, .closed: return closed(.closeNow)
        }
    }

    /// The reply is on the wire. A peer that is still sending a refused body may go on, bounded, so that it reads on.
    mutating func replySent(closes: Bool) -> OnReplySent {
        guard state == .answering else { return closed(.closeNow) }
        if isBodyOpen {
            state = .discarding(bytesLeft: SimulatorLimits.discardedBytesMax)
            return .waitForClose
        }
        guard peerKeepsAlive, !closes else { return closed(.closeNow) }
        state = .idle
        return .readNext
    }

    private mutating func closed<Action>(_ action: Action) -> Action {
        state = .closed
        return action
    }
}
