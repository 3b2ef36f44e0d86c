/// An IP address as it is dialled, in network byte order.
struct NetworkAddress: Sendable, Equatable {
    /// 4 or 16 bytes.
    let bytes: [UInt8]

    /// `nil` unless there are 4 or 16 bytes.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Whether a stranger may make us dial it: global unicast, and nothing that leads elsewhere by translation.
    var isPublic: Bool {
        let blocks = bytes.count == 4 ? Self.closedIPv4 : Self.closedIPv6
        guard bytes.count == 4 || Self.globalIPv6.contains(bytes) else { return false }
        return !blocks.contains { $0.contains(bytes) }
    }

    private struct Block {
        let prefix: [UInt8]
        let bits: Int

        init(_ prefix: [UInt8], _ bits: Int) {
            self.prefix = prefix
            self.bits = bits
        }

        func contains(_ address: [UInt8]) -> Bool {
            for (index, byte) in prefix.enumerated() where index < address.count {
                let rest = bits - index * 8
                guard rest > 0 else { return true }
                let mask: UInt8 = rest >= 8 ? 0xff : ~(0xff >> UInt8(rest))
                guard address[index] & mask == byte & mask else { return false }
            }
            return true
        }
    }

    /// IANA's special-purpose registry (RFC 6890 and its successors), and multicast.
    private static let closedIPv4: [Block] = [
        Block([0], 8),  // "this network"
        Block([10], 8),  // private
        Block([100, 64], 10),  // shared (CGNAT)
        Block([127], 8),  // loopback
        Block([169, 254], 16),  // link-local, cloud metadata
        Block([172, 16], 12),  // private
        Block([192, 0, 0], 24),  // protocol assignments
        Block([192, 0, 2], 24),  // documentation
        Block([192, 88, 99], 24),  // 6to4 relays
        Block([192, 168], 16),  // private
        Block([198, 18], 15),  // benchmarks
        Block([198, 51, 100], 24),  // documentation
        Block([203, 0, 113], 24),  // documentation
        Block([224], 4),  // multicast
        Block([240], 4),  // reserved, broadcast
    ]

    /// Everything outside is closed: loopback, mapped and translated IPv4, unique local, link-local, site-local, multicast.
    private static let globalIPv6 = Block([0x20], 3)

    private static let closedIPv6: [Block] = [
        Block([0x20, 0x01, 0x00], 23),  // protocol assignments, Teredo, ORCHID
        Block([0x20, 0x01, 0x0d, 0xb8], 32),  // documentation
        Block([0x20, 0x02], 16),  // 6to4: carries an IPv4 address
        Block([0x3f, 0xff, 0x00], 20),  // documentation
    ]
}
