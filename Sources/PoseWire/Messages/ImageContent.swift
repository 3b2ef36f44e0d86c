import CPoseProto
import CProtobufC
package import NIOCore

/// How a submit names an image: by exactly one of these.
package enum ImageContent: Sendable, Equatable {
    case none
    /// The bytes themselves.
    case data(ByteBuffer)
    /// Of an image put before; 32 bytes.
    case sha256([UInt8])
    case url(String)
    case path(String)
}

extension ImageContent {
    init(_ message: Posetransfer__V1__Image, at path: String) throws(WireError) {
        switch message.content_case {
        case POSETRANSFER__V1__IMAGE__CONTENT_DATA:
            self = .data(ByteBuffer(bytes: UnsafeRawBufferPointer(start: message.data.data, count: message.data.len)))
        case POSETRANSFER__V1__IMAGE__CONTENT_SHA256: self = .sha256(message.sha256.copied)
        case POSETRANSFER__V1__IMAGE__CONTENT_URL:
            self = .url(try message.url.text(path + "url", bytesMax: WireLimits.urlBytesMax))
        case POSETRANSFER__V1__IMAGE__CONTENT_PATH:
            self = .path(try message.path.text(path + "path", bytesMax: WireLimits.pathBytesMax))
        default: self = .none
        }
    }

    func build(_ packer: Packer) throws(WireError) -> UnsafeMutablePointer<Posetransfer__V1__Image> {
        try packer.make(posetransfer__v1__image__init) { (message: inout Posetransfer__V1__Image) throws(WireError) in
            switch self {
            case .none: break
            case .data(let data):
                message.content_case = POSETRANSFER__V1__IMAGE__CONTENT_DATA
                message.data = try packer.bytes(data.readableBytesView)
            case .sha256(let digest):
                message.content_case = POSETRANSFER__V1__IMAGE__CONTENT_SHA256
                message.sha256 = try packer.bytes(digest)
            case .url(let url):
                message.content_case = POSETRANSFER__V1__IMAGE__CONTENT_URL
                message.url = try packer.text(url)
            case .path(let path):
                message.content_case = POSETRANSFER__V1__IMAGE__CONTENT_PATH
                message.path = try packer.text(path)
            }
        }
    }
}
