import BackendAPI
import Testing

@testable import EngineCore

/// What must come to an end even where a backend is at fault.
@Suite struct EngineLimitTests {
    private static func restarted(_ engine: String = EngineScript.engine) throws -> EngineScript {
        var first = EngineScript()
        let accepted = first.submit()
        var recovery = Recovery()
        recovery.openTasks = [try #require(accepted).record]
        var script = EngineScript()
        _ = script.recover(recovery)
        return script
    }

    @Test func aProbeThatNeverComesBackHoldsItsEngineForAMinuteOnly() throws {
        var script = try Self.restarted()
        script.pass(EngineLimits.firstProbeMillisecondsMax - 1)
        #expect(script.calls("prepare").isEmpty)
        script.pass(1)
        #expect(script.calls("prepare").count == 2)
    }

    /// Two are awaited at first; the one that expires at once then is again and again.
    @Test(arguments: [
        (0, false), (EngineLimits.uploadsAwaitedMax - 2, false), (EngineLimits.uploadsAwaitedMax - 1, true),
    ])
    func uploadsThatExpireAtOnceAreNotRenewedWithoutEnd(renewals: Int, ends: Bool) throws {
        var script = EngineScript()
        let accepted = script.submit()
        try #require(accepted != nil)
        let (first, second) = (script.calls("prepare")[0], script.calls("prepare")[1])
        script.reply(second, .prepared(PreparedImage(handle: "lasts", lifetimeSeconds: 3_600)))
        var renewed: BackendCall? = first
        for _ in 0..<renewals {
            script.reply(renewed, .prepared(PreparedImage(handle: "expires", lifetimeSeconds: 0)))
            renewed = script.call("prepare")
        }
        #expect((script.lastRecord?.failure?.reason == .uploadFailed) == ends)
        #expect(script.machine.standings.first?.slotsUsed == (ends ? 0 : 1))
    }

    /// Each leaves in its turn, without its caller's whole line being copied.
    @Test func aLongLineIsLeftInAnyOrder() {
        var queue = FairQueue()
        let entries = (1...200).map { FairQueue.Entry(number: $0, priority: Int32($0 % 3)) }
        for entry in entries { queue.insert(entry, caller: "ann") }
        for entry in entries where entry.number % 2 == 0 { #expect(queue.remove(entry, caller: "ann") == true) }
        #expect(queue.remove(entries[1], caller: "ann") == false)
        #expect(queue.count == 100)
        #expect(queue.position(of: entries[0], caller: "ann") != nil)
        var served: [Int64] = []
        while let number = queue.popNext() { served.append(number) }
        #expect(served.count == 100)
        #expect(served.allSatisfy { $0 % 2 == 1 })
    }
}

/// A backend that answers only when its call is cancelled.
@Suite struct CallLimitTests {
    private struct Silent: Backend {
        var capabilities: Capabilities {
            Capabilities(reportsProgress: false, cancels: true, reportsCost: false, mayCostMoney: true)
        }
        private static let error = BackendError(.transient, code: "cancelled", message: "cancelled")
        private func wait() async { for await _ in AsyncStream<Void>.makeStream().stream {} }
        func prepare(_ image: ImageFile) async throws(BackendError) -> PreparedImage {
            await wait()
            throw Self.error
        }
        func submit(_ request: RunRequest) async -> SubmitOutcome {
            await wait()
            return .unknown(Self.error)
        }
        func observe(_ run: RunID) async -> Observation {
            await wait()
            return .noAnswer(Self.error)
        }
        func cancel(_ run: RunID) async -> CancelOutcome {
            await wait()
            return .noAnswer(Self.error)
        }
        func download(_ output: RunOutput, to sink: any ByteSink) async throws(BackendError) {
            await wait()
            throw Self.error
        }
        func probe() async -> Probe {
            await wait()
            return Probe(reachable: false)
        }
    }

    private static let run = RunID(rawValue: "run-1")

    @Test(
        arguments: [
            .prepare(EngineScript.image(1)), .submit(RunRequest(images: [:], parameters: [:], marker: "m")),
            .observe(run),
            .cancel(run), .download([RunOutput(name: "image", url: "u", node: "10")]), .probe,
        ] as [BackendCall.Kind])
    func aCallIsCancelledAtItsLimitAndItsWordIsTheReply(_ kind: BackendCall.Kind) async {
        let runner = BackendRunner(
            backends: ["cloud": Silent()], images: ImagesMemoryStore(), patience: {})
        let reply = await runner.perform(BackendCall(id: 1, engine: "cloud", kind: kind))
        #expect(reply.error?.code == "cancelled" || reply == .probed(Probe(reachable: false)))
    }
}

/// A submit that may have been taken, and is sent again as configured.
@Suite struct ResubmitTests {
    private static let lost = CallReply.submitted(
        .unknown(BackendError(.transient, code: "reset", message: "the connection was reset")))
    private static let noBalance = CallReply.submitted(
        .refused(BackendError(.quota, code: "416", message: "no balance")))

    private static func script(engines: [String] = ["first", "second"], isEnabled: Bool = true) -> EngineScript {
        EngineScript.with([StepDefinition(name: "s", engines: engines)]) { settings in
            for engine in engines where engine != "second" { settings.engines[engine]?.plan.resubmitsUnknown = true }
            settings.pipelines["pose_change"]?.isEnabled = isEnabled
        }
    }

    /// The record while it waits to be sent again.
    private static func waiting() throws -> TaskRecord {
        var script = script()
        let accepted = script.submit()
        try #require(accepted != nil)
        script.upload()
        let submit = script.call("submit")
        _ = script.ask(.setEngine("first", isPaused: true))
        script.reply(submit, lost)
        let record = try #require(script.lastRecord)
        try #require(record.state == .queued)
        return record
    }

    @Test func aRefusalAfterItDoesNotLetAnotherEngineIn() throws {
        var script = Self.script()
        let accepted = script.submit()
        try #require(accepted != nil)
        script.upload()
        script.reply(script.call("submit"), Self.lost)
        script.reply(script.call("submit"), Self.noBalance)
        #expect(script.lastRecord?.state == .queued)
        #expect(script.lastRecord?.charged == .unknown)
        #expect(script.lastRecord?.engine == "first")
    }

    @Test(arguments: [TaskState.queued, .uploading])
    func aRestartDoesNotLetAnotherEngineIn(_ state: TaskState) throws {
        var record = try Self.waiting()
        record.state = state
        var recovery = Recovery()
        recovery.openTasks = [record]
        recovery.pausedEngines = ["first"]
        var script = Self.script()
        _ = script.recover(recovery)
        script.answerProbes()
        #expect(script.calls("prepare").isEmpty)
        _ = script.ask(.setEngine("first", isPaused: false))
        #expect(script.lastRecord?.engine == "first")
    }

    /// Gone, or not to send such a submit again any more.
    @Test(arguments: [["other", "second"], ["second", "first"]])
    func whereItsEngineIsChangedItStaysUnknown(_ engines: [String]) throws {
        var record = try Self.waiting()
        if engines.contains("first") { record.engine = "second" }
        var recovery = Recovery()
        recovery.openTasks = [record]
        var script = Self.script(engines: engines)
        _ = script.recover(recovery)
        #expect(script.lastRecord?.failure?.reason == .submissionUnknown)
        #expect(script.lastRecord?.failure?.message.contains(record.marker.prefix(8)) == true)
    }

    @Test func whereItsTimeIsUpItStaysUnknown() throws {
        var recovery = Recovery()
        recovery.openTasks = [try Self.waiting()]
        recovery.pausedEngines = ["first"]
        var script = Self.script()
        _ = script.recover(recovery)
        script.answerProbes()
        while script.lastRecord?.failure == nil, let at = script.machine.nextTimerAt {
            script.pass(max(0, at - script.now.monotonic))
        }
        #expect(script.lastRecord?.failure?.reason == .submissionUnknown)
        #expect(script.lastRecord?.failure?.message.contains("is paused") == true)
    }

    @Test func aSubmitFoundAtAStartIsNotSentAgainForADisabledPipeline() throws {
        var first = Self.script()
        let accepted = first.submit()
        try #require(accepted != nil)
        first.upload()
        var recovery = Recovery()
        recovery.openTasks = [try #require(first.lastRecord)]
        var script = Self.script(isEnabled: false)
        _ = script.recover(recovery)
        #expect(script.lastRecord?.failure?.reason == .submissionUnknown)
    }
}
