import Testing

@testable import PoseServer

@Suite struct UnsentTests {
    @Test func dataThatWaitsIsNotCountedAsReply() {
        var unsent = Unsent()
        unsent.handedOver(bytes: 100, isData: false)
        unsent.handedOver(bytes: 1_000, isData: true)
        unsent.handedOver(bytes: 10, isData: false)
        #expect(unsent.replyBytes(waiting: 1_110) == 110)
        #expect(unsent.replyBytes(waiting: 1_010) == 10)
        #expect(unsent.replyBytes(waiting: 500) == 10)
        #expect(unsent.replyBytes(waiting: 5) == 5)
        #expect(unsent.replyBytes(waiting: 0) == 0)
    }

    @Test func whatWasNeverHandedOverCountsAsReply() {
        var unsent = Unsent()
        #expect(unsent.replyBytes(waiting: 7) == 7)
    }
}
