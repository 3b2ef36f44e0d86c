internal import NIOCore

/// The uploaded files by name. Names stay; bytes of the oldest go once all together are more than the limit.
struct UploadShelf: Sendable {
    struct Upload: Sendable {
        let account: Int
        let digest: [UInt8]
        let contentType: String
        fileprivate(set) var content: ByteBuffer?
    }

    private let bytesKeptMax: Int
    private var uploads: [String: Upload] = [:]
    private var order: [String] = []
    private var oldest = 0
    private(set) var bytesKept = 0

    init(bytesKeptMax: Int = SimulatorLimits.uploadBytesKeptMax) { self.bytesKeptMax = bytesKeptMax }

    var count: Int { uploads.count }

    subscript(name: String) -> Upload? { uploads[name] }

    /// The same name again keeps what is there: names follow from the content.
    mutating func put(_ content: ByteBuffer, named name: String, account: Int, digest: [UInt8], contentType: String) {
        guard uploads[name]?.content == nil else { return }
        uploads[name] = Upload(account: account, digest: digest, contentType: contentType, content: content)
        order.append(name)
        bytesKept += content.readableBytes
        while bytesKept > bytesKeptMax, oldest < order.count { dropOldest() }
    }

    private mutating func dropOldest() {
        let name = order[oldest]
        bytesKept -= uploads[name]?.content?.readableBytes ?? 0
        uploads[name]?.content = nil
        oldest += 1
        if oldest > 1_000, oldest > order.count / 2 {
            order.removeFirst(oldest)
            oldest = 0
        }
    }
}

/// What a link below `/files/` leads to.
enum FileReference: Equatable, Sendable {
    case upload(name: String)
    case result(run: Int, isComparison: Bool)
}
