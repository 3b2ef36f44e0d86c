/// A budget for frames that cost the peer little and us something: so many at once, so many a second on average.
struct TokenBucket: Sendable {
    private let capacity: Int64
    private let perSecond: Int64
    /// In thousandths of a token.
    private var level: Int64
    private var filledAt: Int64?

    init(burst: Int, perSecond: Int) {
        capacity = Int64(burst) * 1_000
        self.perSecond = Int64(perSecond)
        level = capacity
    }

    /// Whether there was one left. `now` in monotonic milliseconds.
    mutating func take(at now: Int64) -> Bool {
        if let filledAt, now > filledAt { level = min(capacity, level + min(now - filledAt, 1_000_000) * perSecond) }
        filledAt = max(now, filledAt ?? now)
        guard level >= 1_000 else { return false }
        level -= 1_000
        return true
    }
}
