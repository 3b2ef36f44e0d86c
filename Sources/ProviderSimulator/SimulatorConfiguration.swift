/// What one simulator is made of. Two simulators with equal configurations answer equal calls with equal bytes.
package struct SimulatorConfiguration: Sendable {
    /// Address to listen on: `127.0.0.1`, `::1` or `localhost`, nothing else.
    package var host = "127.0.0.1"
    /// Port to listen on; 0 lets the system choose.
    package var port = 0
    /// Fixes task ids, upload names and file links.
    package var seed: UInt64 = 1
    /// Keys that are known. Empty: each key of eight or more characters is an account of its own.
    package var keys: [String] = []
    /// Workflow ids that are known. Empty: each id that is a number.
    package var workflows: [String] = []
    /// Runs that one key may have unfinished; a create beyond it is refused with 421.
    package var slots = 3
    /// Seconds between create and the start of the run.
    package var queueTime: Double = 0
    /// Seconds from the start of the run to its end.
    package var runTime: Double = 3
    /// Coins that a run costs.
    package var cost = 17
    /// Coins in each account at the start.
    package var balance = 99_999
    /// Bytes that a result has at least.
    package var resultBytes = 0
    /// Seconds from the end of a run until its result links answer 403.
    package var linkTime: Double = 86_400
    package var faults = FaultPlan()

    package init() {}

    /// Throws `INVALID_CONFIGURATION` for the first value that is out of its range.
    package func validate() throws(SimulatorError) {
        try require(Self.isLoopback(host), "host must be a loopback address (127.0.0.1, ::1 or localhost)")
        try require((0...65_535).contains(port), "port must be 0 to 65535")
        try require((0...SimulatorLimits.slotsMax).contains(slots), "slots must be 0 to \(SimulatorLimits.slotsMax)")
        let seconds = 0...SimulatorLimits.secondsMax
        try require(seconds.contains(queueTime), "queue time must be 0 to \(SimulatorLimits.secondsMax) seconds")
        try require(seconds.contains(runTime), "run time must be 0 to \(SimulatorLimits.secondsMax) seconds")
        try require(seconds.contains(linkTime), "link time must be 0 to \(SimulatorLimits.secondsMax) seconds")
        let coins = 0...1_000_000_000
        try require(coins.contains(cost), "cost must be 0 to \(coins.upperBound) coins")
        try require(coins.contains(balance), "balance must be 0 to \(coins.upperBound) coins")
        let bytes = 0...SimulatorLimits.resultBytesMax
        try require(bytes.contains(resultBytes), "result bytes must be 0 to \(bytes.upperBound)")
        let characters = SimulatorLimits.keyCharactersMin
        try require(keys.allSatisfy { $0.count >= characters }, "a key must have \(characters) characters or more")
    }

    static func isLoopback(_ host: String) -> Bool {
        ["127.0.0.1", "::1", "localhost"].contains(host)
    }

    private func require(_ condition: Bool, _ message: String) throws(SimulatorError) {
        guard condition else { throw SimulatorError(.invalidConfiguration, message) }
    }
}
