internal import NIOCore
internal import Synchronization

/// Keeps one connection to the server: makes it when it is first needed, and again, with a growing random wait, when it was
/// lost. A connection that the server drains finishes its calls while the next one is made.
final class ConnectionKeeper: Sendable {
    typealias Attempt = OneTimeValue<Connection>

    private struct State {
        var current: Connection?
        var attempt: Attempt?
        var failuresInARow = 0
        var hasConnected = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let backoff: FullJitterBackoff
    private let eventLoop: any EventLoop
    private let open: @Sendable () async throws(PoseTransferError) -> Connection

    init(
        backoff: FullJitterBackoff, eventLoop: any EventLoop,
        open: @escaping @Sendable () async throws(PoseTransferError) -> Connection
    ) {
        self.backoff = backoff
        self.eventLoop = eventLoop
        self.open = open
    }

    /// Whether there has ever been a connection. Before that, a failure is told at once: the address may simply be wrong.
    var hasConnected: Bool { state.withLock { $0.hasConnected } }

    /// The connection for a new call. Throws the error of the attempt that it waited for; the next call waits for the next one.
    func connection(until deadline: NIODeadline) async throws(PoseTransferError) -> Connection {
        enum Step {
            case use(Connection)
            case wait(Attempt)
            case start(Attempt, wait: Duration)
            case fail(PoseTransferError)
        }
        let step = state.withLock { state -> Step in
            if state.isClosed { return .fail(.closed) }
            if let current = state.current, current.takesCalls { return .use(current) }
            if let attempt = state.attempt { return .wait(attempt) }
            Self.forgetCurrent(&state)
            let attempt = Attempt(eventLoop: eventLoop)
            state.attempt = attempt
            var random = SystemRandomNumberGenerator()
            return .start(attempt, wait: backoff.delay(failures: state.failuresInARow, random: &random))
        }
        switch step {
        case .use(let connection): return connection
        case .fail(let error): throw error
        case .wait(let attempt): return try await attempt.value(until: deadline)
        case .start(let attempt, let wait):
            Task { await self.run(attempt, after: wait) }
            return try await attempt.value(until: deadline)
        }
    }

    /// A connection that broke before it was of any use counts as a failure, so that a server which drops everybody at once
    /// is not called without a pause.
    private static func forgetCurrent(_ state: inout State) {
        guard let lost = state.current else { return }
        state.failuresInARow = lost.hasServed ? 1 : state.failuresInARow + 1
        state.current = nil
    }

    private func run(_ attempt: Attempt, after wait: Duration) async {
        if wait > .zero { try? await Task.sleep(for: wait) }
        let outcome: Attempt.Outcome
        do throws(PoseTransferError) {
            outcome = .success(try await open())
        } catch {
            outcome = .failure(error)
        }
        attempt.fulfil(settled(outcome))
    }

    private func settled(_ outcome: Attempt.Outcome) -> Attempt.Outcome {
        let isClosed = state.withLock { state in
            state.attempt = nil
            switch outcome {
            case .success(let connection) where !state.isClosed:
                state.current = connection
                state.hasConnected = true
            case .success: break
            case .failure: state.failuresInARow += 1
            }
            return state.isClosed
        }
        guard isClosed, case .success(let connection) = outcome else { return outcome }
        connection.close()
        return .failure(.closed)
    }

    /// No call begins any more; those that run end with `closed`.
    func close() {
        let current = state.withLock { state in
            state.isClosed = true
            return state.current
        }
        current?.close()
    }
}
