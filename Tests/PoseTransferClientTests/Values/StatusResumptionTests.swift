import Testing

@testable import PoseTransferClient

@Suite struct StatusResumptionTests {
    private func event(
        _ sequence: UInt64, _ state: TaskState = .running, dropped: UInt64 = 0, transient: Bool = false
    ) -> StatusEvent {
        var event = StatusEvent(taskID: "t", sequence: sequence, cursor: 10 &+ sequence, state: state)
        event.dropped = dropped
        event.isTransient = transient
        return event
    }

    @Test func storedEventsComeInOrderAndTheTerminalOneIsTheLast() {
        var stream = StatusResumption(scope: .task("t"))
        #expect(stream.eventReceived(event(1, .queued)) == .deliver)
        #expect(stream.eventReceived(event(1, transient: true)) == .deliver)
        #expect(stream.eventReceived(event(2)) == .deliver)
        #expect(stream.eventReceived(event(3, .succeeded)) == .deliverLast)
        #expect(stream.lastSequence == 3)
        #expect(stream.lastCursor == 13)
    }

    @Test func aTransientEventOfAnotherMomentIsSkipped() {
        var stream = StatusResumption(scope: .task("t"), afterSequence: 4)
        #expect(stream.eventReceived(event(3, transient: true)) == .skip)
        #expect(stream.eventReceived(event(5, transient: true)) == .skip)
    }

    @Test func whatTheServerLeftOutIsTakenWhereItSaysSo() {
        var stream = StatusResumption(scope: .task("t"))
        #expect(stream.eventReceived(event(1)) == .deliver)
        #expect(stream.eventReceived(event(5, dropped: 3)) == .deliver)
        #expect(stream.eventReceived(event(7)) == .reopen)
        stream.callOpened()
        // Behind a new call nothing is left out.
        #expect(stream.eventReceived(event(7, dropped: 1)) == .reopen)
    }

    @Test func aServerThatLeavesOutEventsForEverIsNotBelieved() {
        var stream = StatusResumption(scope: .task("t"))
        for _ in 1..<ClientLimits.gapsInARowMax { #expect(stream.eventReceived(event(2)) == .reopen) }
        guard case .fail(let error) = stream.eventReceived(event(2)) else {
            Issue.record("the gap was taken")
            return
        }
        #expect(error.code == .protocolViolation)
    }

    @Test func anUnknownStateEndsNothing() {
        var stream = StatusResumption(scope: .task("t"))
        #expect(stream.eventReceived(event(1, .other(99))) == .deliver)
    }

    @Test func theLargestSequenceBreaksNothing() {
        var stream = StatusResumption(scope: .task("t"), afterSequence: .max - 1)
        #expect(stream.eventReceived(event(.max)) == .deliver)
        #expect(stream.eventReceived(event(.max)) == .skip)
    }

    @Test func anEventOfAnotherTaskIsAProtocolError() {
        var stream = StatusResumption(scope: .task("other"))
        guard case .fail = stream.eventReceived(event(1)) else {
            Issue.record("it was taken")
            return
        }
    }

    @Test func endingsAreToldApart() {
        let stream = StatusResumption(scope: .task("t"))
        let draining = PoseTransferError(
            .refused, reason: "SERVER_DRAINING", message: "", statusCode: 14, retryAfter: .seconds(1))
        let unknown = PoseTransferError(.refused, reason: "TASK_UNKNOWN", message: "", statusCode: 5)
        #expect(stream.callEnded(.ok) == .finish)
        #expect(stream.callEnded(.refused(draining)) == .reopen(wait: .seconds(1)))
        #expect(stream.callEnded(.refused(unknown)) == .fail(unknown))
        #expect(stream.callEnded(.lost(.connectionLost(""), requestSent: true)) == .reopen(wait: nil))
        #expect(stream.callEnded(.overflowed) == .reopen(wait: nil))
        #expect(stream.callEnded(.gaveUp(.cancelled)) == .fail(.cancelled))
        #expect(StatusResumption(scope: .allMine).callEnded(.ok) == .reopen(wait: nil))
    }
}
