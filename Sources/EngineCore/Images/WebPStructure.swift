/// The RIFF chunks of a WebP (RFC 9649) and the heads of its frame.
///
/// Metadata and unknown chunks are walked by their lengths and may stand wherever the container's size has room for
/// them.
struct WebPStructure: Sendable {
    private enum Place {
        case container, chunkHead, body, padding, end
    }

    private let bytesMax: Int64
    private var place = Place.container
    private var field = ImageField(wanting: 12)
    /// The first bytes of a body that is looked into.
    private var head = ImageField(wanting: 0)
    private var type = ""
    private var chunkOffset: Int64 = 0
    private var chunkBytes: Int64 = 0
    private var rest: Int64 = 0
    /// Where the container ends.
    private var end: Int64 = 0
    private var isFirst = true
    private var canvas: ImageSides?
    private var picture: ImageSides?
    private var hasAlpha = false

    init(bytesMax: Int64) { self.bytesMax = bytesMax }

    mutating func feed(_ chunk: inout ImageChunk) throws(ImageProblem) {
        while !chunk.isEmpty {
            switch place {
            case .container: if field.fill(from: &chunk) { try takeContainer() }
            case .chunkHead: if field.fill(from: &chunk) { try takeChunkHead() }
            case .body: try takeBody(&chunk)
            case .padding: try takePadding(&chunk)
            case .end: throw .behindEnd(.webp, at: chunk.offset)
            }
        }
    }

    func finish(at offset: Int64) throws(ImageProblem) -> ImageSides {
        guard place == .end, let picture else {
            throw .cutOff(.webp, at: offset, end == 0 ? "no whole RIFF head" : "its RIFF head announces \(end) bytes")
        }
        return picture
    }

    private mutating func takeContainer() throws(ImageProblem) {
        let size = field.little32(at: 4)
        guard field.text(at: 0, count: 4) == "RIFF", field.text(at: 8, count: 4) == "WEBP" else {
            throw .broken(.webp, at: 0, "no RIFF container of type WEBP")
        }
        // The smallest: WEBP and one chunk with the head of a VP8L.
        guard size >= 18, size % 2 == 0 else {
            throw .broken(.webp, at: 4, "its RIFF head announces \(size) bytes, which no WebP has")
        }
        end = Int64(size) + 8
        guard end <= bytesMax else {
            throw ImageProblem(
                .tooLarge, "the RIFF head announces \(end) bytes: an image may have at most \(bytesMax)", at: 4)
        }
        expectChunk()
    }

    private mutating func expectChunk() {
        place = .chunkHead
        field.want(8)
    }

    private mutating func takeChunkHead() throws(ImageProblem) {
        type = field.text(at: 0, count: 4)
        chunkOffset = field.offset
        chunkBytes = Int64(field.little32(at: 4))
        rest = chunkBytes
        guard chunkOffset + 8 + chunkBytes + chunkBytes % 2 <= end else {
            throw broken("it announces \(chunkBytes) bytes, more than the container has")
        }
        try judgeOrder()
        isFirst = false
        head.want(Self.headBytes(type))
        guard chunkBytes >= Int64(Self.headBytes(type)) else { throw broken("\(chunkBytes) bytes are too few for it") }
        place = .body
        if rest == 0 { try endBody() }
    }

    private mutating func takeBody(_ chunk: inout ImageChunk) throws(ImageProblem) {
        let start = chunk.offset
        let part = chunk.take(upTo: rest)
        rest -= Int64(part.count)
        if !head.isWhole {
            head.fill(from: part, at: start)
            if head.isWhole { try takeHead() }
        }
        if rest == 0 { try endBody() }
    }

    private mutating func endBody() throws(ImageProblem) {
        if chunkBytes % 2 == 1 { place = .padding } else { try endChunk(at: chunkOffset + 8 + chunkBytes) }
    }

    private mutating func takePadding(_ chunk: inout ImageChunk) throws(ImageProblem) {
        guard chunk.next() == 0 else { throw broken("its padding byte is not zero") }
        try endChunk(at: chunk.offset)
    }

    private mutating func endChunk(at offset: Int64) throws(ImageProblem) {
        if offset < end {
            guard end - offset >= 8 else {
                throw .broken(.webp, at: offset, "\(end - offset) bytes are left, too few for a chunk")
            }
            return expectChunk()
        }
        guard picture != nil else { throw .broken(.webp, at: offset, "it ends without a picture (VP8 or VP8L)") }
        place = .end
    }
}

extension WebPStructure {
    private static func headBytes(_ type: String) -> Int {
        switch type {
        case "VP8 ", "VP8X": 10
        case "VP8L": 5
        case "ALPH": 1
        default: 0
        }
    }

    private mutating func judgeOrder() throws(ImageProblem) {
        switch type {
        case "VP8 ", "VP8L":
            if picture != nil { throw broken("a second picture") }
            if !isFirst, canvas == nil { throw broken("a picture behind other chunks needs VP8X as the first") }
        case "VP8X": if !isFirst { throw broken("it may only be the first chunk") }
        case "ALPH":
            if canvas == nil || picture != nil || hasAlpha { throw broken("it may stand once, between VP8X and VP8") }
            hasAlpha = true
        case "ANIM", "ANMF": throw .animated(.webp, at: chunkOffset)
        default: if isFirst { throw broken("the first chunk must be VP8, VP8L or VP8X") }
        }
    }

    private mutating func takeHead() throws(ImageProblem) {
        switch type {
        case "VP8X":
            if head[0] & 0x02 != 0 { throw .animated(.webp, at: chunkOffset) }
            canvas = try ImageSides(
                .webp, width: head.little24(at: 4) + 1, height: head.little24(at: 7) + 1, at: head.offset)
        case "VP8 ": try takePicture(lossySides())
        case "VP8L": try takePicture(losslessSides())
        case "ALPH": if head[0] & 3 > 1 { throw broken("its compression is unknown") }
        default: break
        }
    }

    private mutating func takePicture(_ sides: ImageSides) throws(ImageProblem) {
        if let canvas, canvas != sides {
            throw broken(
                "its picture has \(sides.width) x \(sides.height) pixels, VP8X \(canvas.width) x \(canvas.height)")
        }
        picture = sides
    }

    /// RFC 6386 section 9.1: a key frame that is shown, its start code, sides with two bits of scale each.
    private func lossySides() throws(ImageProblem) -> ImageSides {
        let tag = head.little24(at: 0)
        guard tag & 1 == 0, tag >> 1 & 7 <= 3, tag & 0x10 != 0, Int64(tag >> 5) <= chunkBytes - 10,
            head[3] == 0x9D, head[4] == 0x01, head[5] == 0x2A
        else { throw broken("no head of a key frame") }
        return try ImageSides(
            .webp, width: head.little16(at: 6) & 0x3FFF, height: head.little16(at: 8) & 0x3FFF, at: head.offset)
    }

    /// RFC 9649 section 3.4: signature, 14 bits of width - 1 and of height - 1, alpha hint, version 0.
    private func losslessSides() throws(ImageProblem) -> ImageSides {
        let bits = head.little32(at: 1)
        guard head[0] == 0x2F, bits >> 29 == 0 else { throw broken("no head of a lossless picture") }
        return try ImageSides(.webp, width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1, at: head.offset)
    }

    private func broken(_ what: String) -> ImageProblem {
        .broken(.webp, at: chunkOffset, "chunk '\(type)': \(what)")
    }
}
