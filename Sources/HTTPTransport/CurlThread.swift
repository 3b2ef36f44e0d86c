import Glibc
import Synchronization

/// A POSIX thread that runs one closure: libcurl's loop blocks, which the threads of Swift's pool must not.
///
/// It blocks every signal: the program's handlers run elsewhere, and writing to a closed connection cannot end the process.
final class CurlThread: Sendable {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let thread: pthread_t
    private let isJoined = Mutex(false)

    init?(_ body: @escaping @Sendable () -> Void) {
        // The thread takes over the reference; it is taken back below where the thread could not be made.
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let failure = Self.withSignalsBlocked {
            pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                    return nil
                }, work.toOpaque())
        }
        guard failure == 0 else {
            work.release()
            return nil
        }
        self.thread = thread
    }

    /// Waits for the closure's end; later calls wait for the first. On the thread itself, where waiting would never end, it lets go.
    func join() {
        guard pthread_equal(thread, pthread_self()) == 0 else {
            pthread_detach(thread)
            return
        }
        isJoined.withLock { isJoined in
            if !isJoined { pthread_join(thread, nil) }
            isJoined = true
        }
    }

    /// A new thread inherits the mask.
    private static func withSignalsBlocked(_ body: () -> Int32) -> Int32 {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return body()
    }
}
