import NIOCore
import Testing

@testable import ProviderSimulator

@Suite("The picture as JPEG")
struct JPEGFileTests {
    private let source = Digest.sha256(Array("source".utf8))
    private let pose = Digest.sha256(Array("pose".utf8))

    private func file(minimumBytes: Int = 0) -> [UInt8] {
        var result = SimulatedResult(sourceDigest: source, poseDigest: pose, minimumBytes: minimumBytes)
        result.format = .jpeg
        return result.bytes
    }

    @Test("It is a baseline JPEG file of twice the size whose blocks all decode to the bits of both digests")
    func structure() throws {
        let jpeg = try JPEGReader(file())
        #expect(jpeg.markers == [0xDB, 0xC0, 0xC4, 0xC4, 0xDA])
        #expect(jpeg.width == 512 && jpeg.height == 768)
        let blocks = try jpeg.means()
        #expect(blocks.count == 64 * 96)
        let light = blocks.map { $0[0] + 128 }
        #expect(light.allSatisfy { (0...255).contains($0) })
        for (top, digest) in [(88, source), (92, pose)] {
            let bits = (0..<256).map { light[(top + $0 / 64) * 64 + $0 % 64] < 200 }
            let read = (0..<32).map { byte in
                (0..<8).reduce(UInt8(0)) { $0 << 1 | (bits[byte * 8 + $1] ? 1 : 0) }
            }
            #expect(read == digest)
        }
    }

    @Test("A byte of ones in the picture's data is followed by a zero")
    func stuffing() throws {
        var canvas = Canvas(width: 256, height: 384)
        for x in stride(from: 0, to: 256, by: 8) { canvas.fill(x: x, y: 0, width: 4, height: 384, .skin) }
        var palette = [[UInt8]](repeating: [0, 0, 0], count: Ink.allCases.count)
        palette[Int(Ink.skin.rawValue)] = [255, 255, 255]
        let file = JPEGFile(canvas: canvas, palette: palette).bytes(minimum: 0)
        // Behind the tables only: their lengths and values hold such pairs too.
        #expect(ByteBuffer(bytes: file.dropFirst(200)).index(of: [0xFF, 0x00]) != nil)
        let light = try JPEGReader(file).means().map { $0[0] }
        #expect(light == (0..<64 * 96).map { $0 % 2 == 0 ? 127 : -128 })
    }

    @Test("The same inputs give these very bytes, on every machine")
    func golden() {
        #expect(
            hexadecimal(Digest.sha256(file())) == "88ec2b4477927a76f08fa2ccecec78e5d3ddd69789335ec1d858910783a93b34")
    }

    @Test("Padding gives at least the bytes asked for and stays legal")
    func padding() throws {
        let plain = file().count
        for minimum in [0, plain, plain + 1, plain + 4, plain + 65_537, plain + 65_538, plain + 65_541, 300_000] {
            let padded = file(minimumBytes: minimum)
            #expect(padded.count >= minimum && padded.count <= max(minimum, plain) + 4)
            #expect(try JPEGReader(padded).means().count == 64 * 96)
        }
    }

    @Test("By the setting, outputs and files say jpg and are")
    func setting() {
        var harness = ProviderHarness { $0.resultFormat = .jpeg }
        let id = harness.create().taskID
        harness.now = .seconds(3)
        let items = harness.ask("outputs", id).data?.array ?? []
        #expect(items.map { $0["fileType"] } == ["jpg", "jpg"])
        #expect(items.allSatisfy { $0["fileUrl"]?.string?.hasSuffix("_00001_.jpg") == true })
        let result = harness.getFile(items.first)
        var expected = SimulatedResult(
            sourceDigest: Digest.sha256(Picture.source), poseDigest: Digest.sha256(Picture.pose))
        expected.format = .jpeg
        #expect(result.reply.contentType == "image/jpeg" && result.bytes == expected.bytes)
        #expect(harness.download(items.last).starts(with: [0xFF, 0xD8, 0xFF]))
    }
}

/// Reads what the encoder wrote, by the standard and not by the encoder.
struct JPEGReader {
    struct Malformed: Error { let reason: String }

    private(set) var markers: [UInt8] = []
    private(set) var width = 0
    private(set) var height = 0
    /// Symbols by class, length and code.
    private var codes: [[[Int]: UInt8]] = [[:], [:]]
    private var bits: [Int] = []

    init(_ file: [UInt8]) throws {
        guard file.starts(with: [0xFF, 0xD8]), file.suffix(2) == [0xFF, 0xD9] else { throw Malformed(reason: "ends") }
        var place = 2
        while markers.last != 0xDA {
            guard place + 4 <= file.count, file[place] == 0xFF else { throw Malformed(reason: "marker") }
            let length = Int(file[place + 2]) << 8 | Int(file[place + 3])
            guard place + 2 + length <= file.count else { throw Malformed(reason: "length") }
            try read(file[place + 1], Array(file[place + 4..<place + 2 + length]))
            place += 2 + length
        }
        try unpack(file[place..<file.count - 2])
    }

    private mutating func read(_ marker: UInt8, _ content: [UInt8]) throws {
        switch marker {
        case 0xFE: return
        case 0xC0:
            height = Int(content[1]) << 8 | Int(content[2])
            width = Int(content[3]) << 8 | Int(content[4])
            guard content[0] == 8, content[5] == 3, content.count == 15 else { throw Malformed(reason: "frame") }
        case 0xC4: try readCodes(content)
        default: break
        }
        markers.append(marker)
    }

    private mutating func readCodes(_ content: [UInt8]) throws {
        guard content.count == 17 + content[1...16].reduce(0, { $0 + Int($1) }) else {
            throw Malformed(reason: "codes")
        }
        var (code, symbol) = (0, 17)
        for length in 1...16 {
            for _ in 0..<content[length] {
                guard code < 1 << length - 1 else { throw Malformed(reason: "a code of ones alone") }
                codes[Int(content[0] >> 4)][[length, code]] = content[symbol]
                (code, symbol) = (code + 1, symbol + 1)
            }
            code <<= 1
        }
    }

    private mutating func unpack(_ data: ArraySlice<UInt8>) throws {
        var place = data.startIndex
        while place < data.endIndex {
            bits += (0..<8).map { Int(data[place] >> (7 - $0)) & 1 }
            if data[place] == 0xFF {
                place += 1
                guard place < data.endIndex, data[place] == 0 else { throw Malformed(reason: "no zero after ones") }
            }
            place += 1
        }
    }

    /// The means of each block in order: luminance and the two colours.
    func means() throws -> [[Int]] {
        var place = 0
        func symbol(_ kind: Int) throws -> Int {
            var code = 0
            for length in 1...16 {
                guard place < bits.count else { throw Malformed(reason: "too few bits") }
                code = code << 1 | bits[place]
                place += 1
                if let symbol = codes[kind][[length, code]] { return Int(symbol) }
            }
            throw Malformed(reason: "unknown code")
        }
        var before = [0, 0, 0]
        var means: [[Int]] = []
        for _ in 0..<width / 8 * (height / 8) {
            for channel in 0..<3 {
                let category = try symbol(0)
                guard place + category <= bits.count else { throw Malformed(reason: "too few bits") }
                let low = bits[place..<place + category].reduce(0) { $0 << 1 | $1 }
                place += category
                before[channel] += category > 0 && low < 1 << (category - 1) ? low - (1 << category) + 1 : low
                guard try symbol(1) == 0 else { throw Malformed(reason: "a block is not even") }
            }
            means.append(before)
        }
        guard bits[place...].count < 8, bits[place...].allSatisfy({ $0 == 1 }) else { throw Malformed(reason: "tail") }
        return means
    }
}
