@testable import EngineCore

/// Small writers of images, and of what is nearly one.
enum ImagesSamples {
    // PNG

    static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// A zlib stream; what it holds is never looked at.
    static let pixels: [UInt8] = [0x78, 0x9C, 0x63, 0x60, 0x60, 0x60, 0x00, 0x00, 0x00, 0x04, 0x00, 0x01]

    static func header(
        _ width: UInt32, _ height: UInt32, depth: UInt8 = 8, colour: UInt8 = 2, interlaced: UInt8 = 0
    ) -> [UInt8] {
        big(width) + big(height) + [depth, colour, 0, 0, interlaced]
    }

    static func pngChunk(_ type: String, _ body: [UInt8] = [], length: UInt32? = nil) -> [UInt8] {
        big(length ?? UInt32(body.count)) + Array(type.utf8) + body + big(crc(Array(type.utf8) + body))
    }

    /// The chunks named, each a whole chunk already.
    static func png(_ chunks: [UInt8]...) -> [UInt8] { pngSignature + chunks.flatMap { $0 } }

    static func smallPNG(_ width: UInt32 = 3, _ height: UInt32 = 2) -> [UInt8] {
        png(pngChunk("IHDR", header(width, height)), pngChunk("IDAT", pixels), pngChunk("IEND"))
    }

    /// Bit by bit, as the standard defines it: a judge of the walker's tables.
    static func crc(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB8_8320 }
        }
        return ~crc
    }

    // JPEG

    static func segment(_ code: UInt8, _ body: [UInt8] = [], length: Int? = nil) -> [UInt8] {
        let length = length ?? body.count + 2
        return [0xFF, code, UInt8(length >> 8), UInt8(length & 255)] + body
    }

    static func frame(_ width: UInt16, _ height: UInt16, code: UInt8 = 0xC0) -> [UInt8] {
        segment(code, [8] + big(height) + big(width) + [1, 1, 0x11, 0])
    }

    static let scanHead = segment(0xDA, [1, 1, 0, 0, 63, 0])
    static let scan = scanHead + [0x12, 0xFF, 0x00, 0x34]

    static func jpeg(_ parts: [UInt8]...) -> [UInt8] { [0xFF, 0xD8] + parts.flatMap { $0 } + [0xFF, 0xD9] }

    static func smallJPEG(_ width: UInt16 = 3, _ height: UInt16 = 2) -> [UInt8] { jpeg(frame(width, height), scan) }

    // WebP

    static func webpChunk(_ type: String, _ body: [UInt8], length: UInt32? = nil, padding: UInt8 = 0) -> [UInt8] {
        Array(type.utf8) + little(length ?? UInt32(body.count)) + body + (body.count % 2 == 1 ? [padding] : [])
    }

    static func webp(_ chunks: [UInt8]..., size: UInt32? = nil) -> [UInt8] {
        let body = Array("WEBP".utf8) + chunks.flatMap { $0 }
        return Array("RIFF".utf8) + little(size ?? UInt32(body.count)) + body
    }

    static func lossy(_ width: UInt32 = 3, _ height: UInt32 = 2) -> [UInt8] {
        let sides = little(width).prefix(2) + little(height).prefix(2)
        return webpChunk("VP8 ", [0x30, 0, 0, 0x9D, 0x01, 0x2A] + sides + [1, 2, 3])
    }

    static func lossless(_ width: UInt32 = 3, _ height: UInt32 = 2) -> [UInt8] {
        webpChunk("VP8L", [0x2F] + little((width - 1) | (height - 1) << 14) + [7, 7])
    }

    static func canvas(_ width: UInt32 = 3, _ height: UInt32 = 2, flags: UInt8 = 0) -> [UInt8] {
        webpChunk("VP8X", [flags, 0, 0, 0] + little(width - 1).prefix(3) + little(height - 1).prefix(3))
    }

    // Numbers

    static func big(_ number: UInt32) -> [UInt8] { little(number).reversed() }
    static func big(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
    static func little(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32($0 * 8)) }
    }

    /// Sound images of every kind with what they are: no byte of them can be left away.
    static let sound: [(name: String, bytes: [UInt8], facts: ImageFacts)] = [
        entry("JPEG, baseline", .jpeg, ImagesFixtures.baselineJPEG),
        entry("JPEG, progressive", .jpeg, ImagesFixtures.progressiveJPEG),
        entry("JPEG, restarts", .jpeg, ImagesFixtures.restartJPEG),
        entry("JPEG, thumbnail in EXIF", .jpeg, ImagesFixtures.thumbnailJPEG),
        entry("PNG, palette", .png, ImagesFixtures.palettePNG),
        entry("WebP, lossy", .webp, ImagesFixtures.lossyWebP),
        entry("WebP, lossless", .webp, ImagesFixtures.losslessWebP),
        entry("WebP, extended", .webp, ImagesFixtures.extendedWebP),
        entry("JPEG, small", .jpeg, smallJPEG(), 3, 2),
        entry("PNG, small", .png, smallPNG(), 3, 2),
        entry("PNG, interlaced, with text and two IDAT", .png, interlaced, 5, 7),
        entry("WebP, small lossy", .webp, webp(lossy()), 3, 2),
        entry(
            "WebP, small lossless", .webp, webp(canvas(), webpChunk("ICCP", [1]), lossless(), webpChunk("XMP ", [])), 3,
            2),
    ]

    private static let interlaced = png(
        pngChunk("IHDR", header(5, 7, depth: 4, colour: 3, interlaced: 1)), pngChunk("PLTE", [1, 2, 3]),
        pngChunk("tEXt", Array("a\0b".utf8)), pngChunk("IDAT", Array(pixels.prefix(1))),
        pngChunk("IDAT", Array(pixels.dropFirst())), pngChunk("IDAT"), pngChunk("tIME", [1]), pngChunk("IEND"))

    private static func entry(
        _ name: String, _ kind: ImageKind, _ bytes: [UInt8], _ width: UInt32 = 24, _ height: UInt32 = 16
    ) -> (name: String, bytes: [UInt8], facts: ImageFacts) {
        (name, bytes, ImageFacts(kind: kind, width: width, height: height, sizeBytes: Int64(bytes.count)))
    }
}

/// Walks bytes in pieces of `piece` bytes.
func walk(
    _ bytes: [UInt8], piece: Int = .max, bytesMax: Int64 = EngineLimits.imageBytesMax
) -> Result<ImageFacts, ImageProblem> {
    var walker = ImageWalker(bytesMax: bytesMax)
    do throws(ImageProblem) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try walker.feed(rest.prefix(piece))
            rest = rest.dropFirst(piece)
        }
        return .success(try walker.finish())
    } catch {
        return .failure(error)
    }
}

func problem(_ bytes: [UInt8], bytesMax: Int64 = EngineLimits.imageBytesMax) -> ImageProblem? {
    if case .failure(let problem) = walk(bytes, bytesMax: bytesMax) { problem } else { nil }
}

extension ImageWalker {
    mutating func feed(_ bytes: ArraySlice<UInt8>) throws(ImageProblem) {
        let problem = bytes.withUnsafeBytes { raw -> ImageProblem? in
            do throws(ImageProblem) { try feed(raw) } catch { return error }
            return nil
        }
        if let problem { throw problem }
    }
}

/// A small random source that a seed repeats (SplitMix64).
struct ImagesRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
