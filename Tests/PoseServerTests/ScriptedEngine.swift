import BackendAPI
import EngineCore
import PoseServer
import Synchronization

/// An engine that does what a test tells it: it answers requests by a script, and shows the events that the test makes.
final class ScriptedEngine: EngineFront {
    typealias Script = @Sendable (EngineRequest) -> EngineAnswer?

    let board = TaskBoard()
    let reader = MemoryReader()
    private struct State {
        var sinks: [any EngineSink] = []
        var script: Script = { _ in .refused(.internalFault) }
        var records: [Int64: TaskRecord] = [:]
        var cursor: UInt64 = 0
        var requests: [EngineRequest] = []
        var unanswered: [(token: UInt64, sink: Int)] = []
        var isDraining = false
    }
    private let state = Mutex(State())
    private let arrivals = AsyncStream.makeStream(of: EngineRequest.self)

    var hasFailed: Bool { false }
    var isDraining: Bool { state.withLock { $0.isDraining } }
    var requests: [EngineRequest] { state.withLock { $0.requests } }
    /// Each request as it comes.
    var incoming: AsyncStream<EngineRequest> { arrivals.stream }

    func script(_ script: @escaping Script) { state.withLock { $0.script = script } }

    func register(_ sink: any EngineSink) -> Int {
        state.withLock { state in
            state.sinks.append(sink)
            return state.sinks.count - 1
        }
    }

    func send(_ request: EngineRequest, token: UInt64, sink: Int) {
        let obstacle = Self.obstacle(to: request)
        let script = state.withLock { state in
            if obstacle == nil { state.requests.append(request) }
            return state.script
        }
        let answer = obstacle ?? script(request)
        deliver { state in
            if let answer {
                state.sinks[sink].deliver(Self.batch(token, answer))
            } else {
                state.unanswered.append((token, sink))
            }
        }
        arrivals.continuation.yield(request)
    }

    /// What the real engine does where no earlier task has the key.
    private static func obstacle(to request: EngineRequest) -> EngineAnswer? {
        guard case .submit(let submission) = request else { return nil }
        return submission.obstacle.map(EngineAnswer.refused)
    }

    /// Answers the oldest request for which the script had no answer.
    func answer(_ answer: EngineAnswer) {
        deliver { state in
            guard !state.unanswered.isEmpty else { return }
            let first = state.unanswered.removeFirst()
            state.sinks[first.sink].deliver(Self.batch(first.token, answer))
        }
    }

    /// Answers the oldest requests for which the script had no answer, in one batch. They are of one event loop.
    func answerTogether(_ answers: EngineAnswer...) {
        deliver { state in
            var batch = EngineBatch()
            guard let sink = state.unanswered.first?.sink, state.unanswered.count >= answers.count else { return }
            for answer in answers { batch.answers.append((state.unanswered.removeFirst().token, answer)) }
            state.sinks[sink].deliver(batch)
        }
    }

    func beginDrain() { state.withLock { $0.isDraining = true } }

    /// A new task, QUEUED, visible to all.
    @discardableResult func add(_ number: Int64, caller: String) -> TaskView {
        change(number, caller: caller) { $0.state = .queued }
    }

    /// The task's next stored event, visible to all.
    @discardableResult func change(
        _ number: Int64, caller: String = "local", _ body: @Sendable (inout TaskRecord) -> Void
    ) -> TaskView {
        state.withLock { state in
            var record = state.records[number] ?? EventScript.record(number, caller: caller)
            body(&record)
            if record.state.isTerminal, record.times.ended == 0 { record.times.ended = FixedClock.unix }
            state.cursor += 1
            record.lastSequence += 1
            record.lastCursor = state.cursor
            state.records[number] = record
            let view = TaskView(record: record, latest: TaskEvent(latestOf: record))
            let (kept, event) = (record, view.latest)
            reader.state.withLock { disk in
                disk.records[kept.id] = kept
                disk.events.append(event)
            }
            board.post([view], standings: nil)
            Self.show(event, to: state.sinks)
            return view
        }
    }

    /// The task's next stored events, one for each state, visible to all at once.
    func changeTogether(_ number: Int64, caller: String = "local", _ states: TaskState...) {
        state.withLock { state in
            var record = state.records[number] ?? EventScript.record(number, caller: caller)
            var batch = EngineBatch()
            for next in states {
                record.state = next
                state.cursor += 1
                record.lastSequence += 1
                record.lastCursor = state.cursor
                let event = TaskEvent(latestOf: record)
                batch.events.append(event)
                let kept = record
                reader.state.withLock { disk in
                    disk.records[kept.id] = kept
                    disk.events.append(event)
                }
                board.post([TaskView(record: record, latest: event)], standings: nil)
            }
            state.records[number] = record
            for sink in state.sinks { sink.deliver(batch) }
        }
    }

    /// A transient event of the task.
    func progress(_ number: Int64, _ progress: Float) {
        state.withLock { state in
            guard let record = state.records[number] else { return }
            var event = TaskEvent(latestOf: record)
            event.isTransient = true
            event.progress = progress
            board.post([TaskView(record: record, latest: event)], standings: nil)
            Self.show(event, to: state.sinks)
        }
    }

    private func deliver(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    private static func show(_ event: TaskEvent, to sinks: [any EngineSink]) {
        var batch = EngineBatch()
        batch.events = [event]
        for sink in sinks { sink.deliver(batch) }
    }

    private static func batch(_ token: UInt64, _ answer: EngineAnswer) -> EngineBatch {
        var batch = EngineBatch()
        batch.answers = [(token, answer)]
        return batch
    }
}
