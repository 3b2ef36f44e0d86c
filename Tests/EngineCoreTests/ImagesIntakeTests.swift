import BackendAPI
import Testing

@testable import EngineCore

private let sample = ImagesFixtures.baselineJPEG
/// Computed by another program.
private let sampleDigest = ContentDigest(hex: "01c3c9d4be8964753e6ee0742a3bbf1f2acedd97b36e493a8c222bed36619866")

@Suite struct ImagesIntakeTests {
    /// Takes `bytes` in pieces of 100 and answers what came of it.
    private func take(
        _ bytes: [UInt8], into store: ImagesMemoryStore, limit: Int64 = EngineLimits.imageBytesMax,
        announced: Int64? = nil, digest: ContentDigest? = nil, sizeBytes: Int64? = nil, mediaType: String? = nil
    ) throws -> StoredImage {
        let sink = try ResultSink(into: store, sizeLimitBytes: limit, sizeBytes: announced)
        for start in stride(from: 0, to: bytes.count, by: 100) {
            try bytes[start..<min(start + 100, bytes.count)].withUnsafeBytes { try sink.write($0) }
            #expect(store.images.isEmpty, "nothing is visible before the end")
        }
        return try sink.finish(expecting: digest, sizeBytes: sizeBytes, mediaType: mediaType)
    }

    private func expectRefused(
        _ code: IntakeError.Code, _ store: ImagesMemoryStore = ImagesMemoryStore(),
        location: SourceLocation = #_sourceLocation, _ take: (ImagesMemoryStore) throws -> StoredImage
    ) {
        let error = #expect(throws: IntakeError.self, sourceLocation: location) { try take(store) }
        #expect(error?.code == code, sourceLocation: location)
        #expect(store.images.isEmpty && store.openWriters == 0, sourceLocation: location)
        #expect(store.illegalCalls.isEmpty, sourceLocation: location)
    }

    @Test func aSoundImageComesIntoTheStoreAsItIs() throws {
        let store = ImagesMemoryStore()
        let count = Int64(sample.count)
        let image = try take(
            sample, into: store, announced: count, digest: sampleDigest, sizeBytes: count, mediaType: "image/jpeg")
        let digest = try #require(sampleDigest)
        #expect(
            image == StoredImage(digest: digest, sizeBytes: count, mediaType: "image/jpeg", width: 24, height: 16))
        #expect(store.images == [digest: sample])
        #expect(store.openWriters == 0 && store.illegalCalls.isEmpty)
    }

    @Test func whatContradictsTheAnnouncementIsRefused() throws {
        let count = Int64(sample.count)
        let other = try #require(ContentDigest(bytes: [UInt8](repeating: 7, count: 32)))
        expectRefused(.digestMismatch) { try take(sample, into: $0, digest: other) }
        expectRefused(.sizeMismatch) { try take(sample, into: $0, sizeBytes: count + 1) }
        expectRefused(.sizeMismatch) { try take(sample, into: $0, sizeBytes: count - 1) }
        expectRefused(.sizeMismatch) { try take(sample, into: $0, announced: count - 1) }
        expectRefused(.sizeMismatch) { try take(sample, into: $0, announced: count + 1) }
        expectRefused(.sizeMismatch) { try take(sample.dropLast(), into: $0, announced: count) }
        expectRefused(.mediaTypeMismatch) { try take(sample, into: $0, mediaType: "image/png") }
        expectRefused(.mediaTypeMismatch) { try take(sample, into: $0, mediaType: "text/html") }
    }

    @Test func mediaTypesThatSayTheSameOrNothingAreTaken() throws {
        for text in ["", "image/jpeg", "IMAGE/JPEG", "image/jpg", "image/jpeg; q=1", "application/octet-stream"] {
            #expect(try take(sample, into: ImagesMemoryStore(), mediaType: text).mediaType == "image/jpeg", "\(text)")
        }
        #expect(!ImageKind.png.isNamed(by: "image/jpg"))
    }

    @Test func brokenAndTooLargeImagesLeaveNothing() {
        expectRefused(.image(.format)) { try take(sample.dropLast(), into: $0) }
        expectRefused(.image(.format)) { try take(Array("<html>no image</html>".utf8), into: $0) }
        expectRefused(.image(.empty)) { try take([], into: $0) }
        expectRefused(.image(.empty)) { try take([], into: $0, announced: 0) }
        expectRefused(.image(.tooLarge)) { try take(sample, into: $0, limit: Int64(sample.count) - 1) }
        expectRefused(.image(.tooLarge)) { try take(ImagesSamples.smallPNG(16_385, 1), into: $0) }
    }

    @Test func errorsOfTheStoreArePassedOnAndLeaveNothing() {
        expectRefused(.store(.full), ImagesMemoryStore(failing: .makingWriters)) { try take(sample, into: $0) }
        expectRefused(.store(.full), ImagesMemoryStore(failing: .writes)) { try take(sample, into: $0) }
        expectRefused(.store(.io), ImagesMemoryStore(failing: .commits)) { try take(sample, into: $0) }
    }

    @Test func theFirstRefusalIsRememberedAndStays() throws {
        let store = ImagesMemoryStore()
        let sink = try ResultSink(into: store)
        #expect(sink.refusal == nil)
        let text = Array("no image at all".utf8)
        for bytes in [text, sample] {
            let error = #expect(throws: IntakeError.self) { try bytes.withUnsafeBytes { try sink.write($0) } }
            #expect(error?.code == .image(.format))
        }
        #expect(throws: IntakeError.self) { try sink.finish() }
        sink.discard()
        #expect(sink.refusal?.code == .image(.format) && sink.refusal?.reason == "IMAGE_FORMAT")
        #expect(store.openWriters == 0 && store.images.isEmpty && store.illegalCalls.isEmpty)
    }

    @Test func afterTheEndEveryCallIsRefusedAndNothingChanges() throws {
        let store = ImagesMemoryStore()
        let sink: any ByteSink = try ResultSink(into: store)
        let intake = try #require(sink as? ResultSink)
        try sample.withUnsafeBytes { try sink.write($0) }
        _ = try intake.finish()
        for _ in 0..<2 {
            let error = #expect(throws: IntakeError.self) { try sample.withUnsafeBytes { try sink.write($0) } }
            #expect(error?.code == .closed)
            #expect(#expect(throws: IntakeError.self) { try intake.finish() }?.code == .closed)
            intake.discard()
        }
        #expect(store.images.count == 1 && store.illegalCalls.isEmpty)
        #expect(intake.refusal == nil)
    }

    @Test func aDiscardedImageLeavesNothing() throws {
        let store = ImagesMemoryStore()
        var intake = try ImageIntake(into: store)
        try sample.withUnsafeBytes { bytes in try intake.write(bytes) }
        #expect(intake.sizeBytes == Int64(sample.count) && store.openWriters == 1)
        intake.discard()
        intake.discard()
        do throws(IntakeError) {
            _ = try intake.finish()
            Issue.record("finished a discarded image")
        } catch {
            #expect(error.code == .closed)
        }
        #expect(store.openWriters == 0 && store.images.isEmpty && store.illegalCalls.isEmpty)
    }

    @Test func reasonsAreTheWires() {
        let codes: [(IntakeError.Code, String)] = [
            (.image(.format), "IMAGE_FORMAT"), (.image(.tooLarge), "IMAGE_TOO_LARGE"), (.image(.empty), "IMAGE_EMPTY"),
            (.sizeMismatch, "SIZE_MISMATCH"), (.digestMismatch, "DIGEST_MISMATCH"),
            (.mediaTypeMismatch, "MEDIA_TYPE_MISMATCH"), (.store(.full), "STORAGE_FULL"),
        ]
        for (code, reason) in codes { #expect(IntakeError(code, "").reason == reason) }
    }
}

@Suite struct ImagesSubmissionContentTests {
    private let one: ContentDigest
    private let two: ContentDigest

    init() throws {
        one = try #require(ContentDigest(bytes: [UInt8](repeating: 1, count: 32)))
        two = try #require(ContentDigest(bytes: [UInt8](repeating: 2, count: 32)))
    }

    private func digest(_ pipeline: String, _ parameters: [String: String] = [:]) -> String {
        SubmissionContent.digest(pipeline: pipeline, source: .named(one), pose: .named(two), parameters: parameters).hex
    }

    /// Computed by another program: tasks on disk bear these digests.
    @Test func theDigestIsFixedForEver() {
        #expect(digest("pose_change") == "6d1206cabd36bff7200f9e60ed7ee591ad0b24b116eb7ebab670c67817d40370")
        #expect(
            digest("pose_change", ["steps": "20", "seed": "7", "é": ""])
                == "31ab25b2c190e42bcaee3502501120c6824d1c80bd23b301baf4ff14cc387b91")
    }

    @Test func onlyASCIICaseOfThePipelineNeverCounts() {
        #expect(digest("Pose_CHANGE") == digest("pose_change"))
        #expect(digest("É") != digest("é"))
        #expect(digest("a", ["Seed": "1"]) != digest("a", ["seed": "1"]))
        #expect(digest("a", ["seed": "A"]) != digest("a", ["seed": "a"]))
    }

    @Test func everyPartCounts() {
        let contents = [
            digest("a"), digest("b"), digest(""), digest("a", ["x": ""]), digest("a", ["": "x"]),
            digest("a", ["x": "y"]), digest("a", ["xy": ""]), digest("a", ["x": "", "y": ""]),
            digest("a", ["x": "1", "y": "2"]), digest("a", ["x": "2", "y": "1"]),
            SubmissionContent.digest(pipeline: "a", source: .named(two), pose: .named(one), parameters: [:]).hex,
            SubmissionContent.digest(pipeline: "a", source: .named(one), pose: .named(one), parameters: [:]).hex,
        ]
        #expect(Set(contents).count == contents.count)
    }
}
