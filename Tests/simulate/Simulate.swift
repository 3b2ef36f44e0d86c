import ArgumentParser
import EngineSimulation

/// Runs the engine against a simulated world under seeds, and says the first seed that breaks a promise.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the production core under seeds, with crashes and faults at any step.",
        discussion:
            "Exit status 0: all seeds clean (with --canary: the planted bug was found). 1: a promise was broken (or the bug was missed)."
    )

    @Option(help: "How many seeds.") var seeds: UInt64 = 500
    @Option(help: "The first seed.") var seed: UInt64 = 1
    @Flag(help: "Print every step of the first seed.") var trace = false
    @Option(help: "Plant a bug that must be found: \(Canary.allCases.map(\.rawValue).joined(separator: ", ")).")
    var canary: String?

    func run() throws {
        let planted = try canary.map { name in
            guard let canary = Canary(rawValue: name) else { throw ValidationError("no canary is named '\(name)'") }
            return canary
        }
        let summary = SeedRun.run(from: seed, count: trace ? 1 : seeds, canary: planted, keepsTrace: trace)
        for line in summary.trace { print(line) }
        print(summary.text)
        if summary.violations.isEmpty == (planted != nil) { throw ExitCode(1) }
    }
}
