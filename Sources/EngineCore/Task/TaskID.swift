/// A task's public name: opaque, ordered by time of acceptance, not guessable.
///
/// `tsk_` and 26 digits of Crockford's base 32: 48 bits of Unix milliseconds, then 80 random bits. Time order keeps the
/// unique index dense, which is worth several times the submit rate.
package struct TaskID: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }

    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// `random` gives 64 bits a call.
    package init(unixMilliseconds: Int64, random: () -> UInt64) {
        var text = Array("tsk_".utf8)
        text.reserveCapacity(30)
        Self.append(UInt64(truncatingIfNeeded: max(0, unixMilliseconds)) & 0xFFFF_FFFF_FFFF, digitCount: 10, to: &text)
        Self.append(random(), digitCount: 8, to: &text)
        Self.append(random(), digitCount: 8, to: &text)
        rawValue = String(decoding: text, as: UTF8.self)
    }

    private static func append(_ value: UInt64, digitCount: Int, to text: inout [UInt8]) {
        for place in stride(from: digitCount - 1, through: 0, by: -1) {
            text.append(digits[Int((value >> UInt64(place * 5)) & 31)])
        }
    }
}
