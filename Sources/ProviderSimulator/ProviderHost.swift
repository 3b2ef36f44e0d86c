internal import NIOCore
internal import Synchronization

/// The one place that holds the provider: its lock, its time, the rendered pictures and those who wait for calls.
final class ProviderHost: Sendable {
    private struct State: Sendable {
        var provider: SimulatedProvider
        var rendered: [SimulatedResult: ByteBuffer] = [:]
        var renderedBytes = 0
        var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextWatcher = 0
        var connections = 0
    }

    private let state: Mutex<State>
    private let clock: SimulatorClock

    init(configuration: SimulatorConfiguration, clock: SimulatorClock) {
        state = Mutex(State(provider: SimulatedProvider(configuration: configuration)))
        self.clock = clock
    }

    /// Decides under the lock, then wakes those who watch.
    func decide<Result: Sendable>(
        _ body: (inout SimulatedProvider, Duration) throws -> Result
    ) rethrows -> Result {
        let now = clock.now
        let (result, watchers) = try state.withLock { state in
            (try body(&state.provider, now), Array(state.watchers.values))
        }
        for watcher in watchers { watcher.yield() }
        return result
    }

    /// Whether one more connection may stay.
    func connectionOpened() -> Bool {
        state.withLock { state in
            state.connections += 1
            return state.connections <= SimulatorLimits.connectionsMax
        }
    }

    func connectionClosed() { state.withLock { $0.connections -= 1 } }

    /// The reply's body as bytes. Pictures are drawn outside the lock and kept for the next download, bounded.
    func content(of body: ProviderReply.Body) -> ByteBuffer {
        switch body {
        case .bytes(let buffer): return buffer
        case .result(let result):
            if let rendered = state.withLock({ $0.rendered[result] }) { return rendered }
            let rendered = ByteBuffer(bytes: result.png)
            state.withLock { Self.keep(rendered, of: result, in: &$0) }
            return rendered
        }
    }

    private static func keep(_ rendered: ByteBuffer, of result: SimulatedResult, in state: inout State) {
        let bytes = rendered.readableBytes
        guard bytes <= SimulatorLimits.renderedBytesKeptMax, state.rendered[result] == nil else { return }
        if state.renderedBytes + bytes > SimulatorLimits.renderedBytesKeptMax {
            state.rendered.removeAll()
            state.renderedBytes = 0
        }
        state.rendered[result] = rendered
        state.renderedBytes += bytes
    }

    /// Returns once the condition holds; false if the task is cancelled before.
    func wait(until condition: @Sendable (SimulatedProvider) -> Bool) async -> Bool {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = continuation
            return state.nextWatcher
        }
        defer { _ = state.withLock { $0.watchers.removeValue(forKey: number) } }
        if state.withLock({ condition($0.provider) }) { return true }
        for await _ in stream where state.withLock({ condition($0.provider) }) { return true }
        return false
    }
}

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
