import BackendAPI
import Synchronization

@testable import EngineCore

/// Drives one `EngineMachine` by hand: feeds an event, keeps what came out, and answers in short words.
struct EngineScript {
    var machine: EngineMachine
    var now = EngineTime(monotonic: 1_000, unix: 1_700_000_000_000)
    private(set) var effects: [Effect] = []
    private var nextToken: UInt64 = 1

    static let engine = "cloud"

    init(slots: Int = 1, cancels: Bool = true, _ adjust: (inout EngineSettings) -> Void = { _ in }) {
        var settings = EngineSettings()
        settings.engines[Self.engine] = EngineDefinition(
            type: "scripted",
            plan: EnginePlan(concurrency: slots, timeoutMilliseconds: 300_000, pollIntervalMilliseconds: 3_000),
            capabilities: Capabilities(reportsProgress: true, cancels: cancels, reportsCost: true, mayCostMoney: true))
        settings.pipelines["pose_change"] = PipelineDefinition(
            isEnabled: true, steps: [StepDefinition(name: "pose_transfer", engines: [Self.engine])])
        adjust(&settings)
        machine = EngineMachine(settings: settings, random: CountingSource())
    }

    static func image(_ byte: UInt8) -> StoredImage {
        guard let digest = ContentDigest(bytes: Array(repeating: byte, count: 32)) else {
            preconditionFailure("32 bytes")
        }
        return StoredImage(digest: digest, sizeBytes: 10, mediaType: "image/png", width: 1, height: 1)
    }

    static func submission(_ key: String = "", caller: String = "ann", pose: UInt8 = 2) -> Submission {
        var submission = Submission(
            caller: caller, pipeline: "pose_change", source: .stored(image(1)), pose: .stored(image(pose)))
        submission.idempotencyKey = key
        return submission
    }

    @discardableResult
    mutating func feed(_ event: EngineEvent) -> [Effect] {
        effects = machine.step(event, at: now)
        machine.turnCommitted()
        return effects
    }

    mutating func recover(_ recovery: Recovery) -> [Effect] {
        effects = machine.recover(recovery, at: now)
        machine.turnCommitted()
        return effects
    }

    /// What the engine's probes of this moment get as an answer; all that it lets out is kept.
    mutating func answerProbes(_ probe: Probe = Probe(configured: true, reachable: true, authorised: true)) {
        var all: [Effect] = []
        for call in calls("probe") { all += feed(.replyReceived(call.id, .probed(probe))) }
        effects = all
    }

    /// A pipeline of these steps in place of the usual one; each engine is like the usual one.
    static func with(
        _ steps: [StepDefinition], slots: Int = 1, _ adjust: (inout EngineSettings) -> Void = { _ in }
    ) -> EngineScript {
        EngineScript(slots: slots) { settings in
            for name in Set(steps.flatMap(\.engines)) { settings.engines[name] = settings.engines[engine] }
            settings.pipelines["pose_change"] = PipelineDefinition(isEnabled: true, steps: steps)
            adjust(&settings)
        }
    }

    mutating func pass(_ milliseconds: Int64) {
        now.monotonic += milliseconds
        now.unix += milliseconds
        feed(.ticked)
    }

    /// Passes time until the machine asks for something of that kind, at most `limit` milliseconds.
    mutating func passUntilCall(_ kind: String, limit: Int64 = 600_000) -> BackendCall? {
        if let call = call(kind) { return call }
        let end = now.monotonic + limit
        while let at = machine.nextTimerAt, at <= end {
            pass(max(0, at - now.monotonic))
            if let call = call(kind) { return call }
        }
        return nil
    }

    mutating func ask(_ request: EngineRequest, lookup: JournalLookup = JournalLookup()) -> EngineAnswer? {
        let requester = Requester(sink: 0, token: nextToken)
        nextToken += 1
        for case .answer(let to, let answer) in feed(.requestReceived(request, from: requester, lookup: lookup))
        where to == requester { return answer }
        return nil
    }

    mutating func submit(_ submission: Submission = EngineScript.submission()) -> TaskView? {
        guard case .submitted(let view, _)? = ask(.submit(submission)) else { return nil }
        return view
    }

    mutating func reply(_ call: BackendCall?, _ reply: CallReply) {
        guard let call else { return }
        feed(.replyReceived(call.id, reply))
    }

    /// Submits and brings the task to RUNNING.
    mutating func running(
        _ submission: Submission = EngineScript.submission(), run: String = "run-1"
    ) -> TaskView? {
        guard let view = submit(submission) else { return nil }
        upload()
        reply(call("submit"), .submitted(.accepted(RunID(rawValue: run))))
        return view
    }

    /// Lets the run of the one running task succeed and its one output be read.
    mutating func succeed(with image: StoredImage, cost: RunCost? = nil) {
        let output = RunOutput(name: "image", url: "u", node: "10")
        reply(passUntilCall("observe"), .observed(.succeeded(outputs: [output], cost: cost)))
        reply(call("download"), .downloaded([TaskOutput(name: "image", image: image)]))
    }

    /// Answers every upload that is asked for.
    mutating func upload() {
        for call in calls("prepare") {
            guard case .prepare(let image) = call.kind else { continue }
            reply(call, .prepared(PreparedImage(handle: "api/\(image.digest.hex.prefix(4))", lifetimeSeconds: 3_600)))
        }
    }

    func calls(_ kind: String) -> [BackendCall] {
        effects.compactMap { if case .call(let call) = $0, call.kindName == kind { call } else { nil } }
    }

    func call(_ kind: String) -> BackendCall? { calls(kind).first }

    /// What happened, in order: saved states and calls.
    var story: [String] {
        effects.compactMap { effect in
            switch effect {
            case .save(.insert(let record, _)), .save(.update(let record, _)): "save \(record.state)"
            case .save(.upload): "save upload"
            case .save(.image): "save image"
            case .save(.settle): "save settled"
            case .save(.pause): "save pause"
            case .call(let call): call.kindName
            case .answer: "answer"
            case .show: "show"
            }
        }
    }

    var lastRecord: TaskRecord? {
        for case .save(let write) in effects.reversed() {
            switch write {
            case .insert(let record, _), .update(let record, _): return record
            default: continue
            }
        }
        return nil
    }
}

/// Draws that are different each time and the same in every run.
final class CountingSource: RandomSource {
    private let count = Mutex<UInt64>(0)
    func next() -> UInt64 {
        count.withLock { count in
            count += 1
            return count &* 0x9E37_79B9_7F4A_7C15
        }
    }
}
