/// A palette picture as a baseline JPEG file (ITU-T T.81) made of even blocks: each cell of the canvas becomes one block
/// of eight by eight pixels, twice the canvas's size, and holds its mean alone. So the encoder needs no transform, the
/// bytes are the same everywhere, and the bands can still be read.
struct JPEGFile {
    let canvas: Canvas
    let palette: [[UInt8]]

    /// Pixels of the canvas in one block.
    static let cell = 4
    private static let block = 8
    /// Bytes of the content of one comment at most.
    private static let commentBytesMax = 65_533

    /// The file, padded with comments to at least `minimum` bytes.
    func bytes(minimum: Int) -> [UInt8] {
        let start: [UInt8] = [0xFF, 0xD8]
        let tables =
            quantisation + frame + Self.huffman(class: 0, lengths: Self.meanLengths, values: Array(0...11))
            + Self.huffman(class: 1, lengths: [1] + [UInt8](repeating: 0, count: 15), values: [0]) + scan
        let picture = tables + blocks + [0xFF, 0xD9]
        return start + Self.padding(bytes: minimum - start.count - picture.count) + picture
    }

    private static func padding(bytes count: Int) -> [UInt8] {
        var padding: [UInt8] = []
        while padding.count < count {
            let content = max(0, min(commentBytesMax, count - padding.count - 4))
            padding += segment(0xFE, [UInt8](repeating: 0xA5, count: content))
        }
        return padding
    }

    private static func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length = content.count + 2
        return [0xFF, marker, UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)] + content
    }

    /// Every step is eight: the first coefficient of an even block is then its mean.
    private var quantisation: [UInt8] { Self.segment(0xDB, [0] + [UInt8](repeating: 8, count: 64)) }

    private var frame: [UInt8] {
        let width = canvas.width / Self.cell * Self.block
        let height = canvas.height / Self.cell * Self.block
        let size = [height >> 8, height, width >> 8, width].map { UInt8(truncatingIfNeeded: $0) }
        return Self.segment(0xC0, [8] + size + [3] + (1...3).flatMap { [UInt8($0), 0x11, 0] })
    }

    private var scan: [UInt8] { Self.segment(0xDA, [3] + (1...3).flatMap { [UInt8($0), 0] } + [0, 63, 0]) }

    private static func huffman(class kind: UInt8, lengths: [UInt8], values: [UInt8]) -> [UInt8] {
        segment(0xC4, [kind << 4] + lengths + values)
    }

    /// T.81, table K.3: how many codes there are of each length, for categories 0 to 11 in order.
    private static let meanLengths: [UInt8] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]

    private static let meanCodes: [(code: Int, length: Int)] = {
        var codes: [(code: Int, length: Int)] = []
        var code = 0
        for (index, count) in meanLengths.enumerated() {
            for _ in 0..<count {
                codes.append((code, index + 1))
                code += 1
            }
            code <<= 1
        }
        return codes
    }()

    /// Each block's three means as differences to the block before, each followed by the end of its block.
    private var blocks: [UInt8] {
        let colours = palette.map(Self.levels)
        var bits = BitWriter()
        var before = [0, 0, 0]
        for y in stride(from: 0, to: canvas.height, by: Self.cell) {
            for x in stride(from: 0, to: canvas.width, by: Self.cell) {
                let levels = colours[Int(canvas.pixels[y * canvas.width + x])]
                for channel in 0..<3 { Self.write(levels[channel] - before[channel], to: &bits) }
                before = levels
            }
        }
        return bits.finished
    }

    private static func write(_ difference: Int, to bits: inout BitWriter) {
        let category = Int.bitWidth - difference.magnitude.leadingZeroBitCount
        bits.write(meanCodes[category].code, bits: meanCodes[category].length)
        let low = difference < 0 ? difference + (1 << category) - 1 : difference
        bits.write(low, bits: category)
        bits.write(0, bits: 1)
    }

    /// Luminance and the two differences of colour (JFIF), around zero.
    private static func levels(_ colour: [UInt8]) -> [Int] {
        let (red, green, blue) = (Int(colour[0]), Int(colour[1]), Int(colour[2]))
        return [
            (299 * red + 587 * green + 114 * blue) / 1_000 - 128,
            (500 * blue - 169 * red - 331 * green) / 1_000, (500 * red - 419 * green - 81 * blue) / 1_000,
        ]
    }
}

/// Bits into bytes, the highest first; a byte of ones is followed by a zero (T.81, B.1.1.5).
private struct BitWriter {
    private var bytes: [UInt8] = []
    private var pending = 0
    private var count = 0

    mutating func write(_ value: Int, bits: Int) {
        for bit in (0..<bits).reversed() {
            pending = pending << 1 | (value >> bit & 1)
            count += 1
            if count == 8 { flush() }
        }
    }

    /// All bits, the last byte filled with ones.
    var finished: [UInt8] {
        var copy = self
        while copy.count > 0 { copy.write(1, bits: 1) }
        return copy.bytes
    }

    private mutating func flush() {
        bytes.append(UInt8(pending))
        if pending == 0xFF { bytes.append(0) }
        pending = 0
        count = 0
    }
}
