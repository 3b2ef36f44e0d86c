package import BackendAPI
import Crypto
import Glibc

/// A small file that begins like a picture and goes when it is released.
package final class Picture: Sendable {
    package let image: ImageFile

    static let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    static let jpeg: [UInt8] = [0xff, 0xd8, 0xff, 0xe0]
    static let webp: [UInt8] = Array("RIFF".utf8) + [12, 0, 0, 0] + Array("WEBPVP8 ".utf8)

    package init(_ text: String, head: [UInt8] = png, mediaType: String = "image/png") throws {
        let content = head + Array(text.utf8)
        var template = Array("/tmp/backend-conformance-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw ConformanceFailure("no temporary file: \(errno)") }
        defer { Glibc.close(descriptor) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        image = ImageFile(
            path: path, sha256: Self.digest(content), sizeBytes: Int64(content.count), mediaType: mediaType)
        guard Glibc.write(descriptor, content, content.count) == content.count else {
            throw ConformanceFailure("the temporary file cannot be written: \(errno)")
        }
    }

    deinit { Glibc.unlink(image.path) }

    /// Lower-case hex digits of the SHA-256.
    package static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in
            let hex = String(byte, radix: 16)
            return hex.count == 1 ? "0\(hex)" : hex
        }.joined()
    }
}
