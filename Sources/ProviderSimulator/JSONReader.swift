/// Reads one JSON document (RFC 8259) and nothing beside it. Strict on purpose: a client that sends a trailing comma or a
/// member twice is to learn it here.
struct JSONReader {
    struct Malformed: Error, Equatable { let offset: Int }

    private let bytes: [UInt8]
    private var offset = 0

    static func read(_ bytes: [UInt8]) throws(Malformed) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.offset == bytes.count else { throw reader.malformed }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var malformed: Malformed { Malformed(offset: offset) }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
    }

    /// Moves behind the character if it is the next one that counts.
    private mutating func took(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
        guard depth <= SimulatorLimits.jsonDepthMax else { throw malformed }
        if took("{") { return .object(try members(depth: depth)) }
        if took("[") { return .array(try elements(depth: depth)) }
        if took("\"") { return .string(try string()) }
        for (word, value) in [("null", JSONValue.null), ("true", .bool(true)), ("false", .bool(false))]
        where bytes[offset...].starts(with: word.utf8) {
            offset += word.utf8.count
            return value
        }
        return try number()
    }

    private mutating func members(depth: Int) throws(Malformed) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        if took("}") { return [] }
        repeat {
            guard took("\"") else { throw malformed }
            let name = try string()
            guard names.insert(name).inserted, took(":") else { throw malformed }
            members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
        } while took(",")
        guard took("}") else { throw malformed }
        return members
    }

    private mutating func elements(depth: Int) throws(Malformed) -> [JSONValue] {
        var elements: [JSONValue] = []
        if took("]") { return [] }
        repeat { elements.append(try value(depth: depth + 1)) } while took(",")
        guard took("]") else { throw malformed }
        return elements
    }

    /// Behind the opening quote, up to and with the closing one.
    private mutating func string() throws(Malformed) -> String {
        var content: [UInt8] = []
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw malformed }
            offset += 1
            if byte == UInt8(ascii: "\\") {
                content += try escaped().utf8
            } else {
                content.append(byte)
            }
        }
        guard next != nil, let text = String(validating: content, as: UTF8.self) else { throw malformed }
        offset += 1
        return text
    }

    private mutating func escaped() throws(Malformed) -> String {
        guard let byte = next else { throw malformed }
        offset += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return String(Unicode.Scalar(byte))
        case "b": return "\u{08}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u": return try escapedScalar()
        default: throw malformed
        }
    }

    /// Four digits, or two times four for a scalar beyond the first plane.
    private mutating func escapedScalar() throws(Malformed) -> String {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return String(scalar) }
        guard bytes[offset...].starts(with: "\\u".utf8) else { throw malformed }
        offset += 2
        let second = try unit()
        guard (0xD800...0xDBFF).contains(first), (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x1_0000 + (UInt32(first - 0xD800) << 10 | UInt32(second - 0xDC00)))
        else { throw malformed }
        return String(scalar)
    }

    private mutating func unit() throws(Malformed) -> UInt16 {
        let digits = bytes[offset...].prefix(4)
        let areDigits = digits.allSatisfy { Unicode.Scalar($0).properties.isASCIIHexDigit }
        guard digits.count == 4, areDigits, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw malformed
        }
        offset += 4
        return unit
    }

    private mutating func number() throws(Malformed) -> JSONValue {
        let start = offset
        if next == UInt8(ascii: "-") { offset += 1 }
        let whole = try digits()
        guard whole.count == 1 || whole.first != UInt8(ascii: "0") else { throw malformed }
        var isWhole = true
        if next == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            _ = try digits()
        }
        if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            offset += 1
            if let sign = next, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { offset += 1 }
            _ = try digits()
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw malformed }
        return .number(number)
    }

    private mutating func digits() throws(Malformed) -> ArraySlice<UInt8> {
        let digits = bytes[offset...].prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { throw malformed }
        offset += digits.count
        return digits
    }
}

extension JSONValue {
    /// Reads one document; throws where the bytes are not JSON.
    package init(parsing bytes: [UInt8]) throws { self = try JSONReader.read(bytes) }
}
