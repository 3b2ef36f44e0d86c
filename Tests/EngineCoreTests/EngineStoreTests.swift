import BackendAPI
import Logging
import Synchronization
import Testing

@testable import EngineCore

/// A store that fails on demand, and the engine's thread played by the test: what happens while it waits is scripted.
@Suite struct EngineStoreTests {
    private final class Journal: TaskJournal, Sendable {
        let failure = Mutex<StoreError.Code?>(nil)
        let images = Mutex(0)
        func recover() throws(StoreError) -> Recovery { Recovery() }
        func commit(_ writes: [JournalWrite]) throws(StoreError) {
            if let code = failure.withLock({ $0 }) { throw StoreError(code, "as planned") }
            images.withLock { $0 += writes.count }
        }
        func task(caller: String, idempotencyKey: String) throws(StoreError) -> TaskRecord? { nil }
        func task(_ id: TaskID) throws(StoreError) -> TaskRecord? { nil }
        func task(run: RunID, engine: String) throws(StoreError) -> TaskRecord? { nil }
        func image(caller: String, digest: ContentDigest, now: Int64) throws(StoreError) -> StoredImage? { nil }
    }

    private final class Answers: EngineSink {
        let list = Mutex<[UInt64: EngineAnswer]>([:])
        func deliver(_ batch: EngineBatch) {
            list.withLock { list in
                for (token, answer) in batch.answers {
                    #expect(list[token] == nil, "answered twice")
                    list[token] = answer
                }
            }
        }
        subscript(token: UInt64) -> EngineAnswer? { list.withLock { $0[token] } }
    }

    /// Each wait runs the next step; after the last one the engine is told to stop.
    private final class Steps: Doorbell {
        let steps = Mutex<[@Sendable () -> Void]>([])
        func ring() {}
        func wait(milliseconds: Int64?) { steps.withLock { $0.isEmpty ? {} : $0.removeFirst() }() }
    }

    private struct StillClock: EngineClock {
        func now() -> EngineTime { EngineTime(monotonic: 1_000, unix: 1_700_000_000_000) }
    }

    private let journal = Journal()
    private let answers = Answers()
    private let steps = Steps()
    private let engine: Engine

    init() {
        engine = Engine(
            settings: EngineSettings(), runner: BackendRunner(backends: [:], images: ImagesMemoryStore()),
            clock: StillClock(), random: CountingSource(), doorbell: steps, logger: Logger(label: "test"))
        _ = engine.register(answers)
    }

    private func ask(_ token: UInt64) {
        engine.send(.putImage(caller: "ann", EngineScript.image(1)), token: token, sink: 0)
    }

    @Test func turnThatFoundTheDiskFullIsSavedOnceThereIsRoom() throws {
        let (engine, answers, journal) = (engine, answers, journal)
        journal.failure.withLock { $0 = .full }
        ask(1)
        steps.steps.withLock {
            $0 = [
                {
                    engine.send(.putImage(caller: "ann", EngineScript.image(2)), token: 2, sink: 0)
                    #expect(answers[2] == .refused(.storageFull))
                    #expect(answers[1] == nil, "it is not saved yet")
                },
                { journal.failure.withLock { $0 = nil } },
                { engine.stop(withinMilliseconds: 0) },
            ]
        }
        try engine.run(journal: journal)
        guard case .imagePut? = answers[1] else {
            Issue.record("the request of the kept turn must be answered: \(String(describing: answers[1]))")
            return
        }
        #expect(journal.images.withLock { $0 } == 1)
        #expect(!engine.hasFailed)
    }

    @Test func stopDoesNotWaitForRoom() {
        let engine = engine
        journal.failure.withLock { $0 = .full }
        ask(1)
        steps.steps.withLock { $0 = [{ engine.stop(withinMilliseconds: 0) }] }
        #expect(throws: StoreError(.full, "as planned")) { try engine.run(journal: journal) }
        #expect(answers[1] == .refused(.internalFault))
    }

    /// Also where the server never came to drain: a run that begins now would be cut off in its submit.
    @Test func stopBeginsNoNewAttempt() throws {
        let (engine, answers) = (engine, answers)
        steps.steps.withLock {
            $0 = [
                {
                    engine.stop(withinMilliseconds: 0)
                    engine.send(.submit(EngineScript.submission()), token: 1, sink: 0)
                }
            ]
        }
        try engine.run(journal: journal)
        #expect(answers[1] == .refused(.draining))
    }

    @Test func whatComesAfterItsEndIsRefused() throws {
        engine.stop(withinMilliseconds: 0)
        try engine.run(journal: journal)
        ask(1)
        #expect(answers[1] == .refused(.draining))
    }

    /// Whoever waits for an answer gets one, also those whose own turn failed.
    @Test func failedTurnAnswersItsRequests() {
        journal.failure.withLock { $0 = .io }
        ask(1)
        #expect(throws: StoreError(.io, "as planned")) { try engine.run(journal: journal) }
        #expect(answers[1] == .refused(.internalFault))
        ask(2)
        #expect(answers[2] == .refused(.internalFault))
    }
}
