internal import NIOCore
internal import Synchronization

/// Keeps one connection to the server: makes it when it is first needed, and again, with a growing random wait, when it was
/// lost. A connection that the server drains finishes its calls while the next one is made.
final class ConnectionKeeper: Sendable {
    typealias Attempt = OneTimeValue<Connection>

    private struct State {
        var current: Connection?
        var attempt: Attempt?
        var attemptTask: Task<Void, Never>?
        /// All that are open: beside the current one those that the server drains.
        var open: [Connection] = []
        var failuresInARow = 0
        var hasConnected = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let backoff: FullJitterBackoff
    private let eventLoop: any EventLoop
    private let onReconnect: (@Sendable (ServerInformation) -> Void)?
    private let open: @Sendable () async throws(PoseTransferError) -> Connection

    init(
        backoff: FullJitterBackoff, eventLoop: any EventLoop,
        onReconnect: (@Sendable (ServerInformation) -> Void)? = nil,
        open: @escaping @Sendable () async throws(PoseTransferError) -> Connection
    ) {
        self.backoff = backoff
        self.eventLoop = eventLoop
        self.onReconnect = onReconnect
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
            let task = Task { await self.run(attempt, after: wait) }
            state.withLock { state in if state.attempt === attempt { state.attemptTask = task } }
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
        if state.withLock({ $0.isClosed }) { return attempt.fulfil(.failure(.closed)) }
        let outcome: Attempt.Outcome
        do throws(PoseTransferError) {
            outcome = .success(try await open())
        } catch {
            outcome = .failure(error)
        }
        attempt.fulfil(await settled(outcome))
    }

    private func settled(_ outcome: Attempt.Outcome) async -> Attempt.Outcome {
        let (isClosed, isReconnect) = state.withLock { state in
            let isReconnect = state.hasConnected
            (state.attempt, state.attemptTask) = (nil, nil)
            switch outcome {
            case .success(let connection) where !state.isClosed:
                state.current = connection
                state.hasConnected = true
                state.open.removeAll { !$0.isOpen }
                state.open.append(connection)
            case .success: break
            case .failure: state.failuresInARow += 1
            }
            return (state.isClosed, isReconnect)
        }
        guard case .success(let connection) = outcome else { return outcome }
        guard isClosed else {
            if isReconnect { onReconnect?(connection.server) }
            return outcome
        }
        connection.close()
        await connection.closed()
        return .failure(.closed)
    }

    /// No call begins any more; those that run end with an error. Returns when every connection is closed.
    func close() async {
        let (open, attempt) = state.withLock { state in
            state.isClosed = true
            return (state.open, state.attemptTask)
        }
        for connection in open { connection.close() }
        for connection in open { await connection.closed() }
        attempt?.cancel()
        await attempt?.value
    }
}
