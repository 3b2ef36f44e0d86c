/// What a provider of pose transfers implements: one provider's words, and nothing else.
///
/// The engine owns durability, retries, time, fairness and money. A backend therefore **repeats nothing by itself**: each method
/// makes its one attempt and says truthfully what came of it. Every method may be called from many tasks at once, and must
/// return soon after its Swift task is cancelled.
public protocol Backend: Sendable {
    /// What this provider can do; constant for the life of the backend.
    var capabilities: Capabilities { get }

    /// Names the account and site behind this engine, without telling a secret: what was uploaded under one scope is not used under
    /// another (a changed key, another site). Constant for the life of the backend, the same after a restart with the same settings.
    var uploadScope: String { get }

    /// Makes an image usable at the provider. May be repeated.
    func prepare(_ image: ImageFile) async throws(BackendError) -> PreparedImage

    /// Starts a run, which may cost money. Called **once** for each committed intent and never repeated by itself: the request must
    /// go out at most once, whatever happens to the connection.
    func submit(_ request: RunRequest) async -> SubmitOutcome

    /// Reads a run's state once. May be repeated.
    func observe(_ run: RunID) async -> Observation

    /// Asks the provider to end a run. May be repeated.
    func cancel(_ run: RunID) async -> CancelOutcome

    /// Reads an output's bytes into `sink`, which counts, checks and may refuse them. May be repeated.
    func download(_ output: RunOutput, to sink: any ByteSink) async throws(BackendError)

    /// Asks the provider how this engine stands, at no cost.
    func probe() async -> Probe
}

extension Backend {
    public var uploadScope: String { "" }
}

/// What a provider can do. The engine chooses its strategy by it.
public struct Capabilities: Sendable, Equatable {
    /// `observe` may tell a progress between 0 and 1.
    public var reportsProgress: Bool
    /// `cancel` reaches the provider. Without it a cancelled task leaves its run to itself.
    public var cancels: Bool
    /// A finished run tells its cost.
    public var reportsCost: Bool
    /// A submit may cost money.
    public var mayCostMoney: Bool

    public init(reportsProgress: Bool, cancels: Bool, reportsCost: Bool, mayCostMoney: Bool) {
        self.reportsProgress = reportsProgress
        self.cancels = cancels
        self.reportsCost = reportsCost
        self.mayCostMoney = mayCostMoney
    }
}

/// Where downloaded bytes go. Called in order, from any thread, never concurrently.
public protocol ByteSink: Sendable {
    /// Takes the next bytes; an error ends the download with `BackendError.Code.refusedBySink`.
    func write(_ bytes: UnsafeRawBufferPointer) throws
}
