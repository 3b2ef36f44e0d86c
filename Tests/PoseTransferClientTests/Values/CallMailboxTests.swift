import NIOCore
import Testing

@testable import PoseTransferClient

@Suite struct CallMailboxTests {
    private func event(_ sequence: UInt64, transient: Bool = false) -> CallElement {
        var event = StatusEvent(taskID: "t", sequence: sequence, state: .running)
        event.isTransient = transient
        return .event(event)
    }

    private func drain(_ mailbox: inout CallMailbox) -> [UInt64] {
        var sequences: [UInt64] = []
        while case .element(.event(let event), _) = mailbox.take() { sequences.append(event.sequence) }
        return sequences
    }

    @Test func aTransientEventGivesWayToANewerOne() {
        var mailbox = CallMailbox()
        for _ in 0..<10_000 { #expect(mailbox.received(event(1, transient: true)) == .none) }
        #expect(mailbox.received(event(2)) == .none)
        #expect(drain(&mailbox) == [2])
    }

    @Test func storedEventsWaitUpToTheLimitAndNotOneMore() {
        var mailbox = CallMailbox()
        let limit = UInt64(ClientLimits.waitingEventsMax)
        for sequence in 1...limit { #expect(mailbox.received(event(sequence)) == .none) }
        #expect(mailbox.received(event(limit + 1)) == .overflowed)
        #expect(mailbox.received(event(limit + 2)) == .none)
        #expect(drain(&mailbox) == Array(1...limit))
        guard case .ending(.overflowed) = mailbox.take() else {
            Issue.record("the reader is not told")
            return
        }
    }

    @Test func bytesStopTheReadingAtTheMarkAndLetItGoOnBelowTheOther() {
        var mailbox = CallMailbox()
        let chunk = CallElement.data(ByteBuffer(repeating: 1, count: ClientLimits.dataBytesMax))
        let full = ClientLimits.waitingResultBytesMax / ClientLimits.dataBytesMax
        for _ in 1..<full { #expect(mailbox.received(chunk) == .none) }
        #expect(mailbox.received(chunk) == .full)
        #expect(mailbox.received(chunk) == .none)
        var resumed = 0
        for _ in 0...full {
            guard case .element(_, let resumes) = mailbox.take() else { continue }
            resumed += resumes ? 1 : 0
        }
        #expect(resumed == 1)
    }

    @Test func noBytesStopNothing() {
        var mailbox = CallMailbox()
        #expect(mailbox.received(.data(ByteBuffer())) == .none)
    }

    @Test func whatCameBeforeTheEndIsStillRead() {
        var mailbox = CallMailbox()
        _ = mailbox.received(event(1))
        mailbox.ended(.ok)
        mailbox.ended(.overflowed)
        #expect(mailbox.received(event(2)) == .none)
        #expect(drain(&mailbox) == [1])
        #expect(mailbox.ending == .ok)
    }

    @Test func whoGivesUpGetsNothingMore() {
        var mailbox = CallMailbox()
        _ = mailbox.received(event(1))
        mailbox.gaveUp(.cancelled)
        guard case .ending(.gaveUp(.cancelled)) = mailbox.take() else {
            Issue.record("something waited")
            return
        }
    }
}
