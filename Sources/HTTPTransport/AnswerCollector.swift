/// What has come of an answer so far: a value that is fed the bytes as they arrive and says what to do with them.
///
/// It counts for itself. libcurl's own limit does nothing for a body of unknown length and nothing for headers.
struct AnswerCollector {
    enum Refusal: Equatable {
        case headerTooLarge
        case bodyTooLarge
    }

    enum OnBody: Equatable {
        /// Kept, or counted and dropped.
        case go
        case passToSink
        case refuse
    }

    let bodyBytesMax: Int64
    let hasSink: Bool

    private(set) var headers: [HTTPHeader] = []
    private(set) var body: [UInt8] = []
    private(set) var bodyBytes: Int64 = 0
    private(set) var headerBytes = 0
    private(set) var refusal: Refusal?

    init(bodyBytesMax: Int64, hasSink: Bool) {
        self.bodyBytesMax = bodyBytesMax
        self.hasSink = hasSink
    }

    /// One header line, a status line, or the empty line at the end. `false`: the transfer must end.
    mutating func headerLineReceived(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= HTTPTransportLimits.headerBytesMax else {
            refusal = .headerTooLarge
            return false
        }
        if line.starts(with: "HTTP/".utf8), bodyBytes == 0 {
            // A new block: what came before was an interim answer.
            headers = []
        } else if bodyBytes == 0, let header = Self.header(line) {
            headers.append(header)
        }
        return true
    }

    /// Bytes of the body; `status` is that of the answer they belong to.
    mutating func bodyReceived(_ bytes: UnsafeRawBufferPointer, status: Int) -> OnBody {
        let (sum, overflow) = bodyBytes.addingReportingOverflow(Int64(bytes.count))
        guard !overflow, sum <= bodyBytesMax else {
            refusal = .bodyTooLarge
            return .refuse
        }
        bodyBytes = sum
        guard hasSink else {
            body.append(contentsOf: bytes)
            return .go
        }
        if (200..<300).contains(status) { return .passToSink }
        body.append(contentsOf: bytes.prefix(HTTPTransportLimits.refusedBodyBytesMax - body.count))
        return .go
    }

    /// libcurl said at the announced length, before a byte of it, that it will be too much.
    mutating func announcedTooLarge() { refusal = .bodyTooLarge }

    private static func header(_ line: UnsafeRawBufferPointer) -> HTTPHeader? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d || $0 == 0x0a }
        var value = line[(colon + 1)...].drop(while: isBlank)
        while let last = value.last, isBlank(last) { value = value.dropLast() }
        return HTTPHeader(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
}
