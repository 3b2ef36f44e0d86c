package import NIOCore

/// A `multipart/form-data` body (RFC 7578), read strictly: what a lenient server might swallow is refused here.
package struct MultipartForm: Sendable {
    package struct Part: Sendable {
        package let name: String
        package let fileName: String?
        package let content: ByteBuffer
    }

    /// Why a body is refused, in one sentence.
    package struct Malformed: Error, Equatable, Sendable { package let reason: String }

    package private(set) var parts: [Part] = []

    package subscript(name: String) -> Part? { parts.first { $0.name == name } }

    package init(contentType: String?, body: ByteBuffer) throws(Malformed) {
        let delimiter = "--" + (try Self.boundary(in: contentType))
        var rest = body
        guard rest.readString(length: delimiter.utf8.count) == delimiter else {
            throw Malformed(reason: "the body does not begin with the boundary")
        }
        let separator = Array(("\r\n" + delimiter).utf8)
        while try !Self.readEnd(of: &rest) {
            guard parts.count < SimulatorLimits.multipartPartsMax else { throw Malformed(reason: "too many parts") }
            try appendPart(reading: &rest, separator: separator)
        }
        guard !parts.isEmpty else { throw Malformed(reason: "the body has no part") }
    }

    private mutating func appendPart(reading rest: inout ByteBuffer, separator: [UInt8]) throws(Malformed) {
        let head = try Self.readHead(of: &rest)
        guard let end = rest.index(of: separator), let content = rest.readSlice(length: end - rest.readerIndex) else {
            throw Malformed(reason: "a part has no end")
        }
        rest.moveReaderIndex(forwardBy: separator.count)
        guard self[head.name] == nil else { throw Malformed(reason: "part \(head.name) comes twice") }
        parts.append(Part(name: head.name, fileName: head.fileName, content: content))
    }

    /// After a boundary: a line end goes on with a part, two hyphens end the body, anything else is refused.
    private static func readEnd(of rest: inout ByteBuffer) throws(Malformed) -> Bool {
        let mark = rest.readString(length: 2)
        if mark == "\r\n" { return false }
        let tail = rest.readString(length: rest.readableBytes)
        guard mark == "--", tail == "" || tail == "\r\n" else {
            throw Malformed(reason: "the last boundary is missing or is followed by bytes")
        }
        return true
    }
}

extension MultipartForm {
    static func boundary(in contentType: String?) throws(Malformed) -> String {
        let fields = HeaderFields(contentType ?? "")
        guard fields.value.lowercased() == "multipart/form-data" else {
            throw Malformed(reason: "the content type is not multipart/form-data")
        }
        guard let boundary = fields["boundary"],
            (1...SimulatorLimits.multipartBoundaryBytesMax).contains(boundary.utf8.count)
        else { throw Malformed(reason: "the content type has no usable boundary") }
        return boundary
    }

    private struct Head {
        let name: String
        let fileName: String?
    }

    private static func readHead(of rest: inout ByteBuffer) throws(Malformed) -> Head {
        let limit = min(rest.readableBytes, SimulatorLimits.multipartHeaderBytesMax)
        guard var block = rest.getSlice(at: rest.readerIndex, length: limit),
            let end = block.index(of: Array("\r\n\r\n".utf8)), case let length = end - block.readerIndex,
            let text = block.readString(length: length)
        else { throw Malformed(reason: "a part has no empty line behind its headers, or too long ones") }
        rest.moveReaderIndex(forwardBy: length + 4)
        return try head(lines: text.split(separator: "\r\n", omittingEmptySubsequences: false))
    }

    private static func head(lines: [Substring]) throws(Malformed) -> Head {
        var found: Head?
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else {
                throw Malformed(reason: "a part header has no colon")
            }
            guard line[..<colon].lowercased() == "content-disposition" else { continue }
            let fields = HeaderFields(String(line[line.index(after: colon)...]))
            guard found == nil, fields.value.lowercased() == "form-data", let name = fields["name"], name != "" else {
                throw Malformed(reason: "a part has no proper Content-Disposition")
            }
            found = Head(name: name, fileName: fields["filename"])
        }
        guard let found else { throw Malformed(reason: "a part has no Content-Disposition") }
        return found
    }
}

/// `value; name=token; name="quoted"` of a header.
struct HeaderFields {
    let value: String
    private var parameters: [(name: String, value: String)] = []

    subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    init(_ text: String) {
        var pieces = Self.split(text)[...]
        value = pieces.popFirst().map { ProviderRequest.trimmed($0) } ?? ""
        for piece in pieces {
            guard let equals = piece.firstIndex(of: "=") else { continue }
            let name = ProviderRequest.trimmed(piece[..<equals]).lowercased()
            let raw = ProviderRequest.trimmed(piece[piece.index(after: equals)...])
            let isQuoted = raw.count >= 2 && raw.hasPrefix("\"") && raw.hasSuffix("\"")
            parameters.append((name, isQuoted ? String(raw.dropFirst().dropLast()) : raw))
        }
    }

    /// Splits at semicolons that stand outside quotes.
    private static func split(_ text: String) -> [Substring] {
        var isQuoted = false
        var isEscaped = false
        return text.split(omittingEmptySubsequences: false) { character in
            defer { isEscaped = isQuoted && character == "\\" && !isEscaped }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            return character == ";" && !isQuoted
        }
    }
}

extension ByteBuffer {
    /// Where `pattern` begins, by Horspool's skips: uploads are searched from end to end, byte by byte would be slow.
    func index(of pattern: [UInt8]) -> Int? {
        guard let last = pattern.indices.last else { return readerIndex }
        var skips = [Int](repeating: pattern.count, count: 256)
        for index in 0..<last { skips[Int(pattern[index])] = last - index }
        var position = readerIndex
        while position + last < writerIndex {
            guard let byte: UInt8 = getInteger(at: position + last) else { return nil }
            if byte == pattern[last], getBytes(at: position, length: pattern.count) == pattern { return position }
            position += skips[Int(byte)]
        }
        return nil
    }
}
