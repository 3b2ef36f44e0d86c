/// Where a notice of a run's end is sent: plain HTTP on a loopback address, nowhere else.
struct WebhookTarget: Equatable, Sendable {
    /// As the caller gave it.
    let link: String
    /// `127.0.0.1` or `::1`.
    let host: String
    let port: Int
    /// The `Host` header.
    let authority: String
    /// Path and query.
    let path: String

    static func read(_ link: String) throws(Refusal) -> WebhookTarget {
        guard let target = WebhookTarget(link) else {
            throw Refusal(
                ProviderCode.invalidParameters,
                "webhookUrl must be http:// and 127.0.0.1, [::1] or localhost: the simulator calls nobody else")
        }
        return target
    }

    private init?(_ link: String) {
        let scheme = "http://"
        guard link.utf8.count <= SimulatorLimits.textBytesMax, link.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            link.prefix(scheme.count).lowercased() == scheme
        else { return nil }
        let rest = link.dropFirst(scheme.count).prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "\\" }
        guard let (host, port) = Self.split(authority) else { return nil }
        let path = rest.dropFirst(authority.count)
        self.link = link
        self.host = host
        self.port = port
        self.authority = String(authority)
        self.path = path.hasPrefix("/") ? String(path) : "/\(path)"
    }

    private static func split(_ authority: Substring) -> (host: String, port: Int)? {
        let hosts = ["127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "[::1]": "::1"]
        for (name, host) in hosts where authority.lowercased().hasPrefix(name) {
            let tail = authority.dropFirst(name.count)
            if tail.isEmpty { return (host, 80) }
            let digits = tail.dropFirst()
            guard tail.first == ":", digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = Int(digits),
                (1...65_535).contains(port)
            else { return nil }
            return (host, port)
        }
        return nil
    }
}
