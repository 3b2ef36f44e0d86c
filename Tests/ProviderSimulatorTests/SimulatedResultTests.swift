import Testing

@testable import ProviderSimulator

@Suite("The picture that a run makes")
struct SimulatedResultTests {
    private let source = Digest.sha256(Array("source".utf8))
    private let pose = Digest.sha256(Array("pose".utf8))

    @Test("It is a legal PNG file whose checksums hold and whose rows unpack to the size it announces")
    func structure() throws {
        let file = SimulatedResult.png(sourceDigest: source, poseDigest: pose)
        let chunks = try PNGReader.chunks(of: file)
        #expect(chunks.map(\.type) == ["IHDR", "PLTE", "IDAT", "IEND"])
        #expect(chunks[0].content == [0, 0, 1, 0, 0, 0, 1, 128, 8, 3, 0, 0, 0])
        #expect(chunks[1].content.count == 3 * Ink.allCases.count)
        let rows = try PNGReader.inflatedStored(chunks[2].content)
        #expect(rows.count == (SimulatedResult.width + 1) * SimulatedResult.height)
        #expect(stride(from: 0, to: rows.count, by: SimulatedResult.width + 1).allSatisfy { rows[$0] == 0 })
        #expect(rows.allSatisfy { $0 < Ink.allCases.count })
    }

    @Test("Both digests can be read back from the bands, each in its own")
    func digests() throws {
        let file = SimulatedResult.png(sourceDigest: source, poseDigest: pose)
        #expect(try PNGReader.digest(in: file, top: 352, ink: .sourceBit) == source)
        #expect(try PNGReader.digest(in: file, top: 368, ink: .poseBit) == pose)
    }

    @Test("The source decides the colours, the pose the shape")
    func dependence() throws {
        func parts(_ source: [UInt8], _ pose: [UInt8]) throws -> (palette: [UInt8], figure: [UInt8]) {
            let chunks = try PNGReader.chunks(of: SimulatedResult.png(sourceDigest: source, poseDigest: pose))
            let rows = try PNGReader.inflatedStored(chunks[2].content)
            return (chunks[1].content, Array(rows.prefix((SimulatedResult.width + 1) * 352)))
        }
        let other = Digest.sha256(Array("other".utf8))
        let plain = try parts(source, pose)
        let otherSource = try parts(other, pose)
        let otherPose = try parts(source, other)
        #expect(otherSource.palette != plain.palette && otherSource.figure == plain.figure)
        #expect(otherPose.palette == plain.palette && otherPose.figure != plain.figure)
        let result = SimulatedResult(sourceDigest: source, poseDigest: pose)
        let swapped = SimulatedResult(sourceDigest: pose, poseDigest: source)
        #expect(result.png != swapped.png)
        #expect(result.png != result.comparison.png)
    }

    @Test("The same inputs give these very bytes, on every machine")
    func golden() {
        let file = SimulatedResult.png(sourceDigest: source, poseDigest: pose)
        #expect(hexadecimal(Digest.sha256(file)) == "f7fc61c64a0be24d5faa1f7f12cacb726fde8fc6d2329303f02df9df750c58e6")
    }

    @Test("Padding gives at least the bytes asked for and stays legal")
    func padding() throws {
        let plain = SimulatedResult.png(sourceDigest: source, poseDigest: pose).count
        for minimum in [0, 1, plain - 1, plain, plain + 1, plain + 11, plain + 12, plain + 13, 200_000] {
            let file = SimulatedResult.png(sourceDigest: source, poseDigest: pose, minimumBytes: minimum)
            #expect(file.count >= minimum && file.count <= max(minimum, plain) + 12)
            #expect(try PNGReader.chunks(of: file).last?.type == "IEND")
        }
        let exact = SimulatedResult.png(sourceDigest: source, poseDigest: pose, minimumBytes: 200_000)
        #expect(exact.count == 200_000)
        #expect(try PNGReader.chunks(of: exact).map(\.type) == ["IHDR", "paDd", "PLTE", "IDAT", "IEND"])
    }

    @Test("Checksums are those of the standards")
    func checksums() {
        #expect(PNGFile.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(PNGFile.adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
    }

    @Test("Digests of any length draw a picture", arguments: [0, 1, 31, 33])
    func oddDigests(count: Int) throws {
        let odd = [UInt8](repeating: 255, count: count)
        #expect(try PNGReader.chunks(of: SimulatedResult.png(sourceDigest: odd, poseDigest: odd)).count == 4)
    }
}

/// Reads what the encoder wrote, by the specification and not by the encoder.
enum PNGReader {
    struct Malformed: Error { let reason: String }

    struct Chunk {
        let type: String
        let content: [UInt8]
    }

    static func chunks(of file: [UInt8]) throws -> [Chunk] {
        guard file.starts(with: Picture.signature) else { throw Malformed(reason: "signature") }
        var chunks: [Chunk] = []
        var place = 8
        while place < file.count {
            guard place + 12 <= file.count else { throw Malformed(reason: "chunk head") }
            let length = number(file[place..<place + 4])
            guard place + 12 + length <= file.count else { throw Malformed(reason: "chunk length") }
            let body = Array(file[place + 4..<place + 8 + length])
            let crc = number(file[place + 8 + length..<place + 12 + length])
            guard slowCRC(body) == UInt32(crc) else { throw Malformed(reason: "checksum") }
            chunks.append(
                Chunk(type: String(decoding: body.prefix(4), as: UTF8.self), content: Array(body.dropFirst(4))))
            place += 12 + length
        }
        return chunks
    }

    static func inflatedStored(_ stream: [UInt8]) throws -> [UInt8] {
        guard number(stream.prefix(2)) % 31 == 0, stream[0] & 15 == 8 else { throw Malformed(reason: "zlib head") }
        var rows: [UInt8] = []
        var place = 2
        var isLast = false
        while !isLast {
            guard place + 5 <= stream.count, stream[place] <= 1 else { throw Malformed(reason: "block") }
            isLast = stream[place] == 1
            let length = Int(stream[place + 1]) | Int(stream[place + 2]) << 8
            guard length ^ 0xFFFF == Int(stream[place + 3]) | Int(stream[place + 4]) << 8 else {
                throw Malformed(reason: "block length")
            }
            rows += stream[place + 5..<place + 5 + length]
            place += 5 + length
        }
        guard stream.count == place + 4 else { throw Malformed(reason: "tail") }
        let low = rows.reduce(1) { ($0 + Int($1)) % 65_521 }
        guard number(stream.suffix(2)) == low else { throw Malformed(reason: "adler") }
        return rows
    }

    static func digest(in file: [UInt8], top: Int, ink: Ink) throws -> [UInt8] {
        let rows = try inflatedStored(try chunks(of: file)[2].content)
        return (0..<32).map { byte in
            (0..<8).reduce(UInt8(0)) { value, bit in
                let position = byte * 8 + bit
                let y = top + position / 64 * 4
                let pixel = rows[y * 257 + 1 + position % 64 * 4]
                return value << 1 | (pixel == ink.rawValue ? 1 : 0)
            }
        }
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    private static func slowCRC(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
