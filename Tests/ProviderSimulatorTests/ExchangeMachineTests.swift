import Testing

@testable import ProviderSimulator

@Suite("Exchanges of one connection")
struct ExchangeMachineTests {
    private func started(
        _ machine: inout ExchangeMachine, bodyBytesMax: Int = 10, announced: Int? = nil, expectsContinue: Bool = false,
        keepsAlive: Bool = true, closesBeforeReading: Bool = false
    ) -> ExchangeMachine.OnHead {
        machine.headReceived(
            bodyBytesMax: bodyBytesMax, announced: announced, expectsContinue: expectsContinue, keepsAlive: keepsAlive,
            closesBeforeReading: closesBeforeReading)
    }

    @Test("Requests follow each other on one connection")
    func keepAlive() {
        var machine = ExchangeMachine()
        for _ in 0..<3 {
            #expect(started(&machine, announced: 10) == .read)
            #expect(machine.bodyReceived(bytes: 10) == .keep)
            #expect(machine.endReceived() == .serve)
            #expect(machine.isAnswering)
            #expect(machine.replySent(closes: false) == .readNext)
        }
    }

    @Test("The connection closes where the peer or the reply wants it")
    func closing() {
        for (keepsAlive, closes) in [(false, false), (true, true)] {
            var machine = ExchangeMachine()
            #expect(started(&machine, keepsAlive: keepsAlive) == .read)
            #expect(machine.endReceived() == .serve)
            #expect(machine.replySent(closes: closes) == .closeNow)
            #expect(machine.state == .closed)
            #expect(started(&machine) == .closeNow)
        }
    }

    @Test("An announced body: at the limit read, one byte more refused before a byte was read")
    func announcedLength() {
        var machine = ExchangeMachine()
        #expect(started(&machine, announced: 10) == .read)
        machine = ExchangeMachine()
        #expect(started(&machine, bodyBytesMax: 0, announced: 0) == .read)
        machine = ExchangeMachine()
        #expect(started(&machine, announced: 11, expectsContinue: true) == .refuseBody)
        #expect(machine.bodyReceived(bytes: 11) == .drop)
        #expect(machine.endReceived() == .ignore)
        #expect(machine.replySent(closes: true) == .closeNow)
    }

    @Test("A body without a length is refused with the first byte beyond the limit")
    func chunkedLength() {
        var machine = ExchangeMachine()
        #expect(started(&machine) == .read)
        #expect(machine.bodyReceived(bytes: 4) == .keep)
        #expect(machine.bodyReceived(bytes: 6) == .keep)
        #expect(machine.bodyReceived(bytes: 1) == .refuseBody)
    }

    @Test("After a refusal the rest of the body is dropped up to a limit, then the connection closes")
    func discarding() {
        let limit = SimulatorLimits.discardedBytesMax
        var machine = ExchangeMachine()
        #expect(started(&machine, announced: 11) == .refuseBody)
        #expect(machine.replySent(closes: true) == .waitForClose)
        #expect(machine.bodyReceived(bytes: limit) == .drop)
        #expect(machine.bodyReceived(bytes: 0) == .drop)
        #expect(machine.bodyReceived(bytes: 1) == .closeNow)
        machine = ExchangeMachine()
        #expect(started(&machine, announced: 11) == .refuseBody)
        #expect(machine.replySent(closes: true) == .waitForClose)
        #expect(machine.endReceived() == .closeNow)
    }

    @Test("Leave to send is given only to a body that will be taken")
    func expectContinue() {
        var machine = ExchangeMachine()
        #expect(started(&machine, announced: 10, expectsContinue: true) == .continueAndRead)
        machine = ExchangeMachine()
        #expect(started(&machine, closesBeforeReading: true) == .closeNow)
    }

    @Test("Parts out of order close the connection")
    func disorder() {
        var machine = ExchangeMachine()
        #expect(machine.bodyReceived(bytes: 1) == .closeNow)
        machine = ExchangeMachine()
        #expect(machine.endReceived() == .closeNow)
        machine = ExchangeMachine()
        #expect(machine.replySent(closes: false) == .closeNow)
        machine = ExchangeMachine()
        #expect(started(&machine) == .read)
        #expect(started(&machine) == .closeNow)
    }
}
