import Crypto
import EngineCore
import PoseWire

/// Where a list goes on: the number of the last task shown, sealed with a digest over it, the caller and the filters.
///
/// The digest keeps a token from being used for another list; it is no secret, and none is needed: every page is judged by its caller alone.
struct PageToken {
    /// Bytes of the digest that a token bears.
    private static let sealBytes = 16
    private static let numberBytes = 8
    private static let heading = "posetransfer page 1"

    /// What must be the same from page to page.
    let scope: PageScope

    /// The token of the page whose tasks have numbers below `number`.
    func text(below number: Int64) -> String {
        let place = bytes(of: UInt64(bitPattern: number))
        return Base64URL.text(place + seal(place))
    }

    /// nil: not a token of this list.
    func number(in text: String) -> Int64? {
        guard let bytes = Base64URL.bytes(text), bytes.count == Self.numberBytes + Self.sealBytes else { return nil }
        let place = Array(bytes.prefix(Self.numberBytes))
        guard Authentication.areEqual(seal(place), Array(bytes.suffix(Self.sealBytes))) else { return nil }
        let number = place.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int64(bitPattern: number)
    }

    private func seal(_ place: [UInt8]) -> [UInt8] {
        var content = Array(Self.heading.utf8)
        content += place
        append(scope.method.name, to: &content)
        append(scope.asker, to: &content)
        append(scope.query.caller ?? "", to: &content)
        append(scope.query.states.map { String($0.rawValue) }.sorted().joined(separator: ","), to: &content)
        append("\(scope.query.createdFrom ?? 0) \(scope.query.createdBefore ?? 0)", to: &content)
        for (name, value) in scope.query.labels.sorted(by: { $0.key < $1.key }) {
            append(name, to: &content)
            append(value, to: &content)
        }
        return Array(SHA256.hash(data: content).prefix(Self.sealBytes))
    }

    /// Each part with its length, so that no two lists give the same bytes.
    private func append(_ text: String, to content: inout [UInt8]) {
        content += bytes(of: UInt64(text.utf8.count))
        content += text.utf8
    }

    private func bytes(of number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }
}

/// A list as its token knows it.
struct PageScope {
    var method: WireMethod
    /// Who asks.
    var asker: String
    /// Its conditions; where the page begins and how long it is do not count.
    var query: TaskListQuery
}

/// RFC 4648, section 5, without padding; only the one canonical text of some bytes is read.
enum Base64URL {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var (bits, count) = (UInt32(0), 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digits[Int(bits >> UInt32(count) & 63)])
            }
            bits &= (1 << UInt32(count)) - 1
        }
        if count > 0 { text.append(digits[Int(bits << UInt32(6 - count) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (bits, count) = (UInt32(0), 0)
        for digit in text.utf8 {
            guard let value = digits.firstIndex(of: digit) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
            bits &= (1 << UInt32(count)) - 1
        }
        return Self.text(bytes) == text ? bytes : nil
    }
}
