/// The chunks of a PNG (W3C PNG, third edition): lengths, checksums, order, and the header's fields.
struct PNGStructure: Sendable {
    private enum Place {
        case signature, chunkHead, body, checksum, end
    }

    private enum Pixels {
        case awaited, open, closed
    }

    private let bytesMax: Int64
    private var place = Place.signature
    private var field = ImageField(wanting: 8)
    /// The first bytes of a body that is looked into.
    private var head = ImageField(wanting: 0)
    private var type = ""
    private var chunkOffset: Int64 = 0
    private var rest: Int64 = 0
    private var crc = CRC32()
    private var header: PNGHeader?
    private var hasPalette = false
    private var pixels = Pixels.awaited
    private var pixelBytes: Int64 = 0

    init(bytesMax: Int64) { self.bytesMax = bytesMax }

    mutating func feed(_ chunk: inout ImageChunk) throws(ImageProblem) {
        while !chunk.isEmpty {
            switch place {
            case .signature: if field.fill(from: &chunk) { try takeSignature() }
            case .chunkHead: if field.fill(from: &chunk) { try takeChunkHead() }
            case .body: try takeBody(&chunk)
            case .checksum: if field.fill(from: &chunk) { try takeChecksum() }
            case .end: throw .behindEnd(.png, at: chunk.offset)
            }
        }
    }

    func finish(at offset: Int64) throws(ImageProblem) -> ImageSides {
        guard place == .end, let header else {
            throw .cutOff(.png, at: offset, "the IEND chunk that ends every PNG is missing")
        }
        return header.sides
    }

    private mutating func takeSignature() throws(ImageProblem) {
        guard field.bytes == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] else {
            throw .broken(.png, at: 0, "the signature is damaged (was it sent as text?)")
        }
        expect(.chunkHead, bytes: 8)
    }

    private mutating func expect(_ next: Place, bytes: Int) {
        place = next
        field.want(bytes)
    }

    private mutating func takeChunkHead() throws(ImageProblem) {
        let length = field.big32(at: 0)
        chunkOffset = field.offset
        type = field.text(at: 4, count: 4)
        guard field.bytes.suffix(4).allSatisfy({ (0x41...0x5A).contains($0 & 0xDF) }), length <= 0x7FFF_FFFF else {
            throw .broken(.png, at: chunkOffset, "no chunk begins here (length \(length), type '\(type)')")
        }
        // Behind the body come its checksum and IEND, except in IEND.
        guard chunkOffset + 12 + Int64(length) + (type == "IEND" ? 0 : 12) <= bytesMax else {
            throw ImageProblem(
                .tooLarge,
                "chunk \(type) at byte \(chunkOffset) has \(length) bytes: an image may have at most \(bytesMax)",
                at: chunkOffset)
        }
        try judgeOrder(length)
        crc = CRC32()
        field.bytes.withUnsafeBytes { crc.add(UnsafeRawBufferPointer(rebasing: $0[4...])) }
        beginBody(Int64(length))
    }

    private mutating func beginBody(_ length: Int64) {
        if type == "IHDR" { head.want(13) }
        if type == "IDAT", pixelBytes == 0 { head.want(2) }
        if type == "IDAT" { pixelBytes += length }
        rest = length
        if length > 0 { place = .body } else { expect(.checksum, bytes: 4) }
    }

    private mutating func takeBody(_ chunk: inout ImageChunk) throws(ImageProblem) {
        let start = chunk.offset
        let part = chunk.take(upTo: rest)
        crc.add(part)
        rest -= Int64(part.count)
        if type == "IHDR" || type == "IDAT", !head.isWhole {
            head.fill(from: part, at: start)
            if head.isWhole { try takeHead() }
        }
        if rest == 0 { expect(.checksum, bytes: 4) }
    }

    private mutating func takeHead() throws(ImageProblem) {
        if type == "IHDR" {
            header = try PNGHeader(head)
        } else {
            // RFC 1950: method 8, window up to 32 KiB, no preset dictionary, a multiple of 31.
            guard head[0] & 15 == 8, head[0] >> 4 <= 7, head[1] & 0x20 == 0, head.big16(at: 0) % 31 == 0 else {
                throw .broken(.png, at: head.offset, "the pixel data is no zlib stream")
            }
        }
    }

    private mutating func takeChecksum() throws(ImageProblem) {
        guard field.big32(at: 0) == crc.value else {
            throw .broken(.png, at: field.offset, "chunk \(type) at byte \(chunkOffset) has a wrong checksum")
        }
        if type == "IEND" { place = .end } else { expect(.chunkHead, bytes: 8) }
    }
}

extension PNGStructure {
    /// Which chunk may stand here, and how long it may be.
    private mutating func judgeOrder(_ length: UInt32) throws(ImageProblem) {
        if header == nil, type != "IHDR" { throw broken("the first chunk is \(type), not IHDR") }
        if pixels == .open, type != "IDAT" { pixels = .closed }
        switch type {
        case "IHDR": try judgeHeader(length)
        case "PLTE": try judgePalette(length)
        case "IDAT": try judgePixels()
        case "IEND": try judgeEnd(length)
        case "acTL", "fcTL", "fdAT": throw .animated(.png, at: chunkOffset)
        default:
            // An upper-case first letter: who does not know the chunk cannot show the image.
            if type.utf8.first.map({ $0 & 0x20 == 0 }) ?? true { throw broken("unknown critical chunk \(type)") }
        }
    }

    private func judgeHeader(_ length: UInt32) throws(ImageProblem) {
        if header != nil { throw broken("a second IHDR") }
        if length != 13 { throw broken("IHDR has \(length) bytes instead of 13") }
    }

    private mutating func judgePalette(_ length: UInt32) throws(ImageProblem) {
        if hasPalette { throw broken("a second PLTE") }
        if pixels != .awaited { throw broken("PLTE behind IDAT") }
        if header?.allowsPalette == false { throw broken("PLTE in a greyscale image") }
        if length == 0 || length > 768 || length % 3 != 0 { throw broken("PLTE has \(length) bytes") }
        hasPalette = true
    }

    private mutating func judgePixels() throws(ImageProblem) {
        if pixels == .closed { throw broken("IDAT chunks with another chunk between them") }
        if header?.needsPalette == true, !hasPalette { throw broken("IDAT without the PLTE that this image needs") }
        pixels = .open
    }

    private func judgeEnd(_ length: UInt32) throws(ImageProblem) {
        if length != 0 { throw broken("IEND has \(length) bytes") }
        // A zlib stream has a head of 2 bytes, at least 2 of data and 4 of checksum.
        if pixels == .awaited || pixelBytes < 8 { throw broken("IEND, but there was no pixel data (IDAT)") }
    }

    private func broken(_ what: String) -> ImageProblem { .broken(.png, at: chunkOffset, what) }
}

/// The fields of IHDR.
struct PNGHeader: Sendable {
    let sides: ImageSides
    private let colour: UInt8

    var needsPalette: Bool { colour == 3 }
    var allowsPalette: Bool { colour & 2 != 0 }

    init(_ field: ImageField) throws(ImageProblem) {
        let depth = field[8]
        colour = field[9]
        let depths: [UInt8]
        switch colour {
        case 0: depths = [1, 2, 4, 8, 16]
        case 3: depths = [1, 2, 4, 8]
        case 2, 4, 6: depths = [8, 16]
        default: depths = []
        }
        guard depths.contains(depth), field[10] == 0, field[11] == 0, field[12] <= 1 else {
            throw .broken(
                .png, at: field.offset,
                "IHDR has values that no PNG has (depth \(depth), colour \(colour), then \(field.bytes.suffix(3)))")
        }
        sides = try ImageSides(.png, width: field.big32(at: 0), height: field.big32(at: 4), at: field.offset)
    }
}
