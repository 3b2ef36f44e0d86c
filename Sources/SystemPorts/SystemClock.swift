package import EngineCore
import Glibc

/// The kernel's clocks, in whole milliseconds. `monotonic` stands still while the machine sleeps (CLOCK_MONOTONIC).
package struct SystemClock: EngineClock {
    package init() {}

    package func now() -> EngineTime {
        EngineTime(monotonic: Self.read(CLOCK_MONOTONIC), unix: Self.read(CLOCK_REALTIME))
    }

    /// Cannot fail: both clocks exist on every Linux, and the address is valid.
    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
