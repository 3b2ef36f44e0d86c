/// One header line. Its value is not shown: it may be a key.
package struct HTTPHeader: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    package var description: String { "\(name): <\(value.utf8.count) bytes>" }
    package var customMirror: Mirror { Mirror(reflecting: description) }
}

extension HTTPHeader {
    /// What the transport writes itself; a second one would let a caller split or redirect a request.
    private static let reserved: Set<String> = [
        "connection", "content-length", "content-type", "expect", "host", "transfer-encoding",
    ]

    /// Why this line must not be sent, if so. libcurl does not look: a line feed in a value would be a header of its own.
    var problem: String? {
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else { return "header name is not a token" }
        guard !Self.reserved.contains(name.lowercased()) else { return "header '\(name)' belongs to the transport" }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
            return "header '\(name)' has a control character in its value"
        }
        guard value.utf8.count <= HTTPTransportLimits.headerValueBytesMax else { return "header '\(name)' is too long" }
        return nil
    }

    /// RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
