import Testing

@testable import EngineCore

@Suite struct ImagesWalkerTests {
    @Test(arguments: 0..<ImagesSamples.sound.count) func soundImagesTellTheirFacts(index: Int) {
        let sample = ImagesSamples.sound[index]
        #expect(walk(sample.bytes) == .success(sample.facts), "\(sample.name)")
        #expect(sample.facts.mediaType == "image/\(sample.facts.kind.rawValue)")
    }

    @Test(arguments: 0..<ImagesSamples.sound.count) func piecesOfAnySizeGiveTheSame(index: Int) {
        let sample = ImagesSamples.sound[index]
        for piece in [1, 2, 3, 5, 7, 8, 11, 13, 64, 100] {
            #expect(walk(sample.bytes, piece: piece) == .success(sample.facts), "\(sample.name), \(piece)")
        }
    }

    @Test(arguments: 0..<ImagesSamples.sound.count) func everyCutIsRefused(index: Int) {
        let sample = ImagesSamples.sound[index]
        for count in 0..<sample.bytes.count {
            let expected: ImageProblem.Code = count == 0 ? .empty : .format
            #expect(problem(Array(sample.bytes.prefix(count)))?.code == expected, "\(sample.name), \(count)")
        }
    }

    @Test(arguments: 0..<ImagesSamples.sound.count) func damageNeverDependsOnThePieces(index: Int) {
        let sample = ImagesSamples.sound[index]
        for place in sample.bytes.indices {
            for value in [0xFF, sample.bytes[place] ^ 1, sample.bytes[place] ^ 0x80] {
                var bytes = sample.bytes
                bytes[place] = value
                if walk(bytes) == walk(bytes, piece: 1 + place % 9) { continue }
                Issue.record("\(sample.name): byte \(place) = \(value)")
            }
        }
    }

    @Test func everyFlippedBitOfAPNGIsRefused() {
        for sample in ImagesSamples.sound where sample.facts.kind == .png {
            for place in 0..<sample.bytes.count * 8 {
                var bytes = sample.bytes
                bytes[place / 8] ^= 1 << UInt8(place % 8)
                if problem(bytes) == nil { Issue.record("\(sample.name): bit \(place)") }
            }
        }
    }

    @Test func somethingElseBehindTheEndIsRefused() {
        let zip = Array("PK".utf8) + [3, 4, 20, 0, 0, 0]
        for sample in ImagesSamples.sound {
            for tail in [[7], zip, Array("<html><script>".utf8), Array("%PDF-1.7".utf8)] {
                let found = problem(sample.bytes + tail)
                #expect(found?.code == .format, "\(sample.name)")
                #expect(found?.offset == Int64(sample.bytes.count), "\(sample.name)")
                #expect(found?.message.contains("ends at byte \(sample.bytes.count)") == true, "\(sample.name)")
            }
        }
    }

    @Test func whatIsNoImageIsNamed() {
        let cases: [(bytes: [UInt8], word: String)] = [
            (Array("GIF89a..........".utf8), "GIF"), ([0, 0, 0, 24] + Array("ftypheic....".utf8), "HEIC"),
            (Array("<!DOCTYPE html>".utf8), "HTML"), (Array("RIFF....WAVEfmt ".utf8), "no JPEG, PNG or WebP"),
            (Array("{\"code\":1}".utf8), "JSON"), ([1], "no JPEG, PNG or WebP"), ([0xFF], "no JPEG, PNG or WebP"),
        ]
        for (bytes, word) in cases {
            #expect(problem(bytes)?.code == .format)
            #expect(problem(bytes)?.message.contains(word) == true, "\(word)")
        }
    }

    @Test func anErrorStays() {
        var walker = ImageWalker()
        #expect(throws: ImageProblem.self) { try walker.feed(Array("not an image".utf8)[...]) }
        #expect(throws: ImageProblem.self) { try walker.feed(ImagesSamples.smallPNG()[...]) }
        #expect(throws: ImageProblem.self) { try walker.finish() }
        #expect(walk([]) == .failure(.empty))
    }

    @Test func theChecksumIsThatOfTheStandard() {
        var random = ImagesRandom(state: 1)
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            var crc = CRC32()
            bytes[..<(count / 3)].withUnsafeBytes { crc.add($0) }
            bytes[(count / 3)...].withUnsafeBytes { crc.add($0) }
            #expect(crc.value == ImagesSamples.crc(bytes), "\(count)")
        }
    }
}

@Suite struct ImagesFuzzTests {
    /// Mutates sound images; whatever comes of it must not depend on the pieces, and an accepted one keeps the limits.
    @Test(arguments: [1, 2, UInt64.random(in: 0...UInt64.max)]) func mutatedImagesAreJudgedAlike(seed: UInt64) {
        print("ImagesFuzzTests seed \(seed)")
        var random = ImagesRandom(state: seed)
        for _ in 0..<500 {
            let bytes = mutated(&random)
            let whole = walk(bytes)
            let piece = Int.random(in: 1...40, using: &random)
            #expect(walk(bytes, piece: piece) == whole, "seed \(seed), piece \(piece)")
            if case .success(let facts) = whole {
                #expect(facts.width > 0 && facts.height > 0 && facts.sizeBytes == Int64(bytes.count), "seed \(seed)")
                #expect(Int64(facts.width) * Int64(facts.height) <= EngineLimits.imagePixelsMax, "seed \(seed)")
            }
        }
    }

    private func mutated(_ random: inout ImagesRandom) -> [UInt8] {
        var bytes = ImagesSamples.sound[Int.random(in: 0..<ImagesSamples.sound.count, using: &random)].bytes
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: min(place, bytes.count))
            case 1: bytes.removeSubrange(min(place, bytes.count)..<min(place + 3, bytes.count))
            case 2: bytes += bytes.suffix(place)
            case 3: bytes = Array(bytes.prefix(place)) + bytes.dropFirst(place / 2)
            default: if !bytes.isEmpty { bytes[place % bytes.count] = UInt8.random(in: 0...255, using: &random) }
            }
        }
        return bytes
    }
}
