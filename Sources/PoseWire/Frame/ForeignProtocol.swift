import NIOCore

/// What a connection's first bytes look like when they are no frame: for whoever wonders in the log why nobody understands each other.
enum ForeignProtocol {
    private static let starts: [(name: String, bytes: [UInt8])] = [
        ("TLS", [0x16, 0x03]), ("SSH", Array("SSH-".utf8)), ("HTTP/2", Array("PRI * HTTP/2".utf8)),
        ("HTTP", Array("GET ".utf8)), ("HTTP", Array("HEAD ".utf8)), ("HTTP", Array("POST ".utf8)),
        ("HTTP", Array("PUT ".utf8)), ("HTTP", Array("PATCH ".utf8)), ("HTTP", Array("DELETE ".utf8)),
        ("HTTP", Array("OPTIONS ".utf8)), ("HTTP", Array("CONNECT ".utf8)), ("HTTP", Array("TRACE ".utf8)),
    ]

    /// Nothing where they look like none that is known.
    static func name(of bytes: ByteBuffer) -> String? {
        starts.first { bytes.readableBytesView.starts(with: $0.bytes) }?.name
    }
}
