/// One paid run. Its state follows from the time alone: queued, then running, then ended, unless it is cancelled.
struct SimulatedRun: Sendable {
    enum State: String, Sendable {
        /// Then running or cancelled.
        case queued
        /// Then succeeded, failed or cancelled.
        case running
        case succeeded, failed, cancelled
    }

    enum Script: Equatable, Sendable {
        case succeeds
        case fails(type: String, message: String)
        /// Runs for ever.
        case stuck
    }

    struct Override: Equatable, Sendable {
        let node: String
        let field: String
        let value: JSONValue
    }

    let number: Int
    let id: String
    let account: Int
    let workflow: String
    /// By which family of calls it was made.
    let dialect: Dialect
    let overrides: [Override]
    let sourceDigest: [UInt8]
    let poseDigest: [UInt8]
    let createdAt: Duration
    let startsAt: Duration
    let endsAt: Duration
    let cost: Int
    let script: Script
    /// From when on the provider does not know the run any more.
    var forgottenAt: Duration?
    private(set) var cancelledAt: Duration?
    /// State word after a cancel, where a fault gives another than the usual one.
    private(set) var cancelledWord: String?
    /// Coins given back at a cancel.
    private(set) var refund = 0
    var replyArrives = true

    func state(at now: Duration) -> State {
        if cancelledAt != nil { return .cancelled }
        if now < startsAt { return .queued }
        if now < endsAt || script == .stuck { return .running }
        return script == .succeeds ? .succeeded : .failed
    }

    func isEnded(at now: Duration) -> Bool {
        switch state(at: now) {
        case .queued, .running: false
        case .succeeded, .failed, .cancelled: true
        }
    }

    func isForgotten(at now: Duration) -> Bool { forgottenAt.map { now >= $0 } ?? false }

    var charged: Int { cost - refund }

    /// When it ended or will end; nil where it never does.
    var endTime: Duration? { cancelledAt ?? (script == .stuck ? nil : endsAt) }

    /// When its machine is free again, as far as can be planned: a later cancel does not move those behind it.
    var plannedEnd: Duration { endTime ?? createdAt + .seconds(SimulatorLimits.secondsMax) }

    /// An overridden file name prefix: what a caller may use to find its run again.
    var marker: String? { overrides.first { $0.field == "filename_prefix" }?.value.string }

    /// What was asked of the sampler beside the pictures, by name: it changes the result.
    var parameters: [String: String] {
        let asked = overrides.filter { $0.node == WorkflowGraph.samplerNode || $0.node == WorkflowGraph.noNode }
        return Dictionary(asked.map { ($0.field, $0.value.string ?? $0.value.text) }) { first, _ in first }
    }

    /// Stops the run and gives back the share of the cost that was not used; nothing changes after its end.
    /// Source: provider sheet 2.7 (charging stops on cancel, the time already used may be charged).
    mutating func cancelAccepted(word: String?, at now: Duration) -> Int {
        guard !isEnded(at: now) else { return 0 }
        refund = now <= startsAt ? cost : Int((Double(cost) * unusedShare(at: now)).rounded(.down))
        cancelledAt = now
        cancelledWord = word
        return refund
    }

    private func unusedShare(at now: Duration) -> Double {
        let whole = (endsAt - startsAt).inSeconds
        guard whole > 0 else { return 0 }
        return max(0, min(1, (endsAt - now).inSeconds / whole))
    }

    /// The provider's word for the state; the official list has none for cancelled.
    func word(at now: Duration) -> String {
        switch state(at: now) {
        case .queued: "QUEUED"
        case .running: "RUNNING"
        case .succeeded: "SUCCESS"
        case .failed: "FAILED"
        case .cancelled: cancelledWord ?? "FAILED"
        }
    }

    /// Whole seconds of run time, rounded up, as `taskCostTime` counts them.
    var costSeconds: Int { Int((endsAt - startsAt).inSeconds.rounded(.up)) }
}

extension Duration {
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
