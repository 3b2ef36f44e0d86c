/// A palette picture as a PNG file (PNG specification, third edition) with stored deflate blocks: no compression, so
/// that the encoder is short and the bytes are the same everywhere.
struct PNGFile {
    let canvas: Canvas
    let palette: [[UInt8]]

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// Bytes of a chunk beside its content.
    private static let chunkOverhead = 12

    /// The file, padded to at least `minimum` bytes with one private chunk.
    func bytes(minimum: Int) -> [UInt8] {
        let body = Self.chunk("PLTE", palette.flatMap { $0 }) + Self.chunk("IDAT", deflated)
        let frame = Self.signature + Self.chunk("IHDR", header)
        let end = Self.chunk("IEND", [])
        let missing = minimum - frame.count - body.count - end.count
        guard missing > 0 else { return frame + body + end }
        return frame + Self.padding(bytes: max(0, missing - Self.chunkOverhead)) + body + end
    }

    /// Ancillary, private, safe to copy: `prVt` in the letters of the specification.
    private static func padding(bytes count: Int) -> [UInt8] {
        chunk("paDd", [UInt8](repeating: 0xA5, count: count))
    }

    /// Eight bits a pixel, palette, not interlaced.
    private var header: [UInt8] {
        Self.bigEndian(UInt32(canvas.width)) + Self.bigEndian(UInt32(canvas.height)) + [8, 3, 0, 0, 0]
    }

    /// Each row behind filter type 0, in stored blocks inside a zlib stream.
    private var deflated: [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity((canvas.width + 1) * canvas.height)
        for row in 0..<canvas.height {
            rows.append(0)
            rows += canvas.pixels[row * canvas.width..<(row + 1) * canvas.width]
        }
        var stream: [UInt8] = [0x78, 0x01]
        var rest = rows[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(block.count)
            let length = UInt16(block.count)
            stream.append(rest.isEmpty ? 1 : 0)
            for value in [length, ~length] { stream += [UInt8(value & 0xFF), UInt8(value >> 8)] }
            stream += block
        } while !rest.isEmpty
        return stream + Self.bigEndian(Self.adler32(rows))
    }

    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + content
        return bigEndian(UInt32(content.count)) + body + bigEndian(crc32(body))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    private static let crcTable: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        let table = crcTable
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8) }
        return ~crc
    }

    static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var low: UInt32 = 1
        var high: UInt32 = 0
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }
}
