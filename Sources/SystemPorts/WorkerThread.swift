import Glibc
import Synchronization

/// A named thread that runs one closure to its end.
///
/// Signals stay with the threads that handle them: all are blocked here, but for those that a fault raises in its own thread.
package final class WorkerThread: Sendable {
    /// `nil` once joined.
    private let handle: Mutex<pthread_t?>

    /// Starts the thread. The kernel keeps the first 15 bytes of `name`.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(WorkerThreadError) {
        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var thread = pthread_t()
        let status = Self.withSignalsBlocked { pthread_create(&thread, nil, runThread, start.toOpaque()) }
        guard status == 0 else {
            start.release()
            throw WorkerThreadError(name: name, status: status)
        }
        handle = Mutex(thread)
    }

    deinit {
        handle.withLock { handle in
            if let thread = handle { pthread_detach(thread) }
        }
    }

    /// Returns when the closure has ended. From any thread but the worker itself, any number of times.
    package func join() {
        handle.withLock { handle in
            if let thread = handle { pthread_join(thread, nil) }
            handle = nil
        }
    }

    /// A new thread inherits the mask of the one that makes it.
    private static func withSignalsBlocked(_ body: () -> Int32) -> Int32 {
        var blocked = sigset_t()
        var earlier = sigset_t()
        sigfillset(&blocked)
        for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS] { sigdelset(&blocked, fault) }
        pthread_sigmask(SIG_SETMASK, &blocked, &earlier)
        defer { pthread_sigmask(SIG_SETMASK, &earlier, nil) }
        return body()
    }
}

/// The system gave no thread.
package struct WorkerThreadError: Error, Sendable, Equatable, CustomStringConvertible {
    package let code = "THREAD_START"
    package let message: String
    package var description: String { "\(code): \(message)" }

    init(name: String, status: Int32) {
        message =
            "cannot start the thread \(name): \(String(cString: strerror(status))); raise the limit of processes (ulimit -u) or of memory"
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// Sound: `argument` is the one retained `ThreadStart` that `init` passed, and it is taken over exactly once, here.
private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    nameThisThread(start.name)
    start.body()
    return nil
}

/// Through /proc, as glibc shows `pthread_setname_np` to GNU sources only. A thread without its name works as well.
private func nameThisThread(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    let bytes = Array(name.utf8.prefix(15))
    _ = write(file, bytes, bytes.count)
    close(file)
}
