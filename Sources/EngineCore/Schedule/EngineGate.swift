import BackendAPI

/// Whether one engine may start an attempt now: its slots, its back-off, and the provider's general refusal (key, balance, workflow).
struct EngineGate: Sendable {
    /// The whole engine is refused; its tasks wait, and fail with this when their start-by passes.
    struct Refusal: Sendable, Equatable {
        var reason: FailureReason
        var message: String
    }

    let slotsLimit: Int
    private(set) var slotsUsed = 0
    /// Refusals in a row that were not a task's own fault.
    private(set) var failures = 0
    /// Monotonic milliseconds before which nothing starts.
    private(set) var notBefore: Int64 = .min
    private var waitsForProviderSlot = false
    private(set) var refusal: Refusal?
    /// An operator's wish.
    var isPaused = false
    /// The first probe after a start is not back: nothing starts before it, so that a wrong key or node is found before money is spent; nor for ever,
    /// should it never come back. Monotonic milliseconds.
    var awaitsProbeUntil: Int64 = .min
    /// When to ask the provider again how the engine stands.
    var probeAt: Int64?
    var lastProbe: Probe?
    var lastSuccessAt: Int64 = 0
    /// Runs of the account that are not ours, by the last probe.
    private(set) var foreignRuns = 0
    /// Times for which a timer of this engine stands, so that none stands twice.
    var timersAt: Set<Int64> = []

    init(slotsLimit: Int) { self.slotsLimit = slotsLimit }

    func mayStart(at now: Int64) -> Bool { slotsUsed < slotsLimit && now >= awaitsProbeUntil && !isUnusable(at: now) }

    /// Nothing can be started on it whatever its slots: refused, paused, or in its back-off. Then a fallback may take its tasks.
    func isUnusable(at now: Int64) -> Bool { refusal != nil || isPaused || now < notBefore }

    mutating func takeSlot() { slotsUsed += 1 }

    /// A slot came free; where the provider was full, one more try is worth it at once.
    mutating func giveSlotBack(runEnded: Bool) {
        slotsUsed -= 1
        assert(slotsUsed >= 0, "a slot was given back twice")
        if runEnded, waitsForProviderSlot { notBefore = .min }
    }

    mutating func attemptAccepted(unix: Int64) {
        failures = 0
        notBefore = .min
        waitsForProviderSlot = false
        lastSuccessAt = unix
        refusal = nil
    }

    mutating func attemptPutOff(by error: BackendError, now: Int64, random: UInt64) {
        failures += 1
        var told: Int64?
        waitsForProviderSlot = false
        if case .backpressure(let retryAfter) = error.errorClass {
            told = retryAfter
            waitsForProviderSlot = retryAfter == nil
        }
        notBefore = max(
            notBefore, now + Backoff.delay(failures: failures, retryAfterMilliseconds: told, random: random))
    }

    mutating func refuse(_ refusal: Refusal, probeAt: Int64) {
        self.refusal = refusal
        self.probeAt = probeAt
    }

    /// A probe without a `false` lets the next task try; what it meets decides.
    mutating func probed(_ probe: Probe) {
        lastProbe = probe
        awaitsProbeUntil = .min
        foreignRuns = max(0, (probe.runsUnderWay ?? 0) - slotsUsed)
        let answers = [probe.configured, probe.reachable, probe.authorised, probe.funded, probe.workflowValid]
        if !answers.contains(false) { refusal = nil }
    }
}
