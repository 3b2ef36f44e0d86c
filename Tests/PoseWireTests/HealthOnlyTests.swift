import PoseWire
import Testing

@Suite struct HealthOnlyTests {
    /// Numbers that this build knows and numbers that it does not: a caller without a token learns nothing of either.
    @Test(arguments: [UInt16(0), 1, 5, 9, 64]) func withoutATokenEveryOtherMethodAsksForOne(method: UInt16) throws {
        var machine = ConnectionStateMachine(callsMax: 1, streamsMax: 1)
        #expect(try machine.frameReceived(FrameHeader(.hello), at: 0) == .judgeHello)
        machine.helloAccepted(healthOnly: true)
        let decision = try machine.frameReceived(FrameHeader(.request, method: method, call: 1), at: 0)
        guard case .refuse(let error) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(error.reason == .tokenInvalid)
    }
}
