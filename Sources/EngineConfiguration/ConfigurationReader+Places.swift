import BackendAPI

/// Hosts and folders that pictures may come from.
extension ConfigurationReader {
    /// `server.input_url_hosts`.
    mutating func hosts(_ checked: CheckedValues, _ section: ConfigurationSection) -> [ConfiguredHost]? {
        let before = problems.count
        let hosts = checked.texts("input_url_hosts").enumerated().compactMap { index, text -> ConfiguredHost? in
            if let host = ConfiguredHost(text) { return host }
            let node = node("input_url_hosts", section).node(along: "[\(index)]")
            refuse(
                node.position, "\(section.path(of: "input_url_hosts"))[\(index)]",
                "\(node.forPeople(text))is no host; write images.example.com, .example.com or images.example.com:8443")
            return nil
        }
        return problems.count == before ? hosts : nil
    }

    /// A list of absolute folders. Whether they are there is seen when one is used: they may be mounted later.
    mutating func folders(
        _ checked: CheckedValues, _ key: String, _ list: ConfigurationNode, _ path: String
    ) -> [String]? {
        let before = problems.count
        let folders = checked.texts(key)
        for (index, folder) in folders.enumerated() where !isAbsolute(folder) {
            let node = list.node(along: "[\(index)]")
            refuse(
                node.position, "\(path)[\(index)]",
                "\(node.forPeople(folder))is no absolute folder; write /srv/pictures, without '.' and '..'")
        }
        return problems.count == before ? folders : nil
    }

    /// The root itself would open every file of the machine.
    private func isAbsolute(_ folder: String) -> Bool {
        let parts = folder.split(separator: "/")
        return folder.hasPrefix("/") && !parts.isEmpty && !parts.contains(".") && !parts.contains("..")
    }
}

extension ConfiguredHost {
    /// `host`, `.domain` or `host:port`; no scheme, no path, no IPv6 address.
    init?(_ text: String) {
        let colon = text.firstIndex(of: ":")
        let isDomain = text.hasPrefix(".")
        let name = text[..<(colon ?? text.endIndex)].dropFirst(isDomain ? 1 : 0)
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy(Self.isLabel), !isDomain || labels.count > 1 else { return nil }
        if let colon {
            let digits = text[text.index(after: colon)...]
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
                (1...65_535).contains(port)
            else { return nil }
            self.port = port
        } else {
            port = nil
        }
        self.name = name.lowercased()
        coversSubdomains = isDomain
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
