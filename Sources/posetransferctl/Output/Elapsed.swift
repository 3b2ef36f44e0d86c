/// Times for people.
enum Elapsed {
    /// `0 s`, `59 s`, `1:05 min`, `2:00:07 h`: full seconds.
    static func text(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        guard seconds >= 60 else { return "\(seconds) s" }
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        guard hours > 0 else { return "\(minutes):\(two(rest)) min" }
        return "\(hours):\(two(minutes)):\(two(rest)) h"
    }

    /// The same in a sentence: what is below a second is not told as nothing.
    static func spoken(_ duration: Duration) -> String {
        duration < .seconds(1) ? "less than 1 s" : text(duration)
    }

    /// A setting's length in its largest whole unit: `7 days`, `36 hours`, `90 s`.
    static func rounded(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        for (unit, size) in [("day", Int64(86_400)), ("hour", 3_600), ("minute", 60)]
        where seconds >= size && seconds % size == 0 {
            let count = seconds / size
            return "\(count) \(unit)\(count == 1 ? "" : "s")"
        }
        return "\(seconds) s"
    }

    private static func two(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
