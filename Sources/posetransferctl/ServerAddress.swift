/// Where the server is, as it is written on a command line: `HOST:PORT`, `HOST`, `[::1]:PORT`.
struct ServerAddress: Equatable {
    static let standardPort = 7411
    static let standard = ServerAddress(host: "127.0.0.1", port: standardPort)

    var host: String
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Nothing where the text is no address.
    init?(_ text: String) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard let port = Self.port(rest) else { return nil }
            self.port = port
        } else {
            // More than one colon without brackets is an IPv6 address alone.
            let colons = text.count { $0 == ":" }
            let split = colons == 1 ? text.firstIndex(of: ":") ?? text.endIndex : text.endIndex
            host = String(text[..<split])
            guard let port = Self.port(text[split...]) else { return nil }
            self.port = port
        }
        guard !host.isEmpty, !host.contains(where: \.isWhitespace), !host.contains("/") else { return nil }
    }

    /// As it is written on a command line.
    var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func port(_ text: Substring) -> Int? {
        guard !text.isEmpty else { return standardPort }
        guard text.first == ":", let port = UInt16(text.dropFirst()), port > 0 else { return nil }
        return Int(port)
    }
}
