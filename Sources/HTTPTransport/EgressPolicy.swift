/// Which places a request may go to.
///
/// The trusted origin is the operator's own word (an engine's base URL): it may be plain http, private or loopback. Every other place
/// comes from somebody's input: its host must be listed, the scheme is https, the port 443 or the listed one, and the address that is
/// dialled is judged after name look-up, which numeric spellings and changing names cannot get around.
package struct EgressPolicy: Sendable, Equatable {
    package var trustedOrigin: HTTPOrigin?
    /// `cdn.example.com` for that name alone, `.example.com` for every name below it; `:8443` behind either for that port in place of 443.
    package var allowedHosts: [String]

    package init(trustedOrigin: HTTPOrigin?, allowedHosts: [String] = []) {
        self.trustedOrigin = trustedOrigin
        self.allowedHosts = allowedHosts.map { $0.lowercased() }
    }

    /// Which addresses may be dialled for a place.
    package enum AddressRule: Sendable, Equatable {
        case any
        case publicOnly
    }

    /// The rule for a place, or `nil` where the policy does not allow it.
    package func rule(for origin: HTTPOrigin) -> AddressRule? {
        if origin == trustedOrigin { return .any }
        guard origin.scheme == .https else { return nil }
        return allowedHosts.contains { Self.admits(origin, pattern: $0) } ? .publicOnly : nil
    }

    private static func admits(_ origin: HTTPOrigin, pattern: String) -> Bool {
        let (name, port) = split(pattern)
        return port == origin.port && matches(origin.host, pattern: name)
    }

    /// A colon within brackets belongs to the address; what stands behind another one and is no port makes the entry match nothing.
    private static func split(_ pattern: String) -> (name: Substring, port: Int?) {
        guard let colon = pattern.lastIndex(of: ":"), !pattern.hasSuffix("]") else {
            return (pattern[...], HTTPOrigin.Scheme.https.defaultPort)
        }
        let digits = pattern[pattern.index(after: colon)...]
        return (pattern[..<colon], digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil)
    }

    private static func matches(_ host: String, pattern: Substring) -> Bool {
        guard pattern.hasPrefix(".") else { return !pattern.isEmpty && host == pattern }
        return pattern.utf8.count > 1 && host.hasSuffix(pattern) && host.utf8.count > pattern.utf8.count
            && !isAddress(host)
    }

    /// No name ends in a label that begins with a digit, so an address is below no name.
    private static func isAddress(_ host: String) -> Bool {
        host.hasPrefix("[") || host.split(separator: ".").last?.first.map { ("0"..."9").contains($0) } ?? true
    }
}

/// Scheme, host and port: what two URLs must share to be of one place.
package struct HTTPOrigin: Sendable, Hashable, CustomStringConvertible {
    package enum Scheme: String, Sendable {
        case http
        case https

        package var defaultPort: Int { self == .http ? 80 : 443 }
    }

    package var scheme: Scheme
    /// Lower case; IPv6 in brackets.
    package var host: String
    package var port: Int

    package init(scheme: Scheme, host: String, port: Int) {
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port
    }

    package var description: String {
        port == scheme.defaultPort ? "\(scheme.rawValue)://\(host)" : "\(scheme.rawValue)://\(host):\(port)"
    }
}
