import EngineCore
import Glibc

/// A doorbell for one waiting thread, over a pthread mutex and condition variable. Rings before a wait are kept, and many count as one.
///
/// `@unchecked Sendable` is sound: `rung` is only touched with `mutex` held, and both pthread objects live at a fixed heap
/// address from `init` to `deinit`, which cannot run while a call holds a reference.
package final class ThreadDoorbell: Doorbell, @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var rung = false

    package init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        // On the monotonic clock, or a step of the wall clock would hold or hurry the engine.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Returns at once where a ring is waiting, or for 0 milliseconds or less.
    package func wait(milliseconds: Int64?) {
        let deadline = milliseconds.map(Self.deadline(in:))
        pthread_mutex_lock(mutex)
        var isOver = false
        while !rung && !isOver {
            if var deadline {
                isOver = pthread_cond_timedwait(condition, mutex, &deadline) != 0
            } else {
                pthread_cond_wait(condition, mutex)
            }
        }
        rung = false
        pthread_mutex_unlock(mutex)
    }

    /// The lock is held for a few instructions only.
    package func ring() {
        pthread_mutex_lock(mutex)
        rung = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    private static let longestWaitMilliseconds: Int64 = 365 * 86_400_000

    private static func deadline(in milliseconds: Int64) -> timespec {
        let wait = min(max(0, milliseconds), longestWaitMilliseconds)
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let nanoseconds = Int64(time.tv_nsec) + wait % 1_000 * 1_000_000
        time.tv_sec += Int(wait / 1_000 + nanoseconds / 1_000_000_000)
        time.tv_nsec = Int(nanoseconds % 1_000_000_000)
        return time
    }
}
