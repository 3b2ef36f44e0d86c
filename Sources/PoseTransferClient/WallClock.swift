#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The time of day, which keys are made of. Nothing else in this library looks at it: waits and deadlines are monotonic.
enum WallClock {
    static func unixMilliseconds() -> Int64 {
        var now = timespec()
        // It fails only for a clock that does not exist. Keys stay unique without the time: 74 random bits follow it.
        guard clock_gettime(CLOCK_REALTIME, &now) == 0 else { return 0 }
        return Int64(now.tv_sec) &* 1000 &+ Int64(now.tv_nsec) / 1_000_000
    }
}
