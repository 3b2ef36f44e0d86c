/// Walks the structure of a JPEG, PNG or WebP as its bytes come, in any pieces, and judges it. Never decodes a pixel.
///
/// Holds well below a KiB, whatever the image says of itself. What is refused is refused at the first byte that shows
/// it. Decided:
/// - Animated PNG (acTL) and WebP (ANIM) are refused: a pose transfer takes one picture, and which one would be a
///   guess.
/// - Bytes behind the end of a PNG or WebP are refused. Behind a JPEG's end only what cameras write there is taken: see
///   `JPEGTail`, which alone is judged when all of it was seen.
/// - Metadata is walked over by its lengths and kept as it is, places of photographs included.
/// - How well pixels compress is not judged: what decoding an image costs is bounded by its pixels alone.
package struct ImageWalker: Sendable {
    private let bytesMax: Int64
    private var first = ImageField(wanting: ImageKind.bytesNeeded)
    private var kind: ImageKind?
    private var jpeg = JPEGStructure()
    private var png: PNGStructure
    private var webp: WebPStructure
    private var offset: Int64 = 0
    private var problem: ImageProblem?

    package init(bytesMax: Int64 = EngineLimits.imageBytesMax) {
        self.bytesMax = bytesMax
        png = PNGStructure(bytesMax: bytesMax)
        webp = WebPStructure(bytesMax: bytesMax)
    }

    /// Bytes walked so far.
    package var sizeBytes: Int64 { offset }

    /// Walks the next bytes. After an error it answers that error for ever.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ImageProblem) {
        if let problem { throw problem }
        do throws(ImageProblem) {
            var chunk = ImageChunk(bytes, at: offset)
            var allowed = ImageChunk(chunk.take(upTo: bytesMax - offset), at: offset)
            try walk(&allowed)
            if !chunk.isEmpty { throw ImageProblem.tooManyBytes(limit: bytesMax, at: bytesMax) }
        } catch {
            problem = error
            throw error
        }
    }

    /// Judges the end: the image must be whole.
    package mutating func finish() throws(ImageProblem) -> ImageFacts {
        if let problem { throw problem }
        do throws(ImageProblem) {
            if offset == 0 { throw ImageProblem.empty }
            if kind == nil { try begin() }
            let sides = try end()
            return ImageFacts(kind: sides.kind, width: sides.width, height: sides.height, sizeBytes: offset)
        } catch {
            problem = error
            throw error
        }
    }

    private mutating func walk(_ chunk: inout ImageChunk) throws(ImageProblem) {
        if kind == nil {
            let isWhole = first.fill(from: &chunk)
            offset = chunk.offset
            guard isWhole else { return }
            try begin()
        }
        try pass(&chunk)
        offset = chunk.offset
    }

    /// Names the kind from the first bytes and hands them on.
    private mutating func begin() throws(ImageProblem) {
        guard let known = ImageKind(firstBytes: first.bytes) else { throw .unknownKind(first.bytes) }
        kind = known
        let bytes = first.bytes
        let fault = bytes.withUnsafeBytes { raw -> ImageProblem? in
            var chunk = ImageChunk(raw, at: 0)
            do throws(ImageProblem) { try pass(&chunk) } catch { return error }
            return nil
        }
        if let fault { throw fault }
    }

    private mutating func pass(_ chunk: inout ImageChunk) throws(ImageProblem) {
        switch kind {
        case .jpeg: try jpeg.feed(&chunk)
        case .png: try png.feed(&chunk)
        case .webp: try webp.feed(&chunk)
        case nil: break
        }
    }

    private func end() throws(ImageProblem) -> (kind: ImageKind, width: UInt32, height: UInt32) {
        let sides: ImageSides
        switch kind {
        case .jpeg: sides = try jpeg.finish(at: offset)
        case .png: sides = try png.finish(at: offset)
        case .webp: sides = try webp.finish(at: offset)
        case nil: throw .unknownKind(first.bytes)
        }
        return (kind ?? .jpeg, sides.width, sides.height)
    }
}

extension ImageProblem {
    static func unknownKind(_ bytes: [UInt8]) -> ImageProblem {
        let guess = knownElse.first { bytes.dropFirst($0.at).starts(with: $0.bytes.utf8) }?.name
        let what = guess.map { "this looks like \($0)" } ?? "the first bytes are none of these"
        return ImageProblem(.format, "no JPEG, PNG or WebP: \(what); convert it first", at: 0)
    }

    private static let knownElse: [(at: Int, bytes: String, name: String)] = [
        (0, "GIF8", "a GIF"), (0, "BM", "a BMP"), (0, "II*\0", "a TIFF"), (0, "MM\0*", "a TIFF"), (0, "%PDF", "a PDF"),
        (4, "ftypavif", "an AVIF"), (4, "ftyphei", "a HEIC"), (4, "ftypmif", "a HEIC"), (4, "ftyp", "a video"),
        (0, "<svg", "an SVG"), (0, "<", "text (HTML or XML)"), (0, "{", "text (JSON)"), (0, "PK", "a ZIP archive"),
    ]
}
