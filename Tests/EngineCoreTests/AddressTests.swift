import BackendAPI
import Testing

@testable import EngineCore

/// Images at an address of the caller's: fetched in UPLOADING, judged there.
@Suite struct AddressTests {
    private static let url = "https://pictures.example/person.png"

    private static func submission(source: String = url, pose: Submission.Image? = nil) -> Submission {
        Submission(
            caller: "ann", pipeline: "pose_change", source: .url(source),
            pose: pose ?? .stored(EngineScript.image(2)))
    }

    private static func fetched(_ script: EngineScript) -> [String] {
        script.calls("fetch").compactMap { if case .fetch(let url) = $0.kind { url } else { nil } }
    }

    @Test func theAddressIsReadThenUploadedThenSubmitted() throws {
        var script = EngineScript()
        let accepted = script.submit(Self.submission())
        try #require(accepted != nil)
        #expect(Self.fetched(script) == [Self.url])
        let fetch = script.call("fetch")
        script.upload()
        #expect(script.call("submit") == nil, "the other image alone is not enough")
        script.reply(fetch, .fetched(EngineScript.image(5)))
        #expect(script.calls("prepare").count == 1)
        script.upload()
        #expect(script.call("submit") != nil)
        #expect(script.lastRecord?.source == .stored(EngineScript.image(5)))
    }

    @Test func oneAddressForBothImagesIsReadOnce() throws {
        var script = EngineScript()
        let accepted = script.submit(Self.submission(pose: .url(Self.url)))
        try #require(accepted != nil)
        #expect(Self.fetched(script) == [Self.url])
        script.reply(script.call("fetch"), .fetched(EngineScript.image(5)))
        #expect(script.calls("prepare").count == 1)
    }

    @Test func silenceIsTriedAgainAndThenFailsTheTask() throws {
        var script = EngineScript()
        let accepted = script.submit(Self.submission())
        try #require(accepted != nil)
        let silence = CallReply.fetchFailed(BackendError(.transient, code: "time-out", message: "no answer"))
        for _ in 1..<EngineLimits.fetchTriesMax {
            script.reply(script.passUntilCall("fetch"), silence)
            #expect(script.lastRecord?.failure == nil)
        }
        script.reply(script.passUntilCall("fetch"), silence)
        #expect(script.lastRecord?.failure?.reason == .imageFetchFailed)
        #expect(script.lastRecord?.charged == .no)
    }

    @Test(arguments: [
        ("IMAGE_FORMAT", FailureReason.imageFormat), ("IMAGE_TOO_LARGE", .imageTooLarge), ("IMAGE_EMPTY", .imageEmpty),
        ("HTTP 404", .imageFetchFailed),
    ])
    func whatIsWrongWithTheBytesIsTheTasksReason(_ code: String, _ reason: FailureReason) throws {
        var script = EngineScript()
        let accepted = script.submit(Self.submission())
        try #require(accepted != nil)
        script.reply(
            script.call("fetch"), .fetchFailed(BackendError(.refusedBySink, code: code, message: "it is not good")))
        #expect(script.lastRecord?.failure?.reason == reason)
        #expect(script.lastRecord?.failure?.message.contains("source image") == true)
    }

    @Test func aCancelWhileFetchingEndsTheTaskAndTheLateAnswerSaysNothing() throws {
        var script = EngineScript()
        let accepted = script.submit(Self.submission())
        let view = try #require(accepted)
        let fetch = script.call("fetch")
        _ = script.ask(.cancel(caller: "ann", task: view.record.id, reason: ""))
        #expect(script.lastRecord?.state == .cancelled)
        script.reply(fetch, .fetched(EngineScript.image(5)))
        #expect(script.effects.isEmpty)
    }

    @Test func addressesCountByTheirTextForAKey() throws {
        var script = EngineScript()
        var first = Self.submission()
        first.idempotencyKey = "k"
        let accepted = script.submit(first)
        try #require(accepted != nil)
        guard case .submitted(_, let deduplicated)? = script.ask(.submit(first)) else {
            Issue.record("another answer was expected")
            return
        }
        #expect(deduplicated)
        var other = Self.submission(source: Self.url + "?v=2")
        other.idempotencyKey = "k"
        #expect(script.ask(.submit(other)) == .refused(.idempotencyKeyReused))
    }

    /// Rules change; an accepted task stays.
    @Test func whatIsNotAllowedAnyMoreStillAnswersWithItsTask() throws {
        var script = EngineScript()
        var first = Self.submission()
        first.idempotencyKey = "k"
        let accepted = script.submit(first)
        try #require(accepted != nil)
        first.obstacle = .urlNotAllowed(.source, message: "not this host")
        guard case .submitted(let view, true)? = script.ask(.submit(first)) else {
            Issue.record("another answer was expected")
            return
        }
        #expect(view.record.id == accepted?.record.id)
        first.idempotencyKey = "another"
        #expect(script.ask(.submit(first)) == .refused(.urlNotAllowed(.source, message: "not this host")))
    }
}
