extension HTTPRequest {
    /// What is wrong with the request apart from its place, if anything.
    var problem: String? {
        if headers.count > HTTPTransportLimits.headersMax {
            return "more than \(HTTPTransportLimits.headersMax) headers"
        }
        if let problem = headers.lazy.compactMap(\.problem).first { return problem }
        if !time.isUsable { return "time limits must be between 1 ms and a day" }
        if bodyBytesMax < 0 { return "the limit of the body is negative" }
        if case .multipart(let parts) = body { return Self.problem(parts) }
        return nil
    }

    private static func problem(_ parts: [Part]) -> String? {
        if parts.isEmpty { return "a multipart body without parts" }
        if parts.count > HTTPTransportLimits.partsMax { return "more than \(HTTPTransportLimits.partsMax) parts" }
        return parts.lazy.compactMap(\.problem).first
    }
}

extension HTTPRequest.Part {
    fileprivate var problem: String? {
        guard Self.isPlain(name), !name.isEmpty else { return "a part's name is empty or has control characters" }
        switch content {
        case .text(let text):
            let isShort = text.utf8.count <= HTTPTransportLimits.headerValueBytesMax
            return isShort ? nil : "part '\(name)' is too long for text"
        case .file(let path, let fileName, let mediaType):
            let isPlain = Self.isPlain(fileName) && Self.isPlain(mediaType) && !path.utf8.contains(0)
            return isPlain && !path.isEmpty ? nil : "part '\(name)' has a control character in a name or an empty path"
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }
}

extension HTTPTimeLimits {
    private static let dayMilliseconds = 86_400_000

    fileprivate var isUsable: Bool {
        let range = 1...Self.dayMilliseconds
        let isSlowestUsable = slowest.map { $0.bytesPerSecond > 0 && (1...86_400).contains($0.seconds) } ?? true
        return range.contains(connectMilliseconds) && range.contains(totalMilliseconds) && isSlowestUsable
    }
}
