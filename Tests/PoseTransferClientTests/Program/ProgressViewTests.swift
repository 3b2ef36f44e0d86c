import PoseTransferClient
import Testing

@testable import posetransferctl

@Suite struct ProgressViewTests {
    private func event(
        _ state: TaskState, _ sequence: UInt64 = 1, at: Int64 = 1_000, _ change: (inout StatusEvent) -> Void = { _ in }
    ) -> StatusEvent {
        var event = StatusEvent(taskID: "t", sequence: sequence, state: state)
        event.atUnixMilliseconds = at
        change(&event)
        return event
    }

    @Test func linesTellEachStoredEventWithTheTimeSinceTheFirst() {
        var view = ProgressView(style: .lines)
        let queued = event(.queued) {
            $0.queuePosition = 3
            $0.message = "waiting"
        }
        #expect(view.eventReceived(queued, now: 9) == "0 s       QUEUED  place 3 in the queue  waiting\n")
        #expect(view.eventReceived(event(.queued) { $0.isTransient = true }, now: 9) == "")
        let running = event(.running, 2, at: 66_500) {
            $0.attempt = 2
            $0.dropped = 4
            $0.isCancelRequested = true
        }
        #expect(
            view.eventReceived(running, now: 9)
                == "1:05 min  RUNNING  attempt 2  cancellation asked for  (4 earlier events left out)\n")
        let failed = event(.failed, 3, at: 67_000) {
            $0.failure = TaskFailure(code: 10, reason: "RUN_FAILED", message: "node 3")
            $0.message = "node 3"
        }
        #expect(view.eventReceived(failed, now: 9) == "1:06 min  FAILED  RUN_FAILED  node 3\n")
        #expect(view.ticked(now: 99_000) == "")
        #expect(view.cleared() == "")
    }

    @Test func theTerminalsLineIsDrawnAgainAndNeverWiderThanTheTerminal() {
        for columns in [1, 2, 10, 40, 200] {
            var view = ProgressView(style: .terminal(columns: columns))
            let text = view.eventReceived(event(.queued) { $0.queuePosition = 12 }, now: 1_000)
            #expect(text.hasPrefix("\r"))
            #expect(text.hasSuffix("\u{1B}[K"))
            #expect(text.count - 4 <= max(1, columns - 1))
        }
    }

    @Test func theBarGrowsWithTheProgress() {
        var view = ProgressView(style: .terminal(columns: 200))
        var lengths: [Int] = []
        var events = [event(.queued), event(.uploading), event(.submitting)]
        events += [0.0, 0.25, 0.5, 1].map { progress in event(.running) { $0.progress = progress } }
        events += [event(.downloading), event(.succeeded)]
        for event in events {
            lengths.append(view.eventReceived(event, now: 1_000).count { $0 == "#" })
        }
        #expect(lengths == lengths.sorted())
        #expect(lengths.first == 0)
        #expect(lengths.last == 24)
        #expect(view.eventReceived(event(.running) { $0.progress = 0.5 }, now: 1_000).contains(" 50%  RUNNING"))
    }

    @Test func withoutProgressAMarkWandersAndTheTimeRuns() {
        var view = ProgressView(style: .terminal(columns: 200))
        _ = view.eventReceived(event(.running), now: 1_000)
        let texts = (0..<60).map { view.ticked(now: 1_000 + $0 * 500) }
        #expect(texts.allSatisfy { $0.count { $0 == ">" } == 1 })
        #expect(Set(texts).count == 60)
        #expect(texts.last?.contains("  29 s") == true)
    }

    @Test func aClockThatIsBehindShowsNoNegativeTime() {
        var view = ProgressView(style: .terminal(columns: 200))
        #expect(view.eventReceived(event(.queued, at: 5_000_000), now: 1_000).contains("  0 s"))
        #expect(view.eventReceived(event(.running, at: 1), now: .min).contains("RUNNING"))
    }

    @Test func nothingIsDrawnBeforeTheFirstEventAndBehindTheLast() {
        var view = ProgressView(style: .terminal(columns: 80))
        #expect(view.ticked(now: 1) == "")
        #expect(view.cleared() == "")
        _ = view.eventReceived(event(.succeeded), now: 1_000)
        #expect(view.ticked(now: 2_000) == "")
        #expect(view.cleared() == "\r\u{1B}[K")
        #expect(view.cleared() == "")
    }

    @Test func textFromElsewhereMovesNoCursor() {
        var view = ProgressView(style: .lines)
        let text = view.eventReceived(event(.running) { $0.message = "a\u{1B}[2Jb\nc\u{202E}d\u{9B}e" }, now: 1)
        #expect(text == "0 s       RUNNING  a [2Jb c d e\n")
    }

    @Test func theEndingTellsWhyAndWhatItCost() {
        let failed = event(.failed) {
            $0.failure = TaskFailure(code: 10, reason: "RUN_FAILED", message: "node 3\u{1B}")
            $0.charge = .yes
            $0.cost = Cost(coins: "17")
        }
        #expect(
            TaskText.ending(failed, elapsed: .seconds(61))
                == "FAILED after 1:01 min, cost 17 coins (charged: YES): RUN_FAILED: node 3 \n")
        let cancelled = event(.cancelled) { $0.charge = .no }
        #expect(TaskText.ending(cancelled, elapsed: .seconds(1)) == "CANCELLED after 1 s (charged: NO)\n")
        let done = event(.succeeded) { $0.cost = Cost(coins: "17", money: "0.12", currency: "CNY") }
        #expect(TaskText.ending(done, elapsed: .seconds(7_265)) == "SUCCEEDED after 2:01:05 h, cost 0.12 CNY\n")
    }
}
