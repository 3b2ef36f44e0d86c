/// Full-jitter back-off (AWS Builders' Library, "Timeouts, retries and backoff with jitter"): evenly drawn from 1 ms up to a
/// ceiling that doubles with each failure in a row: 0.5 s, 1 s, 2 s ... 30 s.
enum Backoff {
    /// Milliseconds. `failures` counts from 1. A provider's Retry-After is a lower bound, believed up to its cap.
    static func delay(failures: Int, retryAfterMilliseconds: Int64? = nil, random: UInt64) -> Int64 {
        let doublings = min(max(failures - 1, 0), 16)
        let ceiling = min(EngineLimits.backoffCapMilliseconds, EngineLimits.backoffBaseMilliseconds << Int64(doublings))
        let drawn = 1 + Int64(random % UInt64(ceiling))
        let told = min(max(retryAfterMilliseconds ?? 0, 0), EngineLimits.retryAfterCapMilliseconds)
        return max(drawn, told)
    }
}
