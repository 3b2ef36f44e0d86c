/// How long to wait before an attempt: anything between nothing and a bound that doubles. Clients that lost the same server
/// at the same moment so come back spread over the whole span, not all at once.
///
/// With `base` 100 ms and `cap` 5 s the bounds are 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5 ... seconds.
struct FullJitterBackoff: Sendable {
    var base: Duration
    var cap: Duration

    /// The bound before attempt `failures + 1`, after so many failures in a row. 0 failures: no wait.
    func bound(failures: Int) -> Duration {
        guard failures > 0 else { return .zero }
        var bound = base
        for _ in 1..<failures {
            if bound >= cap { break }
            bound = bound * 2
        }
        return min(bound, cap)
    }

    func delay(failures: Int, random: inout some RandomNumberGenerator) -> Duration {
        let bound = bound(failures: failures)
        guard bound > .zero else { return .zero }
        return bound * Double.random(in: 0...1, using: &random)
    }
}
