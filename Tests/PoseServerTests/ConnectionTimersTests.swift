import Testing

@testable import PoseServer

/// Who waited too long, as a value: no clock runs.
@Suite struct ConnectionTimersTests {
    private static func timers(age: UInt32 = 0, random: UInt64 = 0) -> ConnectionTimers {
        var limits = WelcomeLimits()
        limits.maxConnectionAgeMilliseconds = age
        return ConnectionTimers(limits: limits, random: random, at: 1_000)
    }

    private static func welcomed(age: UInt32 = 0, random: UInt64 = 0) -> ConnectionTimers {
        var timers = timers(age: age, random: random)
        timers.welcomed()
        timers.requestTaken(at: 1_000)
        return timers
    }

    @Test func aHelloIsDueFiveSecondsAfterOpening() {
        var timers = Self.timers()
        #expect(timers.next(at: 1_000) == 6_000)
        #expect(timers.due(at: 5_999) == nil)
        #expect(timers.due(at: 6_000) == .handshake)
        timers.welcomed()
        #expect(timers.due(at: 6_000) == nil)
    }

    @Test func aFrameIsDueFromItsFirstByteNotFromItsLatest() {
        var timers = Self.welcomed()
        timers.framesTaken(isInsideFrame: true, at: 2_000)
        timers.bytesRead(at: 20_000)
        timers.framesTaken(isInsideFrame: true, at: 20_000)
        #expect(timers.due(at: 31_999) == nil)
        #expect(timers.due(at: 32_000) == .frame)
        timers.frameEnded()
        timers.framesTaken(isInsideFrame: true, at: 31_000)
        #expect(timers.due(at: 32_000) == nil)
        timers.framesTaken(isInsideFrame: false, at: 40_000)
        #expect(timers.due(at: 100_000) == nil)
    }

    @Test func timeInWhichTheServerDoesNotReadCountsForNoFrame() {
        var timers = Self.welcomed()
        timers.framesTaken(isInsideFrame: true, at: 2_000)
        timers.readingPaused(at: 10_000)
        timers.readingPaused(at: 11_000)
        #expect(timers.due(at: 200_000) == nil)
        timers.readingResumed(at: 110_000)
        #expect(timers.next(at: 110_000) == 132_000)
        #expect(timers.due(at: 131_999) == nil)
        #expect(timers.due(at: 132_000) == .frame)
    }

    @Test func aPeerThatTakesNoByteIsGone() {
        var timers = Self.welcomed()
        timers.callsChanged(hasOpenCalls: true, at: 1_000)
        timers.sent(0, waiting: 10, at: 5_000)
        timers.sent(4, waiting: 6, at: 20_000)
        timers.sent(4, waiting: 90, at: 40_000)
        #expect(timers.due(at: 49_999) == nil)
        #expect(timers.due(at: 50_000) == .write)
        timers.sent(94, waiting: 0, at: 49_000)
        #expect(timers.due(at: 50_000) == nil)
    }

    @Test func aConnectionIsIdleFromItsLastRequestOrTheEndOfItsLastCall() {
        var timers = Self.welcomed()
        timers.requestTaken(at: 10_000)
        timers.callsChanged(hasOpenCalls: true, at: 10_000)
        timers.bytesRead(at: 300_000)
        #expect(timers.due(at: 310_000) == nil)
        timers.callsChanged(hasOpenCalls: false, at: 50_000)
        timers.bytesRead(at: 340_000)
        #expect(timers.due(at: 349_999) == nil)
        #expect(timers.due(at: 350_000) == .idle)
    }

    @Test func aSilentPeerWithOpenCallsIsAskedOnceAndThenGone() {
        var timers = Self.welcomed()
        timers.callsChanged(hasOpenCalls: true, at: 1_000)
        #expect(timers.due(at: 61_000) == .ping)
        timers.pinged(at: 61_000)
        #expect(timers.due(at: 80_999) == nil)
        #expect(timers.due(at: 81_000) == .keepalive)
        timers.bytesRead(at: 70_000)
        #expect(timers.due(at: 81_000) == nil)
        #expect(timers.next(at: 81_000) == 130_000)
    }

    @Test(arguments: [(UInt64(0), Int64(4_500)), (500, 5_000), (1_000, 5_500), (1_001, 4_500)])
    func anOldConnectionIsToldSoWithATenthOfJitter(random: UInt64, age: Int64) {
        let timers = Self.welcomed(age: 5_000, random: random)
        #expect(timers.due(at: 1_000 + age - 1) == nil)
        #expect(timers.due(at: 1_000 + age) == .age)
    }

    @Test(arguments: [UInt32(1), 9, .max]) func anyAgeTakesAnyRandomNumber(age: UInt32) {
        for random in [0, 1, UInt64.max] {
            let at = Self.welcomed(age: age, random: random).next(at: 1_000) ?? 0
            #expect(at > 1_000 && at <= 1_000 + min(Int64(age) + Int64(age / 10), 300_000))
        }
    }

    @Test func withoutAnAgeAConnectionNeverGrowsOld() {
        var timers = Self.welcomed(age: 0, random: .max)
        timers.callsChanged(hasOpenCalls: true, at: 1_000)
        timers.pinged(at: 1_000)
        timers.readingPaused(at: 1_000)
        #expect(timers.next(at: 2_000) == nil)
    }

    @Test func afterGoAwayOnlyTheDrainAndThePeerCount() {
        var timers = Self.welcomed(age: 5_000, random: 500)
        timers.goneAway(at: 6_000)
        #expect(timers.due(at: 25_999) == nil)
        #expect(timers.due(at: 26_000) == .drain)
    }
}
