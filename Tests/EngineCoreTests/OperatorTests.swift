import BackendAPI
import Testing

@testable import EngineCore

/// What operators do: settle an unknown submit, pause an engine.
@Suite struct OperatorTests {
    private static let lost = CallReply.submitted(
        .unknown(BackendError(.transient, code: "reset", message: "the connection was reset")))
    private static let run = RunID(rawValue: "run-9")

    /// A script with a task that ended SUBMISSION_UNKNOWN, and its record as the journal has it.
    private static func unknown() throws -> (EngineScript, TaskRecord) {
        var script = EngineScript()
        let accepted = script.submit(EngineScript.submission("k"))
        try #require(accepted != nil)
        script.upload()
        script.reply(script.call("submit"), lost)
        return (script, try #require(script.lastRecord))
    }

    private static func lookup(_ task: TaskRecord, runOwner: TaskRecord? = nil, followUp: TaskRecord? = nil)
        -> JournalLookup
    {
        var lookup = JournalLookup()
        lookup.task = task
        lookup.runOwner = runOwner
        lookup.followUp = followUp
        return lookup
    }

    private static func settled(_ script: EngineScript) -> TaskRecord? {
        for case .save(.settle(let record)) in script.effects { return record }
        return nil
    }

    @Test func anAdoptedRunIsObservedByANewTaskAndNothingIsSent() throws {
        var (script, ended) = try Self.unknown()
        let answer = script.ask(.resolve(task: ended.id, .adopted(Self.run)), lookup: Self.lookup(ended))
        guard case .resolved(let view, let followUp?)? = answer else {
            Issue.record("\(String(describing: answer))")
            return
        }
        #expect(view.record.resolution == .adopted(Self.run))
        #expect(view.record.state == .failed)
        #expect(view.record.followUp == followUp.record.id)
        #expect(followUp.record.follows == ended.id)
        #expect(followUp.record.state == .running)
        #expect(followUp.record.charged == .yes)
        #expect(followUp.record.idempotencyKey.isEmpty)
        #expect(Self.settled(script)?.number == ended.number)
        script.succeed(with: EngineScript.image(7))
        #expect(script.lastRecord?.state == .succeeded)
        #expect(script.lastRecord?.lastSequence == 4)
    }

    @Test func submittedAgainIsANewTaskFromTheSameStep() throws {
        var (script, ended) = try Self.unknown()
        let answer = script.ask(.resolve(task: ended.id, .submittedAgain), lookup: Self.lookup(ended))
        guard case .resolved(_, let followUp?)? = answer else {
            Issue.record("another answer was expected")
            return
        }
        #expect(followUp.record.charged == .no)
        #expect(script.lastRecord?.id == followUp.record.id)
        #expect(script.call("submit") != nil, "the images are at the provider already")
    }

    @Test func notChargedOnlyStandsBesideTheTask() throws {
        var (script, ended) = try Self.unknown()
        let answer = script.ask(.resolve(task: ended.id, .notCharged), lookup: Self.lookup(ended))
        guard case .resolved(let view, nil)? = answer else {
            Issue.record("another answer was expected")
            return
        }
        #expect(view.record.resolution == .notCharged)
        #expect(view.record.charged == .unknown)
        #expect(view.latest.sequence == ended.lastSequence)
    }

    @Test func theSameVerdictAnswersAsTheFirstTimeAndAnotherIsRefused() throws {
        var (script, ended) = try Self.unknown()
        guard
            case .resolved(let view, let followUp?)? = script.ask(
                .resolve(task: ended.id, .adopted(Self.run)), lookup: Self.lookup(ended))
        else {
            Issue.record("another answer was expected")
            return
        }
        let again = script.ask(
            .resolve(task: ended.id, .adopted(Self.run)), lookup: Self.lookup(view.record, followUp: followUp.record))
        guard case .resolved(_, let same?)? = again else {
            Issue.record("\(String(describing: again))")
            return
        }
        #expect(same.record.id == followUp.record.id)
        for other in [Resolution.notCharged, .submittedAgain, .adopted(RunID(rawValue: "run-8"))] {
            #expect(
                script.ask(.resolve(task: ended.id, other), lookup: Self.lookup(view.record)) == .refused(.taskSettled))
        }
    }

    /// The second one's look into the journal came before the first one's commit.
    @Test func twoVerdictsInOneTurnMakeOneNewTask() throws {
        var (script, ended) = try Self.unknown()
        let requests = (1...2).map { token in
            EngineEvent.requestReceived(
                .resolve(task: ended.id, .submittedAgain), from: Requester(sink: 0, token: token),
                lookup: Self.lookup(ended))
        }
        let effects = requests.flatMap { script.machine.step($0, at: script.now) }
        let inserts = effects.count { if case .save(.insert) = $0 { true } else { false } }
        #expect(inserts == 1)
        let answers = effects.compactMap { effect in
            if case .answer(_, .resolved(_, let followUp)) = effect { followUp?.record.id } else { nil }
        }
        #expect(answers.count == 2)
        #expect(Set(answers).count == 1)
    }

    @Test func anAdoptedRunSaysNothingOfItsEnginesKey() throws {
        var (script, ended) = try Self.unknown()
        let accepted = script.submit(EngineScript.submission("other", pose: 3))
        try #require(accepted != nil)
        script.reply(
            script.call("prepare"), .prepareFailed(BackendError(.auth, code: "802", message: "key refused")))
        _ = script.ask(.resolve(task: ended.id, .adopted(Self.run)), lookup: Self.lookup(ended))
        #expect(script.machine.standings.first?.state == .degraded)
    }

    @Test func aRunOfAnotherTaskIsNotAdopted() throws {
        var (script, ended) = try Self.unknown()
        let accepted = script.running(EngineScript.submission("other"), run: Self.run.rawValue)
        try #require(accepted != nil)
        #expect(
            script.ask(.resolve(task: ended.id, .adopted(Self.run)), lookup: Self.lookup(ended))
                == .refused(.runTaken))
        let onDisk = Self.lookup(ended, runOwner: ended)
        #expect(
            script.ask(.resolve(task: ended.id, .adopted(RunID(rawValue: "old"))), lookup: onDisk)
                == .refused(.runTaken))
    }

    @Test func onlyTasksWithAnUnknownSubmitAreSettled() throws {
        var script = EngineScript()
        let accepted = script.running()
        let view = try #require(accepted)
        #expect(script.ask(.resolve(task: view.record.id, .notCharged)) == .refused(.taskNotUnknown))
        #expect(script.ask(.resolve(task: TaskID(rawValue: "none"), .notCharged)) == .refused(.taskUnknown))
    }

    @Test func aPausedEngineStartsNothingAndSurvivesARestart() throws {
        var script = EngineScript()
        guard case .engineSet(let standing)? = script.ask(.setEngine(EngineScript.engine, isPaused: true)) else {
            Issue.record("no standing")
            return
        }
        #expect(standing.state == .paused)
        #expect(script.story == ["save pause", "answer"])
        let accepted = script.submit()
        let view = try #require(accepted)
        #expect(script.calls("prepare").isEmpty)
        #expect(view.latest.message == "waiting: engine '\(EngineScript.engine)' is paused")

        var recovery = Recovery()
        recovery.openTasks = [view.record]
        recovery.pausedEngines = [EngineScript.engine]
        var second = EngineScript()
        _ = second.recover(recovery)
        second.answerProbes()
        #expect(second.calls("prepare").isEmpty)
        _ = second.ask(.setEngine(EngineScript.engine, isPaused: false))
        #expect(second.calls("prepare").count == 2)
        #expect(second.ask(.setEngine("none", isPaused: true)) == .refused(.engineUnknown("none")))
    }

    @Test func anEngineThatIsPausedWhileTheImagesGoUpIsSentNothing() throws {
        var script = EngineScript()
        let accepted = script.submit()
        try #require(accepted != nil)
        let prepares = script.calls("prepare")
        _ = script.ask(.setEngine(EngineScript.engine, isPaused: true))
        for call in prepares { script.reply(call, .prepared(PreparedImage(handle: "h", lifetimeSeconds: 3_600))) }
        #expect(script.lastRecord?.state == .queued)
        #expect(script.lastRecord?.message == "engine 'cloud' is paused")
        _ = script.ask(.setEngine(EngineScript.engine, isPaused: false))
        #expect(script.call("submit") != nil)
    }

    /// A key that is refused for one task is not tried with the next one's submit.
    @Test func anEngineThatIsRefusedWhileTheImagesGoUpIsSentNothing() throws {
        var script = EngineScript(slots: 2)
        let first = script.submit(EngineScript.submission("a"))
        try #require(first != nil)
        let prepares = script.calls("prepare")
        let second = script.submit(EngineScript.submission("b", pose: 3))
        try #require(second != nil)
        script.reply(
            script.call("prepare"), .prepareFailed(BackendError(.auth, code: "802", message: "key refused")))
        for call in prepares { script.reply(call, .prepared(PreparedImage(handle: "h", lifetimeSeconds: 3_600))) }
        #expect(script.lastRecord?.state == .queued)
        #expect(script.lastRecord?.message.contains("key refused") == true)
    }

    @Test func workThatIsSubmittedAgainGoesToAnEngineThatIsThere() throws {
        let (_, ended) = try Self.unknown()
        var script = EngineScript.with([StepDefinition(name: "pose_transfer", engines: ["other"])]) { settings in
            settings.engines["other"] = settings.engines[EngineScript.engine]
        }
        script.now.unix += 1
        guard
            case .resolved(_, let followUp?)? = script.ask(
                .resolve(task: ended.id, .submittedAgain), lookup: Self.lookup(ended))
        else {
            Issue.record("another answer was expected")
            return
        }
        #expect(followUp.record.engine == "other")
    }

    @Test func pausingTwiceIsSavedOnce() {
        var script = EngineScript()
        _ = script.ask(.setEngine(EngineScript.engine, isPaused: true))
        _ = script.ask(.setEngine(EngineScript.engine, isPaused: true))
        #expect(script.story == ["answer"])
    }
}

/// What is surely wrong is found before money is spent.
@Suite struct FirstProbeTests {
    private static func started(with probe: Probe) throws -> EngineScript {
        var first = EngineScript()
        let accepted = first.submit()
        let view = try #require(accepted)
        var recovery = Recovery()
        recovery.openTasks = [view.record]
        var script = EngineScript()
        _ = script.recover(recovery)
        #expect(script.calls("prepare").isEmpty)
        script.answerProbes(probe)
        return script
    }

    @Test func aWrongNodeHoldsTheTasksAndIsAskedAgain() throws {
        var script = try Self.started(with: Probe(reachable: true, workflowValid: false, message: "no node 77"))
        #expect(script.calls("prepare").isEmpty)
        #expect(script.machine.standings.first?.state == .degraded)
        #expect(script.machine.standings.first?.message.contains("no node 77") == true)
        script.reply(script.passUntilCall("probe"), .probed(Probe(reachable: true, workflowValid: true)))
        #expect(script.calls("prepare").count == 2)
    }

    @Test func aRefusedKeyHoldsTheTasks() throws {
        var script = try Self.started(with: Probe(reachable: true, authorised: false, message: "key refused"))
        #expect(script.calls("prepare").isEmpty)
        let later = script.submit()
        #expect(later?.latest.message == "waiting: engine '\(EngineScript.engine)': key refused")
    }

    @Test func silenceAndAnEmptyAccountHoldNothing() throws {
        for probe in [Probe(reachable: false), Probe(reachable: true, funded: false)] {
            #expect(try Self.started(with: probe).calls("prepare").count == 2)
        }
    }

    @Test func runsOfOthersAreCountedApart() throws {
        let script = try Self.started(with: Probe(reachable: true, runsUnderWay: 3))
        #expect(script.machine.standings.first?.foreignRuns == 3)
    }

    @Test func whereAnIntervalIsSetTheEngineIsProbedAgainAndAgain() {
        var script = EngineScript { $0.probeIntervalMilliseconds = 60_000 }
        _ = script.recover(Recovery())
        for _ in 1...3 {
            script.answerProbes()
            #expect(script.passUntilCall("probe", limit: 60_000) != nil)
        }
    }
}

/// Parameters that engines declare.
@Suite struct ParameterTests {
    private static func script() -> EngineScript {
        EngineScript.with([
            StepDefinition(name: "s", engines: [EngineScript.engine]), StepDefinition(name: "t", engines: ["refiner"]),
        ]) { settings in
            settings.engines[EngineScript.engine]?.plan.parameters = [
                ParameterRule(name: "seed", kind: .integer, minimum: "0", maximum: "100")
            ]
            settings.engines["refiner"]?.plan.parameters = [ParameterRule(name: "sharp", kind: .boolean)]
        }
    }

    private static func submission(_ parameters: [String: String]) -> Submission {
        var submission = EngineScript.submission()
        submission.parameters = parameters
        return submission
    }

    @Test func eachEngineGetsItsOwn() throws {
        var script = Self.script()
        let accepted = script.submit(Self.submission(["seed": "7", "sharp": "true"]))
        try #require(accepted != nil)
        script.upload()
        guard case .submit(let request)? = script.call("submit")?.kind else {
            Issue.record("another answer was expected")
            return
        }
        #expect(request.parameters == ["seed": "7"])
    }

    @Test func anUndeclaredOneIsRefusedByName() {
        var script = Self.script()
        #expect(script.ask(.submit(Self.submission(["steps": "7"]))) == .refused(.parameterUnknown("steps")))
    }

    @Test(arguments: ["-1", "101", "x", "7.5", ""])
    func aValueOutsideItsRuleIsRefused(_ value: String) {
        var script = Self.script()
        guard case .refused(.parameterInvalid("seed", _))? = script.ask(.submit(Self.submission(["seed": value])))
        else {
            Issue.record("'\(value)' was taken")
            return
        }
    }
}
