/// The three kinds of image that are taken.
package enum ImageKind: String, Sendable, CaseIterable {
    case jpeg, png, webp

    package var mediaType: String { "image/\(rawValue)" }

    var name: String {
        switch self {
        case .jpeg: "JPEG"
        case .png: "PNG"
        case .webp: "WebP"
        }
    }

    /// Judges the first bytes of an image. Fewer than `bytesNeeded` do where the image has no more.
    init?(firstBytes bytes: [UInt8]) {
        func has(_ wanted: [UInt8], at index: Int) -> Bool { bytes.dropFirst(index).starts(with: wanted) }
        if has([0xFF, 0xD8], at: 0) {
            self = .jpeg
        } else if has([0x89, 0x50, 0x4E, 0x47], at: 0) {
            self = .png
        } else if has(Array("RIFF".utf8), at: 0), bytes.count < Self.bytesNeeded || has(Array("WEBP".utf8), at: 8) {
            self = .webp
        } else {
            return nil
        }
    }

    static let bytesNeeded = 12
}

/// What the structure of a whole and sound image tells.
package struct ImageFacts: Sendable, Hashable {
    package var kind: ImageKind
    package var width: UInt32
    package var height: UInt32
    package var sizeBytes: Int64

    package init(kind: ImageKind, width: UInt32, height: UInt32, sizeBytes: Int64) {
        self.kind = kind
        self.width = width
        self.height = height
        self.sizeBytes = sizeBytes
    }

    package var mediaType: String { kind.mediaType }
}

/// Width and height within the limits, in pixels.
struct ImageSides: Sendable, Equatable {
    let width: UInt32
    let height: UInt32

    init(_ kind: ImageKind, width: UInt32, height: UInt32, at offset: Int64) throws(ImageProblem) {
        guard width > 0, height > 0 else {
            throw .broken(kind, at: offset, "it has no pixels (\(width) x \(height))")
        }
        let sideMax = EngineLimits.imageSidePixelsMax
        guard Int64(width) <= sideMax, Int64(height) <= sideMax else {
            throw Self.tooLarge(width, height, "a side may have at most \(sideMax) pixels", at: offset)
        }
        guard Int64(width) * Int64(height) <= EngineLimits.imagePixelsMax else {
            throw Self.tooLarge(
                width, height, "an image may have at most \(EngineLimits.imagePixelsMax) pixels", at: offset)
        }
        self.width = width
        self.height = height
    }

    private static func tooLarge(_ width: UInt32, _ height: UInt32, _ limit: String, at offset: Int64) -> ImageProblem {
        ImageProblem(.tooLarge, "the image is \(width) x \(height) pixels: \(limit)", at: offset)
    }
}
