/// A moment in milliseconds since 1970, as people write it: `2026-11-25`, `2026-11-25T08:30:00Z`, or how long ago: `90s`, `30m`, `2h`, `7d`.
/// Times without a zone are UTC.
struct Moment: Equatable {
    var unixMilliseconds: Int64

    init(unixMilliseconds: Int64) {
        self.unixMilliseconds = unixMilliseconds
    }

    /// Nothing where the text is no moment. `now` is what a time ago is counted from, in milliseconds since 1970.
    init?(_ text: String, now: Int64) {
        if let ago = Self.ago(text) {
            unixMilliseconds = now - ago
        } else if let moment = Self.calendar(text) {
            unixMilliseconds = moment
        } else {
            return nil
        }
    }

    private static func ago(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let last = text.last, let unit = units[last], let count = number(text.dropLast(), digits: 1...9) else {
            return nil
        }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? nil : product
    }

    private static func calendar(_ text: String) -> Int64? {
        let text = text.hasSuffix("Z") ? text.dropLast() : text[...]
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count <= 2, let first = halves.first, let days = day(first) else { return nil }
        let clock = halves.count == 2 ? seconds(halves[1]) : 0
        return clock.map { (days * 86_400 + $0) * 1_000 }
    }

    private static func day(_ text: Substring) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], digits: 4...4), let month = number(parts[1], digits: 2...2),
            let day = number(parts[2], digits: 2...2), year >= 1970, (1...12).contains(month),
            (1...length(of: month, in: year)).contains(day)
        else { return nil }
        return days(year: year, month: month, day: day)
    }

    private static func seconds(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { number($0, digits: 2...2) }
        guard (2...3).contains(parts.count), numbers.count == parts.count, numbers[0] < 24,
            numbers.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        return numbers[0] * 3_600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int64(text)
    }

    private static func length(of month: Int64, in year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        switch month {
        case 2: return isLeap ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    /// Days since 1970 in the Gregorian calendar, with years that begin in March: so the leap day is a year's last one.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let (era, ofEra) = (year / 400, year % 400)
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    /// `2026-11-25T08:30:00Z`; what is before 1970 is `-`.
    var text: String {
        guard unixMilliseconds > 0 else { return "-" }
        let seconds = unixMilliseconds / 1_000
        let (day, rest) = (seconds / 86_400 + 719_468, seconds % 86_400)
        let (era, ofEra) = (day / 146_097, day % 146_097)
        let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let march = (5 * ofYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let date = [year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * march + 2) / 5 + 1]
        let clock = [rest / 3_600, rest / 60 % 60, rest % 60]
        return "\(date.map(Self.two).joined(separator: "-"))T\(clock.map(Self.two).joined(separator: ":"))Z"
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
