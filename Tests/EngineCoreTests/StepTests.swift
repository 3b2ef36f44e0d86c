import BackendAPI
import Testing

@testable import EngineCore

/// Pipelines of several steps: each step's picture is the next one's source, and a step that was paid for is never repeated.
@Suite struct StepTests {
    private static let steps = [
        StepDefinition(name: "pose_transfer", engines: [EngineScript.engine]),
        StepDefinition(name: "refine", engines: ["refiner"]),
    ]
    private static let made = EngineScript.image(7)

    private static func prepared(_ script: EngineScript) -> [StoredImage] {
        script.calls("prepare").compactMap { if case .prepare(let image) = $0.kind { image } else { nil } }
    }

    @Test func theFirstStepsPictureIsTheSecondStepsSource() throws {
        var script = EngineScript.with(Self.steps)
        let accepted = script.running()
        try #require(accepted != nil)
        script.succeed(with: Self.made, cost: RunCost(coins: "17"))
        let record = try #require(script.lastRecord)
        #expect(script.story.prefix(2) == ["save queued", "save uploading"])
        #expect((record.step, record.attempt, record.engine) == ("refine", 1, "refiner"))
        #expect(record.charged == .yes)
        #expect(record.isLastStep)
        #expect(record.run == nil)
        #expect(script.machine.standings.map(\.slotsUsed) == [0, 1], "the first step's slot is free again")
        #expect(Self.prepared(script) == [Self.made, EngineScript.image(2)])
        script.upload()
        let submit = try #require(script.call("submit"))
        #expect(submit.engine == "refiner")
        guard case .submit(let request) = submit.kind else {
            Issue.record("another answer was expected")
            return
        }
        #expect(request.images[RunRequest.sourceInput]?.handle == "api/\(Self.made.digest.hex.prefix(4))")
    }

    @Test func costsOfAllStepsAreAddedAndTheLastPictureIsTheOutput() throws {
        var script = EngineScript.with(Self.steps)
        let accepted = script.running()
        try #require(accepted != nil)
        script.succeed(with: Self.made, cost: RunCost(coins: "17.5"))
        script.upload()
        script.reply(script.call("submit"), .submitted(.accepted(RunID(rawValue: "run-2"))))
        let last = EngineScript.image(8)
        script.succeed(with: last, cost: RunCost(coins: "3"))
        let record = try #require(script.lastRecord)
        #expect(record.state == .succeeded)
        #expect(record.cost == RunCost(coins: "20.5"))
        #expect(record.outputs == [TaskOutput(name: "image", image: last)])
    }

    /// The record that a restart finds says everything that the second step needs.
    @Test(arguments: [TaskState.queued, .uploading])
    func aRestartInTheSecondStepGoesOnFromThere(_ state: TaskState) throws {
        var script = EngineScript.with(Self.steps)
        let accepted = script.running()
        try #require(accepted != nil)
        script.succeed(with: Self.made)
        var record = try #require(script.lastRecord)
        record.state = state
        var recovery = Recovery()
        recovery.openTasks = [record]
        var second = EngineScript.with(Self.steps)
        _ = second.recover(recovery)
        second.answerProbes()
        #expect(Self.prepared(second) == [Self.made, EngineScript.image(2)])
        #expect(second.lastRecord?.step == "refine")
    }

    @Test func aLostSubmitInTheSecondStepIsUnknownThoughTheFirstWasPaid() throws {
        var script = EngineScript.with(Self.steps)
        let accepted = script.running()
        try #require(accepted != nil)
        script.succeed(with: Self.made)
        script.upload()
        script.reply(
            script.call("submit"), .submitted(.unknown(BackendError(.transient, code: "reset", message: "reset"))))
        #expect(script.lastRecord?.failure?.reason == .submissionUnknown)
        #expect(script.lastRecord?.charged == .yes)
    }

    @Test func aWishToCancelEndsTheTaskBetweenItsSteps() throws {
        var script = EngineScript.with(Self.steps)
        let accepted = script.running()
        let view = try #require(accepted)
        let output = RunOutput(name: "image", url: "u", node: "10")
        script.reply(script.passUntilCall("observe"), .observed(.succeeded(outputs: [output], cost: nil)))
        let download = script.call("download")
        _ = script.ask(.cancel(caller: "ann", task: view.record.id, reason: "changed my mind"))
        script.reply(download, .downloaded([TaskOutput(name: "image", image: Self.made)]))
        #expect(script.lastRecord?.state == .cancelled)
        #expect(script.lastRecord?.charged == .yes)
        #expect(script.lastRecord?.message == "changed my mind; the steps before were paid")
    }

    @Test func theReasonOfAWishToCancelIsToldAtTheEndWhateverComesBetween() throws {
        var script = EngineScript.with(Self.steps)
        let accepted = script.submit()
        let view = try #require(accepted)
        script.upload()
        let submit = script.call("submit")
        _ = script.ask(.cancel(caller: "ann", task: view.record.id, reason: "changed my mind"))
        script.reply(submit, .submitted(.accepted(RunID(rawValue: "run-1"))))
        script.reply(script.call("cancel"), .cancelled(.alreadyEnded))
        script.succeed(with: Self.made)
        #expect(script.lastRecord?.message == "changed my mind; the steps before were paid")
    }

    @Test func aStepThatIsConfiguredNoMoreEndsTheTaskWithThatReason() throws {
        var script = EngineScript.with(Self.steps)
        let accepted = script.running()
        try #require(accepted != nil)
        let record = try #require(script.lastRecord)
        var recovery = Recovery()
        recovery.openTasks = [record]
        var second = EngineScript()
        _ = second.recover(recovery)
        second.succeed(with: Self.made)
        #expect(second.lastRecord?.failure?.reason == .pipelineUnknown)
    }

    /// Else it would wait for its start-by for an engine that never comes.
    @Test(arguments: [true, false])
    func aNextStepThatCannotBeginEndsTheTaskAtOnce(_ isEnabled: Bool) throws {
        var script = EngineScript.with(Self.steps)
        let accepted = script.running()
        try #require(accepted != nil)
        var recovery = Recovery()
        recovery.openTasks = [try #require(script.lastRecord)]
        var second = EngineScript.with(Self.steps) { settings in
            settings.pipelines["pose_change"]?.isEnabled = isEnabled
            if isEnabled { settings.engines["refiner"] = nil }
        }
        _ = second.recover(recovery)
        second.succeed(with: Self.made)
        #expect(second.lastRecord?.failure?.reason == (isEnabled ? .engineDisabled : .pipelineDisabled))
        #expect(second.lastRecord?.charged == .yes)
    }

    /// The record's time-out is the widest of the pipeline's, and each engine cuts it to its own.
    @Test(
        arguments: [(0, 300, 900), (0, 900, 300), (400_000, 300, 900), (100_000, 300, 900)] as [(Int64, Int64, Int64)])
    func eachStepHasItsOwnEnginesTimeOut(asked: Int64, first: Int64, second: Int64) throws {
        var script = EngineScript.with(Self.steps) { settings in
            settings.engines[EngineScript.engine]?.plan.timeoutMilliseconds = first * 1_000
            settings.engines["refiner"]?.plan.timeoutMilliseconds = second * 1_000
        }
        var submission = EngineScript.submission()
        submission.taskTimeoutMilliseconds = asked
        let accepted = script.running(submission)
        let view = try #require(accepted)
        let limits = [first, second].map { asked > 0 ? min(asked, $0 * 1_000) : $0 * 1_000 }
        #expect(script.machine.open[view.record.number]?.deadline == script.now.monotonic + limits[0])
        script.succeed(with: Self.made)
        script.upload()
        script.reply(script.call("submit"), .submitted(.accepted(RunID(rawValue: "run-2"))))
        #expect(script.machine.open[view.record.number]?.deadline == script.now.monotonic + limits[1])
    }

    /// What was the last step when it began stays the last one.
    @Test func aStepThatIsAddedMeanwhileDoesNotHoldTheResultBack() throws {
        var script = EngineScript()
        let accepted = script.running()
        try #require(accepted != nil)
        let record = try #require(script.lastRecord)
        var recovery = Recovery()
        recovery.openTasks = [record]
        var second = EngineScript.with(Self.steps)
        _ = second.recover(recovery)
        second.succeed(with: Self.made)
        #expect(second.lastRecord?.state == .succeeded)
    }
}

@Suite struct RunCostTests {
    @Test(arguments: [
        ("17", "3", "20"), ("0.1", "0.2", "0.3"), ("17.50", "0.5", "18"), ("", "4", "4"), ("4", "", "4"),
        ("-1.5", "1", "-0.5"), ("1e3", "1", ""), ("abc", "1", ""), (".5", "1", ""), ("5.", "1", ""),
        ("999999999999999999", "1", "1000000000000000000"), ("1234567890123456789", "1", ""),
        ("0.000000000000000001", "0.000000000000000009", "0.00000000000000001"),
    ])
    func amountsAreAddedExactlyOrNotAtAll(_ left: String, _ right: String, _ sum: String) {
        #expect((RunCost(coins: left) + RunCost(coins: right)).coins == sum)
    }

    @Test func moneyOfTwoCurrenciesHasNoSum() {
        let sum = RunCost(money: "1", currency: "USD") + RunCost(money: "2", currency: "CNY")
        #expect(sum == RunCost())
        #expect(RunCost(money: "1", currency: "USD") + RunCost() == RunCost(money: "1", currency: "USD"))
    }
}
