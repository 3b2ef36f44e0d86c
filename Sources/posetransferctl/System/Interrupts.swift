import Dispatch
import Glibc
import Synchronization

/// SIGINT and SIGTERM, as a stream. From the second one on the program ends at once.
final class Interrupts: Sendable {
    private let sources: Mutex<[any DispatchSourceSignal]>
    let stream: AsyncStream<Int32>

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.stream = stream
        sources = Mutex(
            [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                let count = SignalCount()
                source.setEventHandler {
                    if count.increased() > 1 { _exit(128 + number) }
                    continuation.yield(number)
                }
                source.resume()
                return source
            })
    }

    deinit {
        sources.withLock { for source in $0 { source.cancel() } }
    }

    enum Outcome<Value: Sendable>: Sendable {
        case finished(Value)
        /// A signal came first, and `body` has cleaned up behind itself.
        case interrupted
    }

    /// Runs `body`, and cancels it when a signal comes.
    func race<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Outcome<Value> {
        try await withThrowingTaskGroup(of: Outcome<Value>.self) { group in
            group.addTask { .finished(try await body()) }
            group.addTask { [stream] in
                for await _ in stream { break }
                return .interrupted
            }
            let first = try await group.next() ?? .interrupted
            group.cancelAll()
            if case .interrupted = first { while await group.nextResult() != nil {} }
            return first
        }
    }
}
