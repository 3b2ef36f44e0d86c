import BackendAPI
import Testing

@testable import EngineCore

private let noMoney = BackendError(.quota, code: "416", message: "no balance")
private let full = BackendError(.backpressure(retryAfterMilliseconds: nil), code: "421", message: "TASK_QUEUE_MAXED")
private let reset = BackendError(.transient, code: "reset", message: "reset after the request")
private let refusedConnection = BackendError(.transient, code: "connect", message: "connection refused")

@Suite struct SubmitWayTests {
    @Test func intentIsSavedRightBeforeTheOneCall() {
        var script = EngineScript()
        let outcome1 = script.submit()
        #expect(outcome1 != nil)
        #expect(script.story == ["save queued", "answer", "save uploading", "prepare", "prepare"])
        script.upload()
        #expect(script.story.suffix(2) == ["save submitting", "submit"])
        #expect(script.lastRecord?.marker.count == 32)
        #expect(script.lastRecord?.charged == .unknown)
    }

    @Test func acceptedRunIsSavedWithItsIDAndIsCharged() {
        var script = EngineScript()
        _ = script.running()
        #expect(script.lastRecord?.run == RunID(rawValue: "run-1"))
        #expect(script.lastRecord?.charged == .yes)
        #expect(script.lastRecord?.state == .running)
    }

    @Test func unknownOutcomeEndsTheTaskAndIsNeverSentAgain() {
        var script = EngineScript()
        _ = script.submit()
        script.upload()
        script.reply(script.call("submit"), .submitted(.unknown(reset)))
        #expect(script.lastRecord?.failure?.reason == .submissionUnknown)
        #expect(script.lastRecord?.charged == .unknown)
        let outcome2 = script.passUntilCall("submit")
        #expect(outcome2 == nil)
    }

    @Test func unknownOutcomeIsSentAgainOnlyWhereConfigured() {
        var script = EngineScript { $0.engines[EngineScript.engine]?.plan.resubmitsUnknown = true }
        _ = script.submit()
        script.upload()
        script.reply(script.call("submit"), .submitted(.unknown(reset)))
        #expect(script.lastRecord?.attempt == 2)
        let outcome3 = script.passUntilCall("submit")
        #expect(outcome3 != nil)
    }

    @Test func aSecondAnswerToTheSameCallSaysNothing() {
        var script = EngineScript()
        _ = script.submit()
        script.upload()
        let call = script.call("submit")
        script.reply(call, .submitted(.accepted(RunID(rawValue: "run-1"))))
        script.reply(call, .submitted(.accepted(RunID(rawValue: "run-2"))))
        #expect(script.story.isEmpty)
    }

    @Test func fullProviderPutsOffAndKeepsTheTask() {
        var script = EngineScript()
        _ = script.submit()
        script.upload()
        for attempt in 2...40 {
            script.reply(script.call("submit"), .submitted(.refused(full)))
            #expect(script.lastRecord?.state == .queued)
            #expect(script.lastRecord?.attempt == UInt32(attempt))
            #expect(script.lastRecord?.charged == .no)
            let outcome4 = script.passUntilCall("submit")
            #expect(outcome4 != nil)
        }
        #expect(script.calls("prepare").isEmpty, "an upload that is still valid is used again")
    }

    @Test(arguments: [0, 1])
    func expiredUploadsLeaveMemory(belowLimit: Int) {
        var script = EngineScript()
        let count = EngineLimits.uploadsInMemoryMin - belowLimit - 2
        for number in 0..<count {
            let key = EngineMachine.UploadKey(scope: "engine-\(number)", digest: EngineScript.image(9).digest)
            script.machine.uploads[key] = .ready(
                UploadRecord(engine: key.scope, digest: key.digest, handle: "old", expiresAt: script.now.unix))
        }
        _ = script.submit()
        script.upload()
        #expect(script.machine.uploads.count == (belowLimit == 0 ? 2 : count + 2))
        #expect(script.call("submit") != nil)
    }

    @Test(arguments: [0, 1])
    func goodUploadsHaveABoundInMemory(belowLimit: Int) {
        var script = EngineScript()
        let count = EngineLimits.uploadsInMemoryMax - belowLimit - 2
        script.machine.uploadsSweptAt = EngineLimits.uploadsInMemoryMax
        for number in 0..<count {
            let key = EngineMachine.UploadKey(scope: "engine-\(number)", digest: EngineScript.image(9).digest)
            script.machine.uploads[key] = .ready(
                UploadRecord(
                    engine: key.scope, digest: key.digest, handle: "good",
                    expiresAt: script.now.unix + 1 + Int64(number)))
        }
        _ = script.submit()
        script.upload()
        #expect(
            belowLimit == 0 ? script.machine.uploads.count <= count / 2 + 2 : script.machine.uploads.count == count + 2)
        #expect(script.call("submit") != nil)
    }

    /// The provider bills a run that it has, though it said at once that it cannot succeed.
    @Test func theCancelOfAnInvalidRunIsRepeatedWithoutAnAnswer() {
        var script = EngineScript()
        _ = script.submit()
        script.upload()
        let invalid = BackendError(.permanent, code: "433", message: "node errors")
        script.reply(script.call("submit"), .submitted(.acceptedButInvalid(RunID(rawValue: "run-1"), invalid)))
        #expect(script.lastRecord?.failure?.reason == .runInvalid)
        #expect(script.call("cancel") != nil)
        for _ in 1..<EngineLimits.cancelTriesMax {
            script.reply(script.call("cancel"), .cancelled(.noAnswer(refusedConnection)))
            let again = script.passUntilCall("cancel")
            #expect(again != nil)
        }
        script.reply(script.call("cancel"), .cancelled(.noAnswer(refusedConnection)))
        let more = script.passUntilCall("cancel")
        #expect(more == nil)
        #expect(script.machine.unwantedRuns.isEmpty)
    }

    @Test func unreachableProviderUsesUpTheAttempts() {
        var script = EngineScript()
        _ = script.submit()
        script.upload()
        for _ in 1..<EngineLimits.transientAttemptsMax {
            script.reply(script.call("submit"), .submitted(.refused(refusedConnection)))
            let outcome5 = script.passUntilCall("submit")
            #expect(outcome5 != nil)
        }
        script.reply(script.call("submit"), .submitted(.refused(refusedConnection)))
        #expect(script.lastRecord?.failure?.reason == .engineUnavailable)
        #expect(script.lastRecord?.charged == .no)
    }

    @Test func engineWithoutBalanceHoldsItsTasksUntilItHeals() {
        var script = EngineScript()
        _ = script.submit()
        script.upload()
        script.reply(script.call("submit"), .submitted(.refused(noMoney)))
        #expect(script.lastRecord?.state == .queued)
        let probe = script.passUntilCall("probe")
        #expect(probe != nil)
        script.reply(probe, .probed(Probe(funded: false, message: "empty")))
        #expect(script.calls("submit").isEmpty)
        script.reply(script.passUntilCall("probe"), .probed(Probe(funded: true)))
        #expect(script.call("submit") != nil)
    }

    @Test func startByOfAHeldTaskFailsWithTheEnginesReason() {
        var script = EngineScript()
        var submission = EngineScript.submission()
        submission.startByMilliseconds = 60_000
        _ = script.submit(submission)
        script.upload()
        script.reply(script.call("submit"), .submitted(.refused(noMoney)))
        script.pass(60_001)
        #expect(script.lastRecord?.failure?.reason == .engineQuota)
        #expect(script.lastRecord?.charged == .no)
    }

    @Test func startByPassesInTheQueue() {
        var script = EngineScript()
        _ = script.running()
        var submission = EngineScript.submission(caller: "bob")
        submission.startByMilliseconds = 5_000
        _ = script.submit(submission)
        script.pass(4_999)
        #expect(script.lastRecord?.failure == nil)
        script.pass(1)
        #expect(script.lastRecord?.failure?.reason == .startByPassed)
    }

    @Test func slotsAreNeverExceededAndComeBack() {
        var script = EngineScript(slots: 2)
        for pose in 2...5 { _ = script.submit(EngineScript.submission(pose: UInt8(pose))) }
        #expect(script.machine.standings.first?.slotsUsed == 2)
        #expect(script.machine.queuedCount == 2)
    }
}

@Suite struct RequestTests {
    @Test func sameKeySameContentIsTheSameTask() {
        var script = EngineScript()
        let first = script.submit(EngineScript.submission("k"))
        guard case .submitted(let second, let deduplicated)? = script.ask(.submit(EngineScript.submission("k"))) else {
            Issue.record("the second submit must be answered with the task")
            return
        }
        #expect(second.record.id == first?.record.id)
        #expect(deduplicated)
        let outcome6 = script.ask(.submit(EngineScript.submission("k", pose: 9)))
        #expect(outcome6 == .refused(.idempotencyKeyReused))
        let outcome7 = script.submit(EngineScript.submission("k", caller: "bob"))?.record.id
        #expect(outcome7 != first?.record.id)
    }

    @Test func keyOfATaskOnDiskIsHonouredWhateverElseWouldRefuse() {
        var script = EngineScript()
        guard let first = script.submit(EngineScript.submission("k")) else { return }
        var later = EngineScript { $0.pipelines = [:] }
        var lookup = JournalLookup()
        lookup.task = first.record
        later.feed(.drainBegan)
        guard case .submitted(let view, true)? = later.ask(.submit(EngineScript.submission("k")), lookup: lookup) else {
            Issue.record("a known key comes before every other check")
            return
        }
        #expect(view.record.id == first.record.id)
    }

    @Test func refusalsNameWhatIsWrong() {
        var script = EngineScript { settings in
            settings.pipelines["off"] = PipelineDefinition(
                isEnabled: false, steps: [StepDefinition(name: "s", engines: [EngineScript.engine])])
            settings.pipelines["old"] = PipelineDefinition(
                isEnabled: true, steps: [StepDefinition(name: "s", engines: ["legacy"])])
            settings.engines["legacy"] = EngineDefinition(
                type: "onething", plan: EnginePlan(concurrency: 1, timeoutMilliseconds: 1, pollIntervalMilliseconds: 1),
                capabilities: LegacyBackend(type: "onething").capabilities,
                disabled: DisabledType(reason: "old", replacement: "runninghub"))
            settings.callerLimits["bob"] = CallerLimits(openTasksMax: 1)
            settings.queuedTasksMax = 2
        }
        var submission = EngineScript.submission()
        submission.pipeline = "nope"
        let outcome8 = script.ask(.submit(submission))
        #expect(outcome8 == .refused(.pipelineUnknown("nope")))
        submission.pipeline = "off"
        let outcome9 = script.ask(.submit(submission))
        #expect(outcome9 == .refused(.pipelineDisabled("off")))
        submission.pipeline = "old"
        #expect(
            script.ask(.submit(submission)) == .refused(.engineDisabled(engine: "legacy", replacement: "runninghub")))
        submission = EngineScript.submission()
        submission.parameters = ["zeta": "1", "alpha": "2"]
        let outcome10 = script.ask(.submit(submission))
        #expect(outcome10 == .refused(.parameterUnknown("alpha")))
        submission = EngineScript.submission()
        submission.pose = .named(EngineScript.image(7).digest)
        let outcome11 = script.ask(.submit(submission))
        #expect(outcome11 == .refused(.imageUnknown(.pose)))
        let outcome12 = script.submit(EngineScript.submission(caller: "bob"))
        #expect(outcome12 != nil)
        guard case .refused(.callerLimit)? = script.ask(.submit(EngineScript.submission(caller: "bob"))) else {
            Issue.record("bob may have one open task")
            return
        }
        _ = script.submit()
        _ = script.submit()
        let outcome13 = script.ask(.submit(EngineScript.submission()))
        #expect(outcome13 == .refused(.queueFull(retryAfterMilliseconds: 5_000)))
        script.feed(.drainBegan)
        let outcome14 = script.ask(.submit(EngineScript.submission()))
        #expect(outcome14 == .refused(.draining))
    }

    @Test func anotherCallersTaskIsAsUnknownAsNone() {
        var script = EngineScript()
        guard let view = script.submit() else { return }
        let cancel = EngineRequest.cancel(caller: "bob", task: view.record.id, reason: "")
        let outcome15 = script.ask(cancel)
        #expect(outcome15 == .refused(.taskUnknown))
        #expect(
            script.ask(.cancel(caller: "bob", task: TaskID(rawValue: "none"), reason: "")) == .refused(.taskUnknown))
    }
}

@Suite struct CancelTests {
    private func cancel(_ view: TaskView?) -> EngineRequest {
        .cancel(caller: "ann", task: view?.record.id ?? TaskID(rawValue: ""), reason: "not wanted")
    }

    @Test func queuedTaskIsCancelledInTheAnswer() {
        var script = EngineScript()
        _ = script.running()
        let view = script.submit(EngineScript.submission(pose: 3))
        guard case .cancelled(let answer)? = script.ask(cancel(view)) else { return }
        #expect(answer.record.state == .cancelled)
        #expect(answer.latest.message == "not wanted")
        #expect(answer.record.charged == .no)
    }

    @Test func runningTaskIsCancelledAtTheProviderThenReadOnceMore() {
        var script = EngineScript()
        let view = script.running()
        _ = script.ask(cancel(view))
        #expect(script.story.prefix(2) == ["save running", "cancel"])
        script.reply(script.call("cancel"), .cancelled(.accepted))
        script.reply(
            script.call("observe"), .observed(.failed(BackendError(.permanent, code: "805", message: ""), cost: nil)))
        #expect(script.lastRecord?.state == .cancelled)
        #expect(script.lastRecord?.charged == .yes)
    }

    @Test func resultThatCameFirstIsKept() {
        var script = EngineScript()
        let view = script.running()
        _ = script.ask(cancel(view))
        script.reply(script.call("cancel"), .cancelled(.alreadyEnded))
        let output = RunOutput(name: "image", url: "http://x/1.png", node: "10")
        script.reply(script.call("observe"), .observed(.succeeded(outputs: [output], cost: nil)))
        script.reply(script.call("download"), .downloaded([TaskOutput(name: "image", image: EngineScript.image(9))]))
        #expect(script.lastRecord?.state == .succeeded)
        #expect(script.lastRecord?.cancelRequested == true)
    }

    @Test func cancelDuringSubmitWaitsForItsOutcome() {
        var script = EngineScript()
        let view = script.submit()
        script.upload()
        let submit = script.call("submit")
        guard case .cancelled(let answer)? = script.ask(cancel(view)) else { return }
        #expect(answer.record.state == .submitting)
        #expect(answer.record.cancelRequested)
        script.reply(submit, .submitted(.accepted(RunID(rawValue: "run-1"))))
        #expect(script.story == ["save running", "cancel"])
    }

    @Test func cancelOfAnUnknownSubmitStaysUnknown() {
        var script = EngineScript()
        let view = script.submit()
        script.upload()
        let submit = script.call("submit")
        _ = script.ask(cancel(view))
        script.reply(submit, .submitted(.unknown(reset)))
        #expect(script.lastRecord?.failure?.reason == .submissionUnknown)
    }

    @Test func secondCancelChangesNothing() {
        var script = EngineScript()
        let view = script.running()
        _ = script.ask(cancel(view))
        guard case .cancelled? = script.ask(cancel(view)) else { return }
        #expect(script.story == ["answer"])
    }
}

@Suite struct RunTests {
    @Test func deadlineCancelsReadsOnceMoreAndSaysTimeout() {
        var script = EngineScript()
        _ = script.running()
        while script.call("cancel") == nil, script.now.monotonic < 400_000 {
            if let look = script.passUntilCall("observe", limit: 10_000) {
                script.reply(look, .observed(.running(progress: nil)))
            }
        }
        script.reply(script.call("cancel"), .cancelled(.accepted))
        script.reply(script.call("observe"), .observed(.cancelled(cost: RunCost(coins: "4"))))
        #expect(script.lastRecord?.failure?.reason == .taskTimeout)
        #expect(script.lastRecord?.cost?.coins == "4")
    }

    @Test func failedRunIsReportedAtTheNextLook() {
        var script = EngineScript()
        _ = script.running()
        let look = script.passUntilCall("observe")
        script.reply(
            look,
            .observed(.failed(BackendError(.permanent, code: "805", message: "KSampler: out of memory"), cost: nil)))
        #expect(script.lastRecord?.failure?.reason == .runFailed)
        #expect(script.lastRecord?.failure?.message.contains("KSampler") == true)
        let outcome16 = script.passUntilCall("observe")
        #expect(outcome16 == nil, "nothing is polled after its end")
    }

    @Test func progressNeverFallsAndIsTransient() {
        var script = EngineScript()
        _ = script.running()
        script.reply(script.passUntilCall("observe"), .observed(.running(progress: 0.5)))
        #expect(script.story == ["show"])
        script.reply(script.passUntilCall("observe"), .observed(.running(progress: 0.4)))
        #expect(script.story.isEmpty)
    }

    @Test(arguments: [(1, false), (2, false), (3, true)])
    func lostRunHasAGraceOfThreeLooks(looks: Int, ends: Bool) {
        var script = EngineScript()
        _ = script.running()
        for _ in 0..<looks {
            script.reply(
                script.passUntilCall("observe"),
                .observed(.lost(BackendError(.permanent, code: "807", message: "gone"))))
        }
        #expect((script.lastRecord?.failure?.reason == .runLost) == ends)
    }

    @Test func expiredLinkIsReadAnewAFewTimesThenGivenUp() {
        var script = EngineScript()
        _ = script.running()
        let output = RunOutput(name: "image", url: "http://x/1.png", node: "10")
        let expired = BackendError(.expired, code: "HTTP 403", message: "gone")
        script.reply(script.passUntilCall("observe"), .observed(.succeeded(outputs: [output], cost: nil)))
        for _ in 1..<EngineLimits.uselessDownloadsMax {
            let before = script.now.monotonic
            script.reply(script.call("download"), .downloadFailed(expired))
            #expect(script.lastRecord?.failure == nil)
            script.reply(script.passUntilCall("observe"), .observed(.succeeded(outputs: [output], cost: nil)))
            #expect(script.now.monotonic - before >= 2_700, "a look's interval lies between two tries")
        }
        script.reply(script.call("download"), .downloadFailed(expired))
        #expect(script.lastRecord?.failure?.reason == .resultUnavailable)
    }

    /// The run is paid for and its result stays at the provider: minutes without network must not lose it.
    @Test func outageWhileDownloadingIsWaitedOut() {
        var script = EngineScript()
        _ = script.running()
        let output = RunOutput(name: "image", url: "http://x/1.png", node: "10")
        script.reply(script.passUntilCall("observe"), .observed(.succeeded(outputs: [output], cost: nil)))
        script.reply(script.call("download"), .downloadFailed(reset))
        let began = script.now.monotonic
        let keyRefused = BackendError(.auth, code: "HTTP 403", message: "a gateway's page")
        var looks = 0
        while script.now.monotonic < began + 1_800_000, let observe = script.passUntilCall("observe") {
            looks += 1
            script.reply(observe, .observed(.noAnswer(looks % 2 == 0 ? reset : keyRefused)))
        }
        script.reply(script.passUntilCall("observe"), .observed(.succeeded(outputs: [output], cost: nil)))
        script.reply(script.call("download"), .downloaded([TaskOutput(name: "image", image: EngineScript.image(9))]))
        #expect(script.lastRecord?.state == .succeeded)
    }

    @Test func outageWhileDownloadingHasAnEnd() {
        var script = EngineScript()
        _ = script.running()
        let output = RunOutput(name: "image", url: "http://x/1.png", node: "10")
        script.reply(script.passUntilCall("observe"), .observed(.succeeded(outputs: [output], cost: nil)))
        script.reply(script.call("download"), .downloadFailed(reset))
        for _ in 2..<EngineLimits.downloadTriesMax {
            script.reply(script.passUntilCall("observe"), .observed(.noAnswer(reset)))
            #expect(script.lastRecord?.failure == nil)
        }
        script.reply(script.passUntilCall("observe"), .observed(.noAnswer(reset)))
        #expect(script.lastRecord?.failure?.reason == .resultUnavailable)
    }
}

@Suite struct RecoveryTests {
    private func recovered(_ state: TaskState, _ change: (inout TaskRecord) -> Void = { _ in }) -> (
        EngineScript, [Effect]
    ) {
        var first = EngineScript()
        guard var record = first.submit()?.record else { return (first, []) }
        record.state = state
        change(&record)
        var recovery = Recovery()
        recovery.openTasks = [record]
        recovery.highestNumber = 1
        recovery.highestCursor = 7
        var second = EngineScript()
        second.now.unix += 5_000
        let effects = second.recover(recovery)
        return (second, effects)
    }

    private func kinds(_ effects: [Effect]) -> [String] {
        effects.compactMap { if case .call(let call) = $0, call.kindName != "probe" { call.kindName } else { nil } }
    }

    @Test func submitWithoutARunIDIsUnknownAndNotSentAgain() {
        let (_, effects) = recovered(.submitting)
        guard case .save(.update(let record, let event))? = effects.first else {
            Issue.record("it must end")
            return
        }
        #expect(record.failure?.reason == .submissionUnknown)
        #expect(event.cursor == 8)
        #expect(kinds(effects).isEmpty)
    }

    @Test func submitOfAnEngineThatIsGoneIsUnknownToo() {
        var first = EngineScript()
        guard var record = first.submit()?.record else { return }
        record.state = .submitting
        var recovery = Recovery()
        recovery.openTasks = [record]
        var second = EngineScript { $0.engines = [:] }
        guard case .save(.update(let ended, _))? = second.machine.recover(recovery, at: second.now).first else {
            Issue.record("it must end")
            return
        }
        #expect(ended.failure?.reason == .submissionUnknown)
    }

    @Test func knownRunIsObservedFurther() {
        let (_, effects) = recovered(.running) { $0.run = RunID(rawValue: "run-1") }
        #expect(kinds(effects) == ["observe"])
    }

    @Test func deadlineThatPassedMeanwhileLeavesRoomForOneLook() {
        var (script, effects) = recovered(.running) { record in
            record.run = RunID(rawValue: "run-1")
            record.times.running = record.createdAt - 86_400_000
        }
        #expect(kinds(effects) == ["observe"])
        effects.removeAll()
        script.pass(10_000)
        #expect(script.call("cancel") != nil)
    }

    @Test func wishToCancelIsCarriedOutAfterTheRestart() {
        let (_, effects) = recovered(.running) { record in
            record.run = RunID(rawValue: "run-1")
            record.cancelRequested = true
        }
        #expect(kinds(effects) == ["cancel"])
    }

    @Test func queuedAndUploadingGoOn() {
        for state in [TaskState.queued, .uploading] {
            var (script, effects) = recovered(state)
            #expect(kinds(effects).isEmpty, "nothing starts before the engine said how it stands")
            script.answerProbes()
            #expect(script.calls("prepare").count == 2)
        }
        #expect(kinds(recovered(.downloading) { $0.run = RunID(rawValue: "run-1") }.1) == ["observe"])
    }
}
