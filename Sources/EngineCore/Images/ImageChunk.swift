/// The unread rest of the bytes of one `feed`, and where in the image they are.
///
/// Lives within one call of `ImageWalker.feed`, as the pointer does; every access is cut to what is there.
struct ImageChunk {
    private var rest: UnsafeRawBufferPointer
    /// Place in the image of the next unread byte.
    private(set) var offset: Int64

    init(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {
        self.rest = bytes
        self.offset = offset
    }

    var isEmpty: Bool { rest.isEmpty }

    mutating func next() -> UInt8? { take(upTo: 1).first }

    /// Takes `count` bytes, or all where there are fewer.
    @discardableResult
    mutating func take(upTo count: Int64) -> UnsafeRawBufferPointer {
        let taken = Int(max(0, min(count, Int64(rest.count))))
        let part = UnsafeRawBufferPointer(rebasing: rest[..<taken])
        rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
        offset += Int64(taken)
        return part
    }

    /// Takes all bytes before the next 0xFF; answers how many.
    mutating func takeUpToFF() -> Int64 {
        var index = 0
        // Eight bytes at a time: entropy-coded data is nearly the whole of a JPEG.
        while index + 8 <= rest.count {
            let inverse = ~rest.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let hit = (inverse &- 0x0101_0101_0101_0101) & ~inverse & 0x8080_8080_8080_8080
            if hit != 0 { break }
            index += 8
        }
        while index < rest.count, rest[index] != 0xFF { index += 1 }
        take(upTo: Int64(index))
        return Int64(index)
    }
}

/// A field of a few bytes, gathered over the borders of chunks.
struct ImageField {
    private(set) var bytes: [UInt8] = []
    private var wanted: Int
    /// Place in the image of its first byte.
    private(set) var offset: Int64 = 0

    init(wanting count: Int) {
        wanted = count
        bytes.reserveCapacity(count)
    }

    var isWhole: Bool { bytes.count >= wanted }

    mutating func want(_ count: Int) {
        bytes.removeAll(keepingCapacity: true)
        wanted = count
    }

    /// Answers whether it is whole now.
    mutating func fill(from chunk: inout ImageChunk) -> Bool {
        if bytes.isEmpty { offset = chunk.offset }
        bytes.append(contentsOf: chunk.take(upTo: Int64(wanted - bytes.count)))
        return isWhole
    }

    /// Takes the first of some bytes that begin at `start` and were taken already.
    mutating func fill(from part: UnsafeRawBufferPointer, at start: Int64) {
        if bytes.isEmpty { offset = start }
        bytes.append(contentsOf: part.prefix(max(0, wanted - bytes.count)))
    }

    /// 0 where nothing was gathered.
    subscript(index: Int) -> UInt8 { index >= 0 && index < bytes.count ? bytes[index] : 0 }

    func big16(at index: Int) -> UInt32 { UInt32(self[index]) << 8 | UInt32(self[index + 1]) }
    func big32(at index: Int) -> UInt32 { big16(at: index) << 16 | big16(at: index + 2) }
    func little16(at index: Int) -> UInt32 { UInt32(self[index + 1]) << 8 | UInt32(self[index]) }
    func little24(at index: Int) -> UInt32 { UInt32(self[index + 2]) << 16 | little16(at: index) }
    func little32(at index: Int) -> UInt32 { UInt32(self[index + 3]) << 24 | little24(at: index) }

    /// The bytes as text for people; what is no printable ASCII stands as `?`.
    func text(at index: Int, count: Int) -> String {
        let shown = (index..<index + count).map { at -> UInt8 in
            let byte = self[at]
            return (0x20...0x7E).contains(byte) ? byte : UInt8(ascii: "?")
        }
        return String(decoding: shown, as: UTF8.self)
    }
}
