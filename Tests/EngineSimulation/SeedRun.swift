/// Many seeds, and what they showed together.
package struct SeedRun: Sendable {
    package private(set) var seeds: UInt64 = 0
    package private(set) var tasks = 0
    package private(set) var crashes = 0
    package private(set) var submitsInFlightAtCrash = 0
    package private(set) var creates = 0
    package private(set) var turns = 0
    package private(set) var ends: [String: Int] = [:]
    package private(set) var violations: [(seed: UInt64, what: String)] = []
    package private(set) var trace: [String] = []

    /// Ends early at the fifth violation, or with a canary at the first.
    package static func run(from first: UInt64, count: UInt64, canary: Canary? = nil, keepsTrace: Bool = false)
        -> SeedRun
    {
        var summary = SeedRun()
        for seed in first..<(first + count) {
            var world = SimulatedWorld(seed: seed, canary: canary, keepsTrace: keepsTrace)
            summary.add(world.run())
            if summary.violations.count >= (canary == nil ? 5 : 1) { break }
        }
        return summary
    }

    private mutating func add(_ report: SimulatedWorld.Report) {
        seeds += 1
        tasks += report.tasks
        crashes += report.crashes
        submitsInFlightAtCrash += report.submitsInFlightAtCrash
        creates += report.creates
        turns += report.turns
        ends.merge(report.ends) { $0 + $1 }
        trace += report.trace
        if let violation = report.violation { violations.append((report.seed, violation)) }
    }

    package var text: String {
        var lines = [
            "\(seeds) seeds, \(turns) turns, \(tasks) tasks, \(creates) paid creates, \(crashes) crashes "
                + "(\(submitsInFlightAtCrash) submits in flight then), \(violations.count) violations"
        ]
        lines += ends.keys.sorted().map { "  \($0): \(ends[$0] ?? 0)" }
        lines += violations.map { "VIOLATION seed \($0.seed): \($0.what)" }
        return lines.joined(separator: "\n")
    }
}
