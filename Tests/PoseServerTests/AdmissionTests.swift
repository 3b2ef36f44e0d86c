import Synchronization
import Testing

@testable import PoseServer

@Suite struct AdmissionTests {
    @Test func connectionsAreTakenUpToTheLimit() {
        let admission = Admission(connectionsMax: 2, requestBytesMax: 1)
        #expect(admission.takeConnection())
        #expect(admission.takeConnection())
        #expect(!admission.takeConnection())
        admission.connectionClosed()
        #expect(admission.takeConnection())
    }

    @Test func aLimitOfNoneTakesNoConnection() {
        #expect(!Admission(connectionsMax: 0, requestBytesMax: 1).takeConnection())
    }

    @Test func bytesAreTakenUpToTheLimitAndWhoWaitsIsWokenOnce() {
        let admission = Admission(connectionsMax: 1, requestBytesMax: 10)
        let woken = Mutex(0)
        #expect(admission.reserve(6) {})
        #expect(admission.reserve(4) {})
        #expect(!admission.reserve(1) { woken.withLock { $0 += 1 } })
        #expect(woken.withLock { $0 } == 0)
        admission.release(4)
        admission.release(1)
        #expect(woken.withLock { $0 } == 1)
        #expect(admission.reserve(5) {})
        #expect(admission.requestBytes == 10)
    }

    @Test func aFrameAboveTheWholeBudgetIsTakenAlone() {
        let admission = Admission(connectionsMax: 1, requestBytesMax: 10)
        #expect(admission.reserve(11) {})
        #expect(!admission.reserve(1) {})
        admission.release(11)
        #expect(admission.reserve(1) {})
        #expect(!admission.reserve(10) {})
    }
}
