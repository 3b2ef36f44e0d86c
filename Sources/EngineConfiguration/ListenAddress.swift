/// `address:port` of a listener: an IPv4 address, an IPv6 address in brackets, or `localhost`.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// Without brackets.
    package let host: String
    /// 0: any free port.
    package let port: Int
    /// Only programs on the same machine reach it.
    package let isLoopback: Bool

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.count <= 5, digits.utf8.allSatisfy(isDigit), let port = UInt16(digits) else {
            return nil
        }
        let address = text[..<colon]
        if address.hasPrefix("["), address.hasSuffix("]") {
            guard let groups = ipv6Groups(address.dropFirst().dropLast()) else { return nil }
            host = String(address.dropFirst().dropLast())
            isLoopback = isLoopbackIPv6(groups)
        } else if address == "localhost" {
            host = "localhost"
            isLoopback = true
        } else {
            guard let bytes = ipv4Bytes(address) else { return nil }
            host = String(address)
            isLoopback = bytes[0] == 127
        }
        self.port = Int(port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// Four decimal numbers without leading zeros (which some programs read as octal).
private func ipv4Bytes(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { part -> UInt8? in
        guard !part.isEmpty, part.utf8.allSatisfy(isDigit), part == "0" || !part.hasPrefix("0") else { return nil }
        return UInt8(part)
    }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
}

/// The eight groups of an IPv6 address (RFC 4291, section 2.2); no zone, as a zone is the machine's own matter.
private func ipv6Groups(_ text: Substring) -> [UInt16]? {
    guard text.utf8.count <= 45 else { return nil }
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    switch halves.count {
    case 1:
        guard let groups = groups(halves[0]), groups.count == 8 else { return nil }
        return groups
    case 2:
        guard let head = groups(halves[0]), let tail = groups(halves[1]), head.count + tail.count <= 7 else {
            return nil
        }
        return head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
    default: return nil
    }
}

private func groups(_ text: Substring) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    var parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var tail: [UInt16] = []
    if let last = parts.last, last.contains(".") {
        guard let bytes = ipv4Bytes(last) else { return nil }
        tail = [UInt16(bytes[0]) << 8 | UInt16(bytes[1]), UInt16(bytes[2]) << 8 | UInt16(bytes[3])]
        parts.removeLast()
    }
    let groups = parts.compactMap { part -> UInt16? in
        guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit) else { return nil }
        return UInt16(part, radix: 16)
    }
    return groups.count == parts.count ? groups + tail : nil
}

/// `::1`, and 127.0.0.0/8 written as an IPv4-mapped address.
private func isLoopbackIPv6(_ groups: [UInt16]) -> Bool {
    if groups.dropLast().allSatisfy({ $0 == 0 }) { return groups.last == 1 }
    return groups.prefix(5).allSatisfy { $0 == 0 } && groups[5] == 0xffff && groups[6] >> 8 == 127
}
