import BackendAPI
import Testing

@testable import EngineCore

/// Several engines for one step: by preference, or by load.
@Suite struct RouteTests {
    private static func script(_ strategy: StepDefinition.Strategy, slots: Int = 1) -> EngineScript {
        EngineScript.with([StepDefinition(name: "s", engines: ["first", "second"], strategy: strategy)], slots: slots)
    }

    private static let noBalance = BackendError(.quota, code: "416", message: "no balance")
    private static let full = BackendError(
        .backpressure(retryAfterMilliseconds: nil), code: "421", message: "TASK_QUEUE_MAXED")

    private static func submissions(_ count: Int) -> [Submission] {
        (1...count).map { EngineScript.submission("key-\($0)", pose: UInt8($0)) }
    }

    @Test func fallbackWaitsForTheFirstAsLongAsItCanBeUsed() {
        var script = Self.script(.fallback)
        _ = script.submit(Self.submissions(1)[0])
        #expect(script.lastRecord?.engine == "first")
        _ = script.submit(Self.submissions(2)[1])
        #expect(script.lastRecord?.state == .queued, "the first engine's slot is taken; that is no reason to leave it")
    }

    @Test func fallbackTakesTheSecondOnceTheFirstSurelyTookNothing() {
        var script = Self.script(.fallback)
        _ = script.submit()
        script.upload()
        script.reply(script.call("submit"), .submitted(.refused(Self.noBalance)))
        #expect(script.lastRecord?.engine == "second")
        #expect(script.lastRecord?.attempt == 2)
        script.upload()
        #expect(script.call("submit")?.engine == "second")
    }

    @Test func afterAnUnknownSubmitNoOtherEngineIsTried() {
        var script = EngineScript.with([StepDefinition(name: "s", engines: ["first", "second"])]) { settings in
            settings.engines["first"]?.plan.resubmitsUnknown = true
        }
        _ = script.submit()
        script.upload()
        script.reply(
            script.call("submit"), .submitted(.unknown(BackendError(.transient, code: "reset", message: "reset"))))
        #expect(script.call("submit")?.engine == "first")
    }

    /// Both of the first engine's uploads fail; the task waits for the second engine's by then.
    @Test func aLateWordOfTheFirstEngineSaysNothingOfTheSecond() {
        var script = Self.script(.fallback)
        _ = script.submit()
        let (first, late) = (script.calls("prepare")[0], script.calls("prepare")[1])
        let refused = CallReply.prepareFailed(BackendError(.auth, code: "802", message: "key refused"))
        script.reply(first, refused)
        #expect(script.lastRecord?.engine == "second")
        script.reply(late, refused)
        #expect(script.machine.standings.last?.state == .serving)
        #expect(
            script.machine.record(of: script.machine.open.values.first?.record.id ?? TaskID(rawValue: ""))?.attempt == 2
        )
    }

    @Test func fallbackGoesBackToTheFirstWhenItHeals() {
        var script = Self.script(.fallback)
        _ = script.submit()
        script.upload()
        script.reply(script.call("submit"), .submitted(.refused(Self.full)))
        #expect(script.lastRecord?.engine == "second")
        script.pass(60_000)
        _ = script.submit(Self.submissions(3)[2])
        #expect(script.lastRecord?.engine == "first")
    }

    @Test func pausedFirstEngineLetsTheSecondWork() {
        var script = Self.script(.fallback)
        _ = script.ask(.setEngine("first", isPaused: true))
        _ = script.submit()
        #expect(script.lastRecord?.engine == "second")
    }

    @Test func spreadUsesTheLeastLoaded() {
        var script = Self.script(.spread, slots: 2)
        var engines: [String?] = []
        for submission in Self.submissions(5) {
            _ = script.submit(submission)
            engines.append(script.lastRecord?.state == .uploading ? script.lastRecord?.engine : nil)
        }
        #expect(engines == ["first", "second", "first", "second", nil])
    }

    @Test func whereAllAreRefusedTheFirstOnesReasonIsTold() {
        var script = EngineScript.with([StepDefinition(name: "s", engines: ["first", "second"])]) { settings in
            settings.defaultStartByMilliseconds = 60_000
        }
        _ = script.submit()
        for error in [Self.noBalance, BackendError(.auth, code: "802", message: "key refused")] {
            script.upload()
            script.reply(script.call("submit"), .submitted(.refused(error)))
        }
        #expect(script.lastRecord?.state == .queued)
        while script.lastRecord?.failure == nil, let at = script.machine.nextTimerAt {
            script.pass(at - script.now.monotonic)
        }
        #expect(script.lastRecord?.failure?.reason == .engineQuota)
    }

    @Test func disabledEnginesAreLeftOutOfARoute() {
        var script = EngineScript.with([StepDefinition(name: "s", engines: ["first", "second"])]) { settings in
            settings.engines["first"]?.disabled = DisabledType(reason: "old", replacement: "runninghub")
        }
        _ = script.submit()
        #expect(script.lastRecord?.engine == "second")
    }

    @Test func aStepWithoutAnyEngineIsRefusedAtTheSubmit() {
        var script = EngineScript.with([
            StepDefinition(name: "s", engines: ["first"]), StepDefinition(name: "t", engines: ["second"]),
        ]) { settings in
            settings.engines["second"]?.disabled = DisabledType(reason: "old", replacement: "runninghub")
        }
        #expect(
            script.ask(.submit(EngineScript.submission()))
                == .refused(.engineDisabled(engine: "second", replacement: "runninghub")))
    }

    /// Two pipelines that share an engine get its slots in turns.
    @Test func linesOfOneEngineTakeTurns() {
        var script = EngineScript.with([StepDefinition(name: "s", engines: ["first"])]) { settings in
            settings.pipelines["other"] = PipelineDefinition(
                isEnabled: true, steps: [StepDefinition(name: "t", engines: ["first", "second"], strategy: .spread)])
            settings.engines["second"] = settings.engines["first"]
        }
        _ = script.ask(.setEngine("second", isPaused: true))
        var pipelines: [String] = []
        for number in 1...3 {
            for pipeline in ["pose_change", "other"] {
                var submission = EngineScript.submission("\(pipeline)-\(number)")
                submission.pipeline = pipeline
                _ = script.submit(submission)
            }
        }
        while let id = script.machine.open.values.first(where: { $0.record.state == .uploading })?.record.id {
            _ = script.ask(.cancel(caller: "ann", task: id, reason: ""))
            if let started = script.machine.open.values.first(where: { $0.record.state == .uploading })?.record {
                pipelines.append(started.pipeline)
            }
        }
        #expect(pipelines == ["other", "pose_change", "other", "pose_change", "other"])
    }

    /// An upload belongs to an account: engines of one share it, and what another account has is uploaded again.
    @Test func enginesOfOneAccountShareTheirUploads() {
        let steps = [
            StepDefinition(name: "s", engines: ["first"]), StepDefinition(name: "t", engines: ["second"]),
            StepDefinition(name: "u", engines: ["third"]),
        ]
        var script = EngineScript.with(steps) { settings in
            settings.engines["first"]?.uploadScope = "account"
            settings.engines["second"]?.uploadScope = "account"
            settings.engines["third"]?.uploadScope = "another"
        }
        _ = script.running()
        let pose = EngineScript.image(2)
        for (made, expected) in [(UInt8(7), [UInt8(7)]), (8, [8, 2])] {
            script.succeed(with: EngineScript.image(made))
            let wanted = script.calls("prepare").compactMap {
                if case .prepare(let image) = $0.kind { image } else { nil }
            }
            #expect(wanted == expected.map { $0 == 2 ? pose : EngineScript.image($0) })
            script.upload()
            script.reply(script.call("submit"), .submitted(.accepted(RunID(rawValue: "run-\(made)"))))
        }
    }
}
