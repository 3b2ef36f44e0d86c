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
        func decision(_ ending: CallEnding, _ scope: StatusResumption.Scope = .task("t")) -> StatusResumption.OnEnd {
            var stream = StatusResumption(scope: scope)
            return stream.callEnded(ending)
        }
        let draining = PoseTransferError(
            .refused, reason: "SERVER_DRAINING", message: "", statusCode: 14, retryAfter: .seconds(1))
        let unknown = PoseTransferError(.refused, reason: "TASK_UNKNOWN", message: "", statusCode: 5)
        #expect(decision(.ok) == .finish)
        #expect(decision(.refused(draining)) == .reopen(wait: .seconds(1)))
        #expect(decision(.refused(unknown)) == .fail(unknown))
        #expect(decision(.lost(.connectionLost(""), requestSent: true)) == .reopen(wait: nil))
        #expect(decision(.overflowed) == .reopen(wait: nil))
        #expect(decision(.gaveUp(.cancelled)) == .fail(.cancelled))
        #expect(decision(.ok, .allMine) == .reopen(wait: nil))
    }

    @Test func aStreamThatGoesOnForgivesEarlierFaults() {
        var resumption = StatusResumption(scope: .allMine)
        let fault = CallEnding.lost(.protocolViolation("nonsense"), requestSent: true)
        for number in 1...10 as ClosedRange<UInt64> {
            let onFault = resumption.callEnded(fault)
            #expect(onFault == .reopen(wait: nil))
            var event = StatusEvent(taskID: "t", sequence: number, state: .running)
            event.cursor = number
            let onEvent = resumption.eventReceived(event)
            #expect(onEvent == .deliver)
        }
    }
}
