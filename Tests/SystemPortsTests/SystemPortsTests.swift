import EngineCore
import Glibc
import Synchronization
import SystemPorts
import Testing

@Suite struct SystemPortsTests {
    @Test func theMonotonicClockNeverGoesBackAndTheOtherCountsFrom1970() {
        let clock = SystemClock()
        let first = clock.now()
        let second = clock.now()
        #expect(second.monotonic >= first.monotonic)
        #expect(abs(first.unix / 1_000 - Int64(time(nil))) <= 2)
    }

    @Test func aRingBeforeTheWaitIsKeptAndManyCountAsOne() {
        let bell = ThreadDoorbell()
        bell.ring()
        bell.ring()
        bell.wait(milliseconds: nil)
        // Both rings are used up: this returns by its time alone, and not before.
        let start = SystemClock().now().monotonic
        bell.wait(milliseconds: 20)
        #expect(SystemClock().now().monotonic - start >= 19)
    }

    @Test(arguments: [Int64.min, -1, 0, 1]) func aShortWaitEnds(_ milliseconds: Int64) {
        ThreadDoorbell().wait(milliseconds: milliseconds)
    }

    @Test(arguments: [nil, Int64.max]) func aRingWakesAWaitingThread(_ milliseconds: Int64?) throws {
        let bell = ThreadDoorbell()
        let answer = ThreadDoorbell()
        let rounds = Box(0)
        try withThread {
            for _ in 0..<1_000 {
                bell.wait(milliseconds: milliseconds)
                rounds.value.withLock { $0 += 1 }
                answer.ring()
            }
        } during: {
            for _ in 0..<1_000 {
                bell.ring()
                answer.wait(milliseconds: nil)
            }
        }
        #expect(rounds.value.withLock { $0 } == 1_000)
    }

    @Test func joinReturnsAfterTheClosureHasEndedAnyNumberOfTimes() throws {
        let result = Box("")
        let worker = try WorkerThread(name: "engine-with-a-long-name") {
            var name = [UInt8](repeating: 0, count: 64)
            let file = open("/proc/thread-self/comm", O_RDONLY)
            let count = read(file, &name, name.count)
            close(file)
            result.value.withLock { $0 = String(decoding: name.prefix(max(0, count)), as: UTF8.self) }
        }
        worker.join()
        worker.join()
        #expect(result.value.withLock { $0 } == "engine-with-a-l\n")
    }

    @Test func signalsAreBlockedInTheWorkerButForFaults() throws {
        let blocked = Box([Bool]())
        let worker = try WorkerThread(name: "signals") {
            var mask = sigset_t()
            pthread_sigmask(SIG_BLOCK, nil, &mask)
            let members = [SIGTERM, SIGINT, SIGHUP, SIGSEGV].map { sigismember(&mask, $0) == 1 }
            blocked.value.withLock { $0 = members }
        }
        worker.join()
        #expect(blocked.value.withLock { $0 } == [true, true, true, false])
    }

    private func withThread(_ body: @escaping @Sendable () -> Void, during: () -> Void) throws {
        let worker = try WorkerThread(name: "test", body)
        during()
        worker.join()
    }
}

private final class Box<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
}
