import Crypto
import EngineCore
import NIOCore
import PoseServer
import PoseWire
import Testing

/// A submit's images by address and by path, and the pipelines that a caller may use.
@Suite(.timeLimit(.minutes(1))) struct SubmitSourcesTests {
    private static let digest = [UInt8](repeating: 7, count: 32)
    private static let url = "https://example.org/a.png"

    private static func request(source: ImageContent, pose: ImageContent) -> SubmitPoseTransferRequest {
        var request = SubmitPoseTransferRequest()
        request.sourceImage = source
        request.poseImage = pose
        return request
    }

    private static func stored(_ bytes: [UInt8]) -> StoredImage {
        StoredImage(
            digest: ContentDigest(SHA256.hash(data: bytes)), sizeBytes: Int64(bytes.count), mediaType: "image/png",
            width: 1, height: 1)
    }

    /// The one submission that the engine was asked for.
    private static func submission(_ engine: ScriptedEngine) -> Submission? {
        guard engine.requests.count == 1, case .submit(let submission) = engine.requests[0] else { return nil }
        return submission
    }

    private static func run(
        _ configure: (inout PoseServerConfiguration) -> Void = { $0.localInputRoots = ["/in"] },
        _ body: (ServerUnderTest) async throws -> Void
    ) async throws {
        try await ServerUnderTest.run(configure) { under in
            let engine = under.engine
            engine.script { _ in .submitted(engine.add(1, caller: "local"), deduplicated: false) }
            try await body(under)
        }
    }

    @Test func anAddressGoesToTheEngineAsItIsWritten() async throws {
        try await Self.run { under in
            let client = try await under.welcomed()
            let request = Self.request(source: .url(Self.url), pose: .url(Self.url + "?x=1"))
            let frame = try await client.ask(.submitPoseTransfer, 1, request)
            #expect(frame?.kind == FrameKind.response.rawValue)
            #expect(Self.submission(under.engine)?.source == .url(Self.url))
            #expect(Self.submission(under.engine)?.pose == .url(Self.url + "?x=1"))
        }
    }

    @Test func aFileBelowTheRootsIsReadIntoTheStore() async throws {
        try await Self.run { under in
            under.ports.inputFiles.put("/in/a.png", TestImages.png)
            let client = try await under.welcomed()
            let request = Self.request(source: .path("/in/a.png"), pose: .url(Self.url))
            let frame = try await client.ask(.submitPoseTransfer, 1, request)
            #expect(frame?.kind == FrameKind.response.rawValue)
            #expect(Self.submission(under.engine)?.source == .stored(Self.stored(TestImages.png)))
            #expect(under.images.digests == [Self.stored(TestImages.png).digest])
            #expect(under.ports.inputFiles.rootsAsked == [["/in"]])
        }
    }

    @Test func aPathAndTheSameBytesInlineAreOneImage() async throws {
        try await Self.run { under in
            under.ports.inputFiles.put("/in/a.png", TestImages.png)
            let client = try await under.welcomed()
            let request = Self.request(
                source: .path("/in/a.png"), pose: .data(ByteBuffer(bytes: TestImages.png)))
            _ = try await client.ask(.submitPoseTransfer, 1, request)
            let submission = try #require(Self.submission(under.engine))
            #expect(submission.source == submission.pose)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let content: ImageContent
        let code: StatusCode
        let reason: String
        let field: String
        var testDescription: String { "\(reason) \(field) \(content)" }

        init(_ content: ImageContent, _ code: StatusCode, _ reason: String, _ field: String) {
            self.content = content
            self.code = code
            self.reason = reason
            self.field = field
        }
    }

    static let refusals: [Case] = [
        Case(.url(""), .invalidArgument, "FIELD_INVALID", "url"),
        Case(.url(.init(repeating: "u", count: 8_193)), .invalidArgument, "FIELD_INVALID", "url"),
        Case(.url("https://a\0b"), .invalidArgument, "TEXT_INVALID", "url"),
        Case(.url("http://example.org/a.png"), .permissionDenied, "URL_NOT_ALLOWED", "url"),
        Case(.url("https://elsewhere.example/"), .permissionDenied, "URL_NOT_ALLOWED", "url"),
        Case(.path(""), .permissionDenied, "PATH_NOT_ALLOWED", "path"),
        Case(.path("/out/a.png"), .permissionDenied, "PATH_NOT_ALLOWED", "path"),
        Case(.path("/in/missing.png"), .permissionDenied, "PATH_NOT_ALLOWED", "path"),
        Case(.path("/in/unreadable"), .permissionDenied, "PATH_NOT_ALLOWED", "path"),
        Case(.path(.init(repeating: "p", count: 4_097)), .invalidArgument, "FIELD_INVALID", "path"),
        Case(.path("/in/empty.png"), .invalidArgument, "IMAGE_EMPTY", "path"),
        Case(.path("/in/broken.png"), .invalidArgument, "IMAGE_FORMAT", "path"),
        Case(.path("/in/large.png"), .invalidArgument, "IMAGE_TOO_LARGE", "path"),
    ]

    @Test(arguments: refusals) func whatMayNotBeNamedIsToldByField(what: Case) async throws {
        try await Self.run {
            $0.localInputRoots = ["/in"]
            $0.limits.maxImageBytes = 1_000
        } _: { under in
            under.ports.inputFiles.put("/in/empty.png", [])
            under.ports.inputFiles.put("/in/unreadable", TestImages.png)
            under.ports.inputFiles.put("/in/broken.png", Array(TestImages.png.dropLast()))
            under.ports.inputFiles.put("/in/large.png", .init(repeating: 0x89, count: 1_001))
            let client = try await under.welcomed()
            let other = ImageContent.sha256(Self.digest)
            let source = Self.request(source: what.content, pose: other)
            #expect(
                try await client.ending(.submitPoseTransfer, 1, source)
                    == Ending(1, what.code, what.reason, "source_image.\(what.field)"))
            let pose = Self.request(source: other, pose: what.content)
            #expect(
                try await client.ending(.submitPoseTransfer, 2, pose)
                    == Ending(2, what.code, what.reason, "pose_image.\(what.field)"))
            #expect(under.engine.requests.isEmpty)
            #expect(under.images.digests.isEmpty)
        }
    }

    @Test func withoutRootsNoFileIsLookedFor() async throws {
        try await Self.run {
            $0.localInputRoots = []
        } _: { under in
            under.ports.inputFiles.put("/in/a.png", TestImages.png)
            let client = try await under.welcomed()
            let request = Self.request(source: .path("/in/a.png"), pose: .sha256(Self.digest))
            #expect(
                try await client.ending(.submitPoseTransfer, 1, request)
                    == Ending(1, .permissionDenied, "PATH_NOT_ALLOWED", "source_image.path"))
            #expect(under.ports.inputFiles.rootsAsked.isEmpty)
        }
    }

    @Test func eachCallerHasRootsOfHisOwn() async throws {
        try await Self.run {
            $0.hasCallers("alice", "bob")
            $0.localInputRoots = ["/in"]
            $0.callers[0].inputRoots = ["/in", "/more"]
        } _: { under in
            under.ports.inputFiles.put("/in/a.png", TestImages.png)
            let request = Self.request(source: .path("/in/a.png"), pose: .sha256(Self.digest))
            let bob = try await under.welcomed(token: "bob")
            #expect(try await bob.ending(.submitPoseTransfer, 1, request).reason == "PATH_NOT_ALLOWED")
            let alice = try await under.welcomed(token: "alice")
            let frame = try await alice.ask(.submitPoseTransfer, 1, request)
            #expect(frame?.kind == FrameKind.response.rawValue)
            #expect(under.ports.inputFiles.rootsAsked == [["/in", "/more"]])
        }
    }

    @Test(arguments: ["other", "OTHER", ""]) func aPipelineThatACallerMayNotUseDoesNotExistForHim(name: String)
        async throws
    {
        try await Self.run {
            $0.hasCallers("alice")
            $0.callers[0].pipelines = ["mine"]
        } _: { under in
            let alice = try await under.welcomed(token: "alice")
            var request = Self.request(source: .sha256(Self.digest), pose: .sha256(Self.digest))
            request.pipeline = name
            let frame = try #require(try await alice.ask(.submitPoseTransfer, 1, request))
            #expect(Ending(frame) == Ending(1, .notFound, "PIPELINE_UNKNOWN", "pipeline"))
            #expect(under.engine.requests.isEmpty)
            // The same bytes as for one that nobody has.
            under.engine.script { request in
                guard case .submit(let submission) = request else { return nil }
                return .refused(.pipelineUnknown(submission.pipeline))
            }
            request.pipeline = "Mine"
            let unknown = try #require(try await alice.ask(.submitPoseTransfer, 2, request))
            let text = frame.status.message.replacing(name.isEmpty ? "pose_change" : name.lowercased(), with: "mine")
            #expect(unknown.status.message == text)
        }
    }
}
