import NIOCore
import Testing

@testable import PoseTransferClient

@Suite struct RetryTests {
    private let lost = CallEnding.lost(.connectionLost("x"), requestSent: true)

    @Test func boundsDoubleUpToTheCap() {
        let backoff = FullJitterBackoff(base: .milliseconds(100), cap: .seconds(5))
        let bounds = (0...8).map { backoff.bound(failures: $0) }
        #expect(
            bounds == [
                .zero, .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800),
                .milliseconds(1600), .milliseconds(3200), .seconds(5), .seconds(5),
            ])
        #expect(backoff.bound(failures: .max) == .seconds(5))
    }

    @Test func theWaitIsAnywhereBelowTheBound() {
        let backoff = FullJitterBackoff(base: .milliseconds(100), cap: .seconds(5))
        var random = SystemRandomNumberGenerator()
        let delays = (0..<200).map { _ in backoff.delay(failures: 3, random: &random) }
        #expect(delays.allSatisfy { $0 >= .zero && $0 <= .milliseconds(400) })
        #expect(Set(delays).count > 100)
        #expect(backoff.delay(failures: 0, random: &random) == .zero)
    }

    @Test func theFirstConnectIsTriedOnce() {
        var call = RepeatableCall(.changes)
        let error = PoseTransferError.cannotConnect("h", "refused")
        #expect(call.connectFailed(error, isFirst: true) == .fail(error))
        #expect(call.connectFailed(error, isFirst: false) == .again(wait: nil))
        #expect(call.deadlinePassed().code == .cannotConnect)
    }

    @Test func aLostChangeIsRepeatedAndThenItsOutcomeIsUnknown() {
        var call = RepeatableCall(.changes)
        #expect(call.callEnded(lost) == .again(wait: nil))
        #expect(call.deadlinePassed().code == .outcomeUnknown)
        guard case .fail(let error) = call.connectFailed(.closed, isFirst: false) else {
            Issue.record("it goes on")
            return
        }
        #expect(error.code == .outcomeUnknown)
        #expect(error.cause as? PoseTransferError == .closed)
    }

    @Test func whatWasNeverSentIsNotUnknown() {
        var call = RepeatableCall(.changes)
        _ = call.callEnded(.lost(.connectionLost("x"), requestSent: false))
        #expect(call.deadlinePassed().code == .connectionLost)
    }

    @Test func aReadIsNeverUnknown() {
        var call = RepeatableCall(.reads)
        _ = call.callEnded(lost)
        #expect(call.deadlinePassed().code == .connectionLost)
    }

    @Test func whatPassesIsTriedAgainAndWhatDoesNotIsTold() {
        var call = RepeatableCall(.changes)
        let draining = PoseTransferError(
            .refused, reason: "SERVER_DRAINING", message: "", statusCode: 14, retryAfter: .seconds(2))
        let streams = PoseTransferError(.refused, reason: "TOO_MANY_STREAMS", message: "", statusCode: 8)
        let queue = PoseTransferError(.refused, reason: "QUEUE_FULL", message: "", statusCode: 8)
        #expect(call.callEnded(.refused(draining)) == .again(wait: .seconds(2)))
        #expect(call.callEnded(.refused(streams)) == .again(wait: nil))
        #expect(call.callEnded(.refused(queue)) == .fail(queue))
    }

    @Test func troubleCountsFromItsBeginningAndEndsWithASignOfLife() {
        var configuration = ClientConfiguration()
        configuration.reconnectPatience = .seconds(60)
        configuration.backoffCap = .seconds(5)
        var trouble = Trouble(configuration)
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        #expect(trouble.failed(at: start) == (1, start + .seconds(60)))
        #expect(trouble.failed(at: start + .seconds(9)) == (2, start + .seconds(60)))
        trouble.isOver()
        #expect(trouble.failed(at: start + .seconds(20)) == (1, start + .seconds(80)))
        // A call that was quiet and lived long was healthy.
        trouble.callOpened(at: start + .seconds(30))
        #expect(trouble.failed(at: start + .seconds(35)) == (1, start + .seconds(95)))
        trouble.callOpened(at: start + .seconds(40))
        #expect(trouble.failed(at: start + .seconds(44)) == (2, start + .seconds(95)))
    }

    @Test func aSilentPeerIsAskedOnceAndThenGivenUp() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var keepalive = Keepalive(interval: .seconds(10))
        keepalive.welcomed(timeout: .seconds(20), at: start)
        #expect(keepalive.checked(at: start + .seconds(9)) == .nothing)
        #expect(keepalive.checked(at: start + .seconds(10)) == .sendPing)
        #expect(keepalive.checked(at: start + .seconds(29)) == .nothing)
        #expect(keepalive.checked(at: start + .seconds(30)) == .giveUp)
        keepalive.bytesReceived(at: start + .seconds(30))
        #expect(keepalive.checked(at: start + .seconds(39)) == .nothing)
    }

    @Test func timeInWhichThisSideDoesNotReadDoesNotCount() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var keepalive = Keepalive(interval: .seconds(10))
        keepalive.welcomed(timeout: .seconds(20), at: start)
        _ = keepalive.checked(at: start + .seconds(10))
        keepalive.readingPaused(true, at: start + .seconds(11))
        #expect(keepalive.checked(at: start + .seconds(500)) == .nothing)
        keepalive.readingPaused(false, at: start + .seconds(500))
        #expect(keepalive.checked(at: start + .seconds(509)) == .nothing)
        #expect(keepalive.checked(at: start + .seconds(510)) == .sendPing)
    }
}
