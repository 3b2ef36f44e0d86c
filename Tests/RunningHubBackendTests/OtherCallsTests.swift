import BackendAPI
import BackendConformance
import HTTPTransport
import RunningHubBackend
import Testing

private func thrown(_ body: () async throws -> Void) async -> BackendError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? BackendError
    }
}

@Suite("Upload")
struct UploadTests {
    private let image = ImageFile(path: "/data/blob", sha256: "ab", sizeBytes: 9, mediaType: "image/jpeg")

    @Test("one multipart call; the name that comes back is the handle, verbatim")
    func upload() async throws {
        let provider = FakeProvider(.code(0, "success", data: #"{"fileName":"api/c0ffee.jpg","fileType":"input"}"#))
        let prepared = try await backend(provider).prepare(image)
        #expect(
            prepared == PreparedImage(handle: "api/c0ffee.jpg", lifetimeSeconds: RunningHubLimits.uploadLifetimeSeconds)
        )
        #expect(
            provider.bodies == [
                #""apiKey":"\#(FakeProvider.key)","fileType":"input","file":/data/blob|ab.jpg|image/jpeg"#
            ])
    }

    @Test(
        "failures carry their class",
        arguments: [
            (.code(808), .transient), (.code(809), .permanent), (.code(802), .auth), (.json("<html>"), .transient),
            (.code(0), .transient), (.code(0, data: #"{"fileName":""}"#), .transient), (.http(500), .transient),
            (.code(0, data: #"{"fileName":"a\nb"}"#), .transient),
            (.json(#"{"code":401,"message":"bad key","data":null}"#), .auth),
            (.failed(.fileUnreadable, .nothingSent), .permanent), (.failed(.timeout, .maybeSent), .transient),
        ] as [(FakeProvider.Answer, BackendError.Class)])
    func failures(answer: FakeProvider.Answer, errorClass: BackendError.Class) async throws {
        let backend = try backend(FakeProvider(answer))
        #expect(await thrown { _ = try await backend.prepare(image) }?.errorClass == errorClass)
    }

    @Test("an image of 30 MiB is sent, one byte more is not")
    func sizes() async throws {
        for (size, isSent) in [
            (0, true), (RunningHubLimits.uploadBytesMax, true), (RunningHubLimits.uploadBytesMax + 1, false),
        ] {
            let provider = FakeProvider(.code(0, data: #"{"fileName":"api/a.jpg"}"#))
            let backend = try backend(provider)
            var sized = image
            sized.sizeBytes = size
            let error = await thrown { [sized] in _ = try await backend.prepare(sized) }
            #expect((error == nil) == isSent)
            #expect(provider.paths.isEmpty == !isSent)
        }
    }

    @Test("a handle of 512 bytes is taken, one more is not")
    func handles() async throws {
        for (size, isTaken) in [(RunningHubLimits.handleBytesMax, true), (RunningHubLimits.handleBytesMax + 1, false)] {
            let name = String(repeating: "a", count: size)
            let backend = try backend(FakeProvider(.code(0, data: #"{"fileName":"\#(name)"}"#)))
            #expect((await thrown { _ = try await backend.prepare(image) } == nil) == isTaken)
        }
    }
}

@Suite("Cancel, download, probe")
struct OtherCallsTests {
    @Test(
        "what came of a cancel",
        arguments: [
            (.code(0, "success"), .accepted), (.code(807), .unknownThere), (.code(423), .unknownThere),
            (.code(1004), .unknownThere), (.code(805), .alreadyEnded),
        ] as [(FakeProvider.Answer, CancelOutcome)])
    func cancel(answer: FakeProvider.Answer, expected: CancelOutcome) async throws {
        let provider = FakeProvider(answer)
        #expect(try await backend(provider).cancel(run) == expected)
        #expect(provider.paths == ["/task/openapi/cancel"])
        #expect(provider.bodies == [#"{"apiKey":"\#(FakeProvider.key)","taskId":"1900000000000000001"}"#])
    }

    @Test(
        "a cancel without a clear answer says so",
        arguments: [.code(500), .http(502), .json(""), .failed(.timeout, .maybeSent)]
            as [FakeProvider.Answer])
    func cancelWithoutAnswer(answer: FakeProvider.Answer) async throws {
        guard case .noAnswer = try await backend(FakeProvider(answer)).cancel(run) else {
            Issue.record("an outcome without an answer")
            return
        }
    }

    private let output = RunOutput(name: "image", url: "https://cdn.example/a.png?sig=canary", node: "10")

    @Test("a download is a plain GET, without our key, to the result's hosts")
    func download() async throws {
        let provider = FakeProvider(.http(200, "picture"))
        let sink = KeepingSink()
        try await backend(provider).download(output, to: sink)
        #expect(sink.bytes == Array("picture".utf8))
        let request = try #require(provider.requests.first)
        #expect(request.method == .get)
        #expect(request.egress.allowedHosts == ["cdn.example"])
    }

    @Test(
        "a download's failures carry their class, and never the address",
        arguments: [
            (.http(403), .expired), (.http(404), .expired), (.http(401), .expired), (.http(410), .expired),
            (.http(302), .permanent), (.http(500), .transient),
            (.http(503), .backpressure(retryAfterMilliseconds: nil)),
            (.failed(.placeRefused, .nothingSent), .configuration),
            (.failed(.addressRefused, .nothingSent), .permanent),
            (.failed(.bodyTooLarge, .maybeSent), .permanent), (.failed(.closed, .maybeSent), .transient),
            (.failed(.sinkRefused, .maybeSent), .refusedBySink),
        ] as [(FakeProvider.Answer, BackendError.Class)])
    func downloadFailures(answer: FakeProvider.Answer, errorClass: BackendError.Class) async throws {
        let backend = try backend(FakeProvider(answer))
        let error = await thrown { try await backend.download(output, to: KeepingSink()) }
        #expect(error?.errorClass == errorClass)
        #expect(error?.message.contains("canary") == false)
    }

    @Test("what the sink refuses is told as such")
    func refusingSink() async throws {
        let backend = try backend(FakeProvider(.http(200, "picture")))
        let error = await thrown { try await backend.download(output, to: KeepingSink(bytesMax: 6)) }
        #expect(error?.errorClass == .refusedBySink)
    }

    @Test("the capabilities are constant; billing none costs nothing")
    func capabilities() throws {
        #expect(try backend(FakeProvider()).capabilities.mayCostMoney)
        #expect(try !backend(FakeProvider(), mayCostMoney: false).capabilities.mayCostMoney)
        #expect(try backend(FakeProvider()).capabilities.cancels)
    }
}
