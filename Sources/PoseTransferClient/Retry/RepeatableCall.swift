internal import PoseWire

/// Decides about another attempt of a call that may be repeated: every one that this library makes may be, a submit because
/// of its key. A value: no connection, no clock.
struct RepeatableCall {
    enum Effect: Equatable {
        case reads
        /// It changes something: when the answer is missing, the outcome is unknown.
        case changes
        /// It changes something, and a server that drains has done it already.
        case drains
    }

    enum OnEnding: Equatable {
        /// Make it again, at the earliest after `wait` if there is one, and in any case after the usual random one.
        case again(wait: Duration?)
        case fail(PoseTransferError)
    }

    private let effect: Effect
    private(set) var failuresInARow = 0
    /// Whether an attempt may have reached the server and was never answered.
    private var mayHaveHappened = false
    private var violations = 0
    private var lastError = PoseTransferError.deadlineExceeded

    init(_ effect: Effect) {
        self.effect = effect
    }

    /// There was no connection. `isFirst`: there has never been one.
    mutating func connectFailed(_ error: PoseTransferError, isFirst: Bool) -> OnEnding {
        lastError = error
        if error.isViolation { violations += 1 }
        guard !isFirst, error.code == .cannotConnect || error.isPassing, violations < ClientLimits.violationsMax else {
            return .fail(told(error))
        }
        return .again(wait: error.retryAfter)
    }

    /// The connection was there, and the call ended without its answer.
    mutating func callEnded(_ ending: CallEnding) -> OnEnding {
        failuresInARow += 1
        switch ending {
        case .ok: return .fail(.protocolViolation("a call ended well and without its answer"))
        case .refused(let error) where effect == .drains && error.reason == WireReason.serverDraining.rawValue:
            return .fail(error)
        case .refused(let error) where error.isPassing: return passing(error)
        // What the server has refused it has judged: an earlier attempt is known not to have happened.
        case .refused(let error): return .fail(error)
        case .lost(let error, let requestSent):
            mayHaveHappened = mayHaveHappened || requestSent
            lastError = error
            if error.isViolation { violations += 1 }
            return violations < ClientLimits.violationsMax ? .again(wait: nil) : .fail(told(error))
        case .gaveUp(let error):
            mayHaveHappened = true
            return .fail(told(error))
        case .overflowed: return .fail(.protocolViolation("events came for a call that has none"))
        }
    }

    private mutating func passing(_ error: PoseTransferError) -> OnEnding {
        lastError = error
        return .again(wait: error.retryAfter)
    }

    /// The time for the call as a whole is over before another attempt.
    func deadlinePassed() -> PoseTransferError { told(lastError) }

    /// The error as the caller learns it: without an answer to a change, that its outcome is unknown comes first.
    private func told(_ error: PoseTransferError) -> PoseTransferError {
        let unanswered: Set<PoseTransferError.Code> = [
            .cannotConnect, .connectionLost, .deadlineExceeded, .protocolViolation, .closed,
        ]
        guard effect != .reads, mayHaveHappened, unanswered.contains(error.code) || error.isPassing else {
            return error
        }
        return PoseTransferError(
            .outcomeUnknown, reason: "OUTCOME_UNKNOWN",
            message: "the request was sent and no answer came, so it may have been carried out (\(error.message))",
            retryAfter: error.retryAfter, cause: error)
    }
}
