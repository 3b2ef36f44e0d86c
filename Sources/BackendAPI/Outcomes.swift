/// What came of the one call of `submit`.
public enum SubmitOutcome: Sendable, Equatable {
    /// The provider has the run and will bill it.
    case accepted(RunID)
    /// The provider has a run and at once said that it cannot succeed (it may bill it): it is to be cancelled there.
    case acceptedButInvalid(RunID, BackendError)
    /// **Surely** nothing was created: the request was not sent, or the provider answered that it refused it.
    case refused(BackendError)
    /// It cannot be known whether a run was created.
    case unknown(BackendError)
}

/// A run as one look at the provider shows it.
public enum Observation: Sendable, Equatable {
    case queued
    /// `progress` between 0 and 1 where the provider tells it.
    case running(progress: Double?)
    case succeeded(outputs: [RunOutput], cost: RunCost?)
    /// Ended without success; the error's class tells moderation (`rejected`) from a failed run (`permanent`).
    case failed(BackendError, cost: RunCost?)
    case cancelled(cost: RunCost?)
    /// The provider does not know the run.
    case lost(BackendError)
    /// Said it succeeded, but shows no output (yet).
    case succeededWithoutOutput
    /// No answer this time; says nothing about the run.
    case noAnswer(BackendError)
}

/// What came of asking for a run's end.
public enum CancelOutcome: Sendable, Equatable {
    case accepted
    case alreadyEnded
    case unknownThere
    case unsupported
    case noAnswer(BackendError)
}

/// One file that a run made.
public struct RunOutput: Sendable, Equatable {
    /// The name that the configuration gives it, else `output`.
    public var name: String
    /// Where to read it; a signed address is a secret and is never logged.
    public var url: String
    /// The producing node, for people.
    public var node: String

    public init(name: String, url: String, node: String) {
        self.name = name
        self.url = url
        self.node = node
    }
}

/// What the provider says a run cost, as it wrote it (decimal text, never a binary fraction).
public struct RunCost: Sendable, Equatable {
    public var coins: String
    public var money: String
    public var currency: String

    public init(coins: String = "", money: String = "", currency: String = "") {
        self.coins = coins
        self.money = money
        self.currency = currency
    }
}

/// How an engine stands; `nil` is "not known".
public struct Probe: Sendable, Equatable {
    public var configured: Bool?
    public var reachable: Bool?
    public var authorised: Bool?
    public var funded: Bool?
    public var workflowValid: Bool?
    /// Whether key and workflow belong to the site that the engine talks to.
    public var siteMatches: Bool?
    /// What the account holds, as the provider wrote it (`99999 coins`); empty: not told.
    public var balance: String
    /// Runs of this account that have not ended, whoever started them.
    public var runsUnderWay: Int?
    /// How far the provider's clock is ahead of this machine's, in milliseconds.
    public var clockAheadMilliseconds: Int64?
    /// For people: the reason of each `false`, and what to do.
    public var message: String

    public init(
        configured: Bool? = nil, reachable: Bool? = nil, authorised: Bool? = nil, funded: Bool? = nil,
        workflowValid: Bool? = nil, siteMatches: Bool? = nil, balance: String = "", runsUnderWay: Int? = nil,
        clockAheadMilliseconds: Int64? = nil, message: String = ""
    ) {
        self.configured = configured
        self.reachable = reachable
        self.authorised = authorised
        self.funded = funded
        self.workflowValid = workflowValid
        self.siteMatches = siteMatches
        self.balance = balance
        self.runsUnderWay = runsUnderWay
        self.clockAheadMilliseconds = clockAheadMilliseconds
        self.message = message
    }
}
