import EngineSimulation
import Testing

@Suite struct SimulationTests {
    /// The seeds are fixed, so that a red run is red everywhere: `swift run simulate --seed N --trace` shows it.
    @Test func fiveHundredSeedsKeepEveryPromise() {
        let summary = SeedRun.run(from: 1, count: 500)
        #expect(summary.violations.isEmpty, "\(summary.text)")
        // Too quiet a run proves nothing.
        #expect(summary.tasks > 2_000, "\(summary.text)")
        #expect(summary.crashes > 500, "\(summary.text)")
        #expect(summary.submitsInFlightAtCrash > 20, "\(summary.text)")
        for end in ["succeeded", "cancelled", "SUBMISSION_UNKNOWN", "RUN_FAILED", "TASK_TIMEOUT", "UPLOAD_FAILED"] {
            #expect(summary.ends[end, default: 0] > 0, "no task ended \(end)\n\(summary.text)")
        }
    }

    @Test(arguments: Canary.allCases)
    func plantedBugIsFound(canary: Canary) {
        let summary = SeedRun.run(from: 1, count: 500, canary: canary)
        #expect(!summary.violations.isEmpty, "the planted bug '\(canary)' was not found in 500 seeds")
    }

    @Test(arguments: [3, 77, 1_234] as [UInt64])
    func sameSeedIsTheSameRun(seed: UInt64) {
        var first = SimulatedWorld(seed: seed, keepsTrace: true)
        var second = SimulatedWorld(seed: seed, keepsTrace: true)
        let trace = first.run().trace
        #expect(trace.count > 20)
        #expect(trace == second.run().trace)
    }
}
