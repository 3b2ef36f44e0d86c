/// The bytes behind a JPEG's EOI.
///
/// Telephones write there as a rule, so that refusing all of it would refuse photographs: a further picture (CIPA
/// DC-007 MPF, gain maps of HDR pictures), a short film (motion photo), the Samsung trailer, or zeros as padding. These
/// are taken, judged by how they begin and end, and kept with the image; all else (an archive, HTML, text) is refused.
struct JPEGTail: Sendable {
    private var start = ImageField(wanting: 8)
    /// From the first byte that is not zero.
    private var firstBytes = ImageField(wanting: 3)
    private var last: UInt32 = 0

    mutating func add(_ chunk: inout ImageChunk) {
        let offset = chunk.offset
        let part = chunk.take(upTo: .max)
        start.fill(from: part, at: offset)
        if firstBytes.bytes.isEmpty {
            firstBytes.fill(from: UnsafeRawBufferPointer(rebasing: part.drop { $0 == 0 }), at: offset)
        } else {
            firstBytes.fill(from: part, at: offset)
        }
        for byte in part.suffix(4) { last = last << 8 | UInt32(byte) }
    }

    func judge() throws(ImageProblem) {
        let isPadding = firstBytes.bytes.isEmpty
        let isPicture = firstBytes.bytes == [0xFF, 0xD8, 0xFF]
        let isFilm = start.text(at: 4, count: 4) == "ftyp"
        let isSamsungTrailer = start.big16(at: 0) == 0 && last == 0x5345_4654
        guard isPadding || isPicture || isFilm || isSamsungTrailer else {
            throw .behindEnd(.jpeg, at: start.offset)
        }
    }
}
