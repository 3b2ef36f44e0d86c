import BackendAPI
import EngineCore

/// The invariants. Judges what was acknowledged, what is on disk and what the provider billed against each other.
struct Auditor {
    private let slotsLimits: [String: Int]
    private(set) var violation: String?
    private var acknowledgedByKey: [String: TaskID] = [:]
    private var lastCursorShown: UInt64 = 0
    private var lastSequenceShown: [TaskID: UInt64] = [:]
    /// Each submit that went out, by its marker.
    private var submits: [String: Submit] = [:]
    private var markers: [StepOfTask: [String]] = [:]
    /// Steps that were sent again in doubt, as configured: they may be paid twice.
    private var resubmitted: Set<StepOfTask> = []
    private var resubmittingEngines: Set<String> = []
    private var putImages: Set<String> = []
    /// The engine was told to drain: no submit may go out.
    var isDraining = false

    private struct Submit {
        var step: StepOfTask
        var engine: String
        /// Until the engine has heard and kept that the provider surely took nothing.
        var isInDoubt = true
    }

    private struct StepOfTask: Hashable {
        var task: TaskID
        var step: String
    }

    /// Runs whose cancel went out.
    private var cancelledRuns: Set<RunID> = []

    init(slotsLimits: [String: Int]) { self.slotsLimits = slotsLimits }

    /// A process starts.
    mutating func started(with settings: EngineSettings) {
        isDraining = false
        resubmittingEngines = Set(settings.engines.filter { $0.value.plan.resubmitsUnknown }.keys)
    }

    mutating func refused(marker: String) { submits[marker]?.isInDoubt = false }

    mutating func imagePut(_ digest: ContentDigest, caller: String) { putImages.insert("\(caller)/\(digest)") }

    /// A put image that was acknowledged can be named.
    mutating func namedImageRefused(_ submission: Submission) {
        let names = [submission.source, submission.pose].compactMap { image in
            if case .named(let digest) = image { "\(submission.caller)/\(digest)" } else { nil }
        }
        if names.allSatisfy(putImages.contains) { fail("images \(names) were put and are refused as unknown") }
    }

    private mutating func fail(_ what: String) { if violation == nil { violation = what } }

    /// An event is seen only after its commit, in the order of cursors.
    mutating func shown(_ view: TaskView, on disk: SimulatedDisk) {
        let event = view.latest
        if event.isTransient {
            if event.sequence != lastSequenceShown[event.task] {
                fail(
                    "a transient event of \(event.task) has sequence \(event.sequence) after \(lastSequenceShown[event.task] ?? 0), \(event.state)"
                )
            }
            return
        }
        if event.cursor <= lastCursorShown { fail("cursor \(event.cursor) was shown after \(lastCursorShown)") }
        lastCursorShown = event.cursor
        lastSequenceShown[event.task] = event.sequence
        guard let last = disk.events[event.task]?.first(where: { $0.cursor == event.cursor }),
            last.sequence == event.sequence
        else {
            fail("event \(event.sequence) of \(event.task) (\(event.state)) was shown and is not on disk")
            return
        }
    }

    /// What a start found is shown from there on.
    mutating func recovered(_ recovery: Recovery) {
        for record in recovery.openTasks { lastSequenceShown[record.id] = record.lastSequence }
        lastCursorShown = max(lastCursorShown, recovery.highestCursor)
    }

    /// An acknowledged task is on disk, and a key has one task.
    mutating func acknowledged(_ view: TaskView, caller: String, key: String, on disk: SimulatedDisk) {
        if disk.tasks[view.record.id] == nil { fail("\(view.record.id) was acknowledged and is not on disk") }
        let owner = "\(caller)/\(key)"
        if let earlier = acknowledgedByKey[owner], earlier != view.record.id {
            fail("key \(owner) has tasks \(earlier) and \(view.record.id)")
        }
        acknowledgedByKey[owner] = view.record.id
    }

    /// A call goes out only on behalf of what is on disk.
    mutating func called(_ call: BackendCall, on disk: SimulatedDisk) {
        switch call.kind {
        case .submit(let request):
            guard let record = disk.tasks.values.first(where: { $0.marker == request.marker }),
                record.state == .submitting
            else {
                fail("a submit went out whose intent is not on disk")
                return
            }
            if submits[request.marker] != nil { fail("one intent of \(record.id) was sent twice") }
            if record.engine != call.engine { fail("\(record.id) is submitted to another engine than the one on disk") }
            if isDraining { fail("\(record.id) is submitted while the engine drains") }
            submitted(record, on: disk)
        case .observe(let run):
            guard let record = disk.tasks.values.first(where: { $0.run == run }) else {
                return fail("run \(run) is read and on no task")
            }
            if record.state.isTerminal { fail("run \(run) is read after its task ended") }
        case .cancel(let run): cancelledRuns.insert(run)
        case .fetch, .prepare, .download, .probe: break
        }
    }

    private mutating func submitted(_ record: TaskRecord, on disk: SimulatedDisk) {
        let step = StepOfTask(task: record.id, step: record.step)
        for doubtful in markers[step, default: []].compactMap({ submits[$0] }) where doubtful.isInDoubt {
            if doubtful.engine != record.engine { fail("\(record.id) went to another engine after a submit in doubt") }
            if !resubmittingEngines.contains(record.engine) {
                fail("\(record.id) was sent again after a submit in doubt")
            }
            resubmitted.insert(step)
        }
        if let ended = record.follows.flatMap({ disk.tasks[$0] }), case .adopted? = ended.resolution,
            ended.step == record.step
        {
            fail("\(record.id) has a run that was adopted, and is submitted")
        }
        submits[record.marker] = Submit(step: step, engine: record.engine)
        markers[step, default: []].append(record.marker)
    }

    mutating func check(_ disk: SimulatedDisk, _ cloud: SimulatedCloud) -> String? {
        for (engine, limit) in slotsLimits {
            // A run that an operator found is there already, whatever the limit says.
            let holding = disk.tasks.values.count {
                $0.engine == engine && $0.follows == nil && [.uploading, .submitting, .running].contains($0.state)
            }
            if holding > limit { return "\(holding) tasks hold slots of \(engine), the limit is \(limit)" }
        }
        var paidSteps: Set<StepOfTask> = []
        for entry in cloud.ledger {
            guard let step = submits[entry.marker]?.step else {
                return "the provider billed marker \(entry.marker) of no task"
            }
            if !paidSteps.insert(step).inserted, !resubmitted.contains(step) {
                return "\(step.task) was paid twice for its step \(step.step)"
            }
        }
        let billed = Set(paidSteps.map(\.task))
        for record in disk.tasks.values where record.state.isTerminal {
            let mayBeUnknown =
                [.submissionUnknown, .runInvalid].contains(record.failure?.reason)
                || resubmitted.contains { $0.task == record.id } || isInDoubt(record)
            if record.charged == .unknown, !mayBeUnknown {
                return "\(record.id) ended \(record.state) and does not know whether it was paid"
            }
            if record.charged == .no, billed.contains(record.id) {
                return "\(record.id) says charged NO and was billed"
            }
            if record.charged == .yes, !billed.contains(record.id), !Self.carriesOnPaidRun(record, disk, cloud) {
                return "\(record.id) says charged YES and was not billed"
            }
        }
        return nil
    }

    /// It waited to be sent again as configured, and ended before.
    private func isInDoubt(_ record: TaskRecord) -> Bool {
        !record.marker.isEmpty && record.run == nil && record.times.submitted == 0
            && submits[record.marker]?.isInDoubt ?? true
    }

    /// Once faults have stopped: everything acknowledged has ended once, every slot is back, every result is its own task's.
    func checkEnd(
        _ disk: SimulatedDisk, _ cloud: SimulatedCloud, standings: [EngineStanding], cancels: Bool
    ) -> String? {
        for id in acknowledgedByKey.values where disk.tasks[id] == nil { return "\(id) was acknowledged and is lost" }
        for id in disk.order {
            guard let record = disk.tasks[id], let events = disk.events[id] else { return "\(id) has no record" }
            if !record.state.isTerminal { return "\(id) never ended: \(record.state) (\(record.message))" }
            if events.count(where: { $0.state.isTerminal }) != 1 { return "\(id) has not exactly one terminal event" }
            if events.last?.state.isTerminal != true { return "\(id): its last event is not terminal" }
            if events.map(\.sequence) != (1...UInt64(events.count)).map({ $0 }) {
                return "\(id): its sequences have a gap"
            }
            let isGivenUp = record.state == .cancelled || record.failure?.reason == .taskTimeout
            // Between two steps the run has ended by itself.
            let hadEnded = events.dropLast().last?.state == .downloading
            if cancels, isGivenUp, !hadEnded, let run = record.run, !cancelledRuns.contains(run) {
                return "\(id) was given up and its run \(run) goes on at the provider"
            }
            if record.state == .succeeded {
                if let problem = Self.problem(withResultOf: record) { return problem }
            }
        }
        if standings.contains(where: { $0.slotsUsed != 0 }) { return "slots are still held when nothing runs" }
        return nil
    }

    private static func carriesOnPaidRun(
        _ record: TaskRecord, _ disk: SimulatedDisk, _ cloud: SimulatedCloud
    ) -> Bool {
        guard let ended = record.follows.flatMap({ disk.tasks[$0] }), case .adopted(let run)? = ended.resolution else {
            return false
        }
        return cloud.hasBilled(run)
    }

    /// Each step's picture is made of the one before and the task's own pose.
    private static func problem(withResultOf record: TaskRecord) -> String? {
        guard let source = record.source.stored, let pose = record.pose.stored else {
            return "\(record.id) succeeded without its images"
        }
        let first = SimulatedCloud.expectedResult(source: source.digest, pose: pose.digest)
        guard let stepSource = record.stepSource else {
            return record.outputs.map(\.image) == [first] ? nil : "\(record.id) has the result of another task"
        }
        let last = SimulatedCloud.expectedResult(source: stepSource.digest, pose: pose.digest)
        return stepSource == first && record.outputs.map(\.image) == [last]
            ? nil : "\(record.id) has the result of another task in one of its steps"
    }
}
