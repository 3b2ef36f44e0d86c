import EngineCore
import Testing

/// What every store of images promises.
@Suite struct ImageConformance {
    @Test(arguments: StoreKind.allCases, [0, 1, 100_000]) func anImageIsThereAfterItsCommit(
        _ kind: StoreKind, _ count: Int
    ) throws {
        let images = try StoreUnderTest(kind).images
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let digest = Samples.digest(1)
        #expect(!images.contains(digest))
        let writer = try images.makeWriter()
        for part in stride(from: 0, to: count, by: 7_777) { try writer.write(bytes[part..<min(count, part + 7_777)]) }
        #expect(!images.contains(digest))
        try writer.commit(as: digest)
        #expect(images.contains(digest))
        #expect(try images.open(digest).all(chunk: 4_096) == bytes)
        #expect(try images.open(digest).sizeBytes == Int64(count))
        #expect(images.path(of: digest).contains(digest.hex))
    }

    @Test(arguments: StoreKind.allCases) func readsArePositionedAndEndAtTheEnd(_ kind: StoreKind) throws {
        let images = try StoreUnderTest(kind).images
        try images.put([1, 2, 3, 4, 5], as: Samples.digest(1))
        let reader = try images.open(Samples.digest(1))
        #expect(try reader.part(at: 3, count: 9) == [4, 5])
        #expect(try reader.part(at: 0, count: 2) == [1, 2])
        #expect(try reader.part(at: 4, count: 0) == [])
        for beyond in [5, 6, Int64.max, -1, .min] { #expect(try reader.part(at: beyond, count: 9) == []) }
    }

    @Test(arguments: StoreKind.allCases) func theSameContentTwiceIsOneImage(_ kind: StoreKind) throws {
        let images = try StoreUnderTest(kind).images
        try images.put([1, 2, 3], as: Samples.digest(1))
        try images.put([1, 2, 3], as: Samples.digest(1))
        try images.put([9], as: Samples.digest(2))
        #expect(try images.open(Samples.digest(1)).all() == [1, 2, 3])
        #expect(try images.open(Samples.digest(2)).all() == [9])
    }

    @Test(arguments: StoreKind.allCases) func aMissingImageIsToldAsMissing(_ kind: StoreKind) throws {
        let images = try StoreUnderTest(kind).images
        let error = #expect(throws: StoreError.self) { try images.open(Samples.digest(1)) }
        #expect(error?.code == .missing)
    }

    @Test(arguments: StoreKind.allCases) func aWriterThatHasEndedTakesNothingMore(_ kind: StoreKind) throws {
        let images = try StoreUnderTest(kind).images
        let committed = try images.makeWriter()
        try committed.commit(as: Samples.digest(1))
        let discarded = try images.makeWriter()
        discarded.discard()
        discarded.discard()
        for writer in [committed, discarded] {
            #expect(throws: StoreError.self) { try writer.write([1]) }
            #expect(throws: StoreError.self) { try writer.commit(as: Samples.digest(2)) }
        }
        committed.discard()
        #expect(images.contains(Samples.digest(1)) && !images.contains(Samples.digest(2)))
    }
}

extension ImageStore {
    func put(_ bytes: [UInt8], as digest: ContentDigest) throws {
        let writer = try makeWriter()
        try writer.write(bytes[...])
        try writer.commit(as: digest)
    }
}

extension ImageWriter {
    func write(_ bytes: ArraySlice<UInt8>) throws { try bytes.withUnsafeBytes { try write($0) } }
}

extension ImageReader {
    func part(at offset: Int64, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let filled = try bytes.withUnsafeMutableBytes { try read(at: offset, into: $0) }
        return Array(bytes.prefix(filled))
    }

    func all(chunk: Int = 1 << 20) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while case let part = try part(at: Int64(bytes.count), count: chunk), !part.isEmpty { bytes += part }
        return bytes
    }
}
