/// Makes keys for submits: UUIDs of version 7 (RFC 9562), whose order is the order of time. A server's index of keys takes
/// ordered ones several times faster than random ones.
enum IdempotencyKey {
    /// 36 characters. `random` gives the 74 bits behind the time.
    static func make(unixMilliseconds: Int64, random: inout some RandomNumberGenerator) -> String {
        let time = UInt64(clamping: unixMilliseconds) & 0xFFFF_FFFF_FFFF
        let high = time << 16 | 0x7000 | random.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | random.next() & 0x3FFF_FFFF_FFFF_FFFF
        let digits = hexadecimal(high) + hexadecimal(low)
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(digits[$0]) }.joined(separator: "-")
    }

    private static func hexadecimal(_ value: UInt64) -> [Character] {
        let text = String(value, radix: 16)
        return Array(String(repeating: "0", count: 16 - text.count) + text)
    }
}
