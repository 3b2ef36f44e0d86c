internal import NIOCore
internal import Synchronization

/// A result that comes once. Any number of tasks wait for it, each only as long as its own deadline and its own life.
final class OneTimeValue<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, PoseTransferError>

    private enum State {
        case pending([Int: CheckedContinuation<Outcome, Never>], next: Int)
        case there(Outcome)
    }

    private let state = Mutex(State.pending([:], next: 0))
    private let eventLoop: any EventLoop

    /// `eventLoop` watches the deadlines.
    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// The first one counts.
    func fulfil(_ outcome: Outcome) {
        let waiting = state.withLock { state -> [CheckedContinuation<Outcome, Never>] in
            guard case .pending(let waiting, _) = state else { return [] }
            state = .there(outcome)
            return Array(waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }

    /// Throws the outcome's error, `deadlineExceeded`, or `cancelled` when the calling task is.
    func value(until deadline: NIODeadline) async throws(PoseTransferError) -> Value {
        let id = state.withLock { Self.nextID(&$0) }
        let timer = eventLoop.scheduleTask(deadline: deadline) { self.leave(id, .deadlineExceeded) }
        defer { timer.cancel() }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { self.enter(id, $0, deadline) }
        } onCancel: {
            self.leave(id, .cancelled)
        }
        return try outcome.get()
    }

    private static func nextID(_ state: inout State) -> Int {
        guard case .pending(let waiting, let id) = state else { return 0 }
        state = .pending(waiting, next: id + 1)
        return id
    }

    private func enter(_ id: Int, _ continuation: CheckedContinuation<Outcome, Never>, _ deadline: NIODeadline) {
        let outcome = state.withLock { state -> Outcome? in
            switch state {
            case .there(let outcome): return outcome
            // The timer or the cancellation may have come before this: then nobody would leave any more.
            case .pending where Task.isCancelled: return .failure(.cancelled)
            case .pending where NIODeadline.now() >= deadline: return .failure(.deadlineExceeded)
            case .pending(var waiting, let next):
                waiting[id] = continuation
                state = .pending(waiting, next: next)
                return nil
            }
        }
        if let outcome { continuation.resume(returning: outcome) }
    }

    private func leave(_ id: Int, _ error: PoseTransferError) {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard case .pending(var waiting, let next) = state else { return nil }
            let continuation = waiting.removeValue(forKey: id)
            state = .pending(waiting, next: next)
            return continuation
        }
        continuation?.resume(returning: .failure(error))
    }
}
