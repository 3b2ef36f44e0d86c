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
    /// Keys of the other site: answered with 806.
    package var foreignKeys: [String] = []
    /// What every key is.
    package var keyKind = KeyKind.normal
    /// What an enterprise key pays in: `CNY` or `USD`.
    package var currency = "CNY"
    /// Workflow ids that are known. Empty: each id that is a number.
    package var workflows: [String] = []
    /// Workflows that were saved but never ran on the website: answered with 810.
    package var neverRunWorkflows: [String] = []
    /// Workflows of the other site: answered with 380.
    package var foreignWorkflows: [String] = []
    /// Runs that one key may have unfinished; a create beyond it is refused with 421.
    package var slots = 3
    /// Seconds between create and the start of the run.
    package var queueTime: Double = 0
    /// Seconds from the start of the run to its end.
    package var runTime: Double = 3
    /// Coins that a run costs, or units of money for an enterprise key.
    package var cost = 17
    /// Coins, or units of money, in each account at the start.
    package var balance = 99_999
    /// Bytes that a result has at least.
    package var resultBytes = 0
    /// What kind of file a result is.
    package var resultFormat = SimulatedResult.Format.png
    /// Seconds from the end of a run until its result links answer 403.
    package var linkTime: Double = 86_400
    /// Whether a run has a second output: source and result side by side.
    package var comparison = true
    /// Seconds between the tries of a webhook delivery that failed.
    package var webhookRetryTime: Double = 60
    /// Seconds in which a webhook's receiver must have answered.
    package var webhookTimeLimit: Double = 5
    /// Whether each webhook delivery that succeeds is sent a second time.
    package var duplicateWebhooks = false
    package var faults = FaultPlan()

    package init() {}

    /// The kinds of keys (provider sheet 2.1).
    package enum KeyKind: String, CaseIterable, Sendable {
        case normal = "NORMAL"
        case shared = "SHARED"
        case exclusive = "EXCLUSIVE"

        package var isEnterprise: Bool { self != .normal }
    }

    /// Throws `INVALID_CONFIGURATION` for the first value that is out of its range.
    package func validate() throws(SimulatorError) {
        try require(Self.isLoopback(host), "host must be a loopback address (127.0.0.1, ::1 or localhost)")
        try require((0...65_535).contains(port), "port must be 0 to 65535")
        try require((0...SimulatorLimits.slotsMax).contains(slots), "slots must be 0 to \(SimulatorLimits.slotsMax)")
        let seconds = 0...SimulatorLimits.secondsMax
        try require(seconds.contains(queueTime), "queue time must be 0 to \(SimulatorLimits.secondsMax) seconds")
        try require(seconds.contains(runTime), "run time must be 0 to \(SimulatorLimits.secondsMax) seconds")
        try require(seconds.contains(linkTime), "link time must be 0 to \(SimulatorLimits.secondsMax) seconds")
        try require(seconds.contains(webhookRetryTime), "webhook retry time must be 0 to \(seconds.upperBound) seconds")
        try require(seconds.contains(webhookTimeLimit), "webhook time limit must be 0 to \(seconds.upperBound) seconds")
        try require(["CNY", "USD"].contains(currency), "currency must be CNY or USD")
        let coins = 0...1_000_000_000
        try require(coins.contains(cost), "cost must be 0 to \(coins.upperBound) coins")
        try require(coins.contains(balance), "balance must be 0 to \(coins.upperBound) coins")
        let bytes = 0...SimulatorLimits.resultBytesMax
        try require(bytes.contains(resultBytes), "result bytes must be 0 to \(bytes.upperBound)")
        let characters = SimulatorLimits.keyCharactersMin
        try require(
            (keys + foreignKeys).allSatisfy { $0.count >= characters },
            "a key must have \(characters) characters or more")
    }

    static func isLoopback(_ host: String) -> Bool {
        ["127.0.0.1", "::1", "localhost"].contains(host)
    }

    private func require(_ condition: Bool, _ message: String) throws(SimulatorError) {
        guard condition else { throw SimulatorError(.invalidConfiguration, message) }
    }
}
