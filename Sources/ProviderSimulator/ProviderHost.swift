internal import NIOCore
internal import Synchronization

/// The one place that holds the provider: its lock, its time, the rendered pictures and those who wait for calls.
final class ProviderHost: Sendable {
    private struct State: Sendable {
        var provider: SimulatedProvider
        var pictures = PictureShelf(bytesMax: SimulatorLimits.renderedBytesKeptMax)
        var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextWatcher = 0
        var connections = 0
        var webhooksChanged: (@Sendable () -> Void)?
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
        let (result, watchers, webhooksChanged) = try state.withLock { state in
            let revision = state.provider.webhooks.revision
            let result = try body(&state.provider, now)
            let hasChanged = state.provider.webhooks.revision != revision
            return (result, Array(state.watchers.values), hasChanged ? state.webhooksChanged : nil)
        }
        for watcher in watchers { watcher.yield() }
        webhooksChanged?()
        return result
    }

    /// Calls `watcher` whenever a delivery may have become due.
    func onWebhooks(_ watcher: @escaping @Sendable () -> Void) { state.withLock { $0.webhooksChanged = watcher } }

    /// The deliveries that are due now; whoever takes them tells how they went.
    func takeWebhooks() -> (deliveries: [WebhookDelivery], next: Duration?) {
        let now = clock.now
        return state.withLock { $0.provider.webhooksDue(at: now) }
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
            if let picture = state.withLock({ $0.pictures[result] }) { return picture }
            let picture = ByteBuffer(bytes: result.bytes)
            state.withLock { $0.pictures.put(picture, of: result) }
            return picture
        }
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

/// Pictures that were drawn, by what they show; all go when one more would be too much.
struct PictureShelf: Sendable {
    let bytesMax: Int
    private var pictures: [SimulatedResult: ByteBuffer] = [:]
    private(set) var bytes = 0

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    subscript(result: SimulatedResult) -> ByteBuffer? { pictures[result] }

    mutating func put(_ picture: ByteBuffer, of result: SimulatedResult) {
        let count = picture.readableBytes
        guard count <= bytesMax, pictures[result] == nil else { return }
        if count > bytesMax - bytes {
            pictures.removeAll()
            bytes = 0
        }
        pictures[result] = picture
        bytes += count
    }
}
