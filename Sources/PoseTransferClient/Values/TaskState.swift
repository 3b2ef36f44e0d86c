/// Where a task is. The usual way is `queued`, `uploading`, `submitting`, `running`, `downloading`, `succeeded`; states may be
/// skipped, and a retry or a next step goes back to `queued`.
public enum TaskState: Hashable, Sendable {
    case queued
    case uploading
    case submitting
    case running
    case downloading
    case succeeded
    case failed
    case cancelled
    /// A state that this version of the library does not know. It is never terminal.
    case other(Int)

    /// Whether nothing follows: `succeeded`, `failed` and `cancelled`.
    public var isTerminal: Bool {
        switch self {
        case .succeeded, .failed, .cancelled: true
        case .queued, .uploading, .submitting, .running, .downloading, .other: false
        }
    }

    /// The state's name on the wire without its prefix, for example `RUNNING`.
    public var name: String {
        switch self {
        case .queued: "QUEUED"
        case .uploading: "UPLOADING"
        case .submitting: "SUBMITTING"
        case .running: "RUNNING"
        case .downloading: "DOWNLOADING"
        case .succeeded: "SUCCEEDED"
        case .failed: "FAILED"
        case .cancelled: "CANCELLED"
        case .other(let number): "STATE_\(number)"
        }
    }
}

/// Whether the provider has been paid for any attempt of a task.
public enum Charge: Hashable, Sendable {
    /// The server does not say.
    case unspecified
    case no
    case yes
    /// It cannot be known, or not yet.
    case unknown

    /// The wire's word: `UNSPECIFIED`, `NO`, `YES`, `UNKNOWN`.
    public var name: String {
        switch self {
        case .unspecified: "UNSPECIFIED"
        case .no: "NO"
        case .yes: "YES"
        case .unknown: "UNKNOWN"
        }
    }
}

/// What a task has cost, as decimal text: no rounding on the way.
public struct Cost: Hashable, Sendable {
    /// The provider's own unit; empty where not known.
    public var coins: String
    /// Money in `currency`; empty where not known.
    public var money: String
    /// For example `CNY`; empty where not known.
    public var currency: String

    /// A cost of which the rest is not known.
    public init(coins: String = "", money: String = "", currency: String = "") {
        self.coins = coins
        self.money = money
        self.currency = currency
    }
}

/// Why a task failed. These are facts of the task and not errors of a call.
public struct TaskFailure: Hashable, Sendable {
    /// A canonical code of google.rpc.Code, 1 to 16.
    public var code: Int
    /// A stable upper-case word for programs, for example `RUN_FAILED`.
    public var reason: String
    /// For people: engine, workflow, the provider's code and what to do.
    public var message: String

    /// A failure with these facts.
    public init(code: Int, reason: String, message: String) {
        self.code = code
        self.reason = reason
        self.message = message
    }
}

/// One picture that a task has made.
public struct TaskOutput: Hashable, Sendable {
    /// The output's name in the pipeline.
    public var name: String
    /// Bytes.
    public var size: UInt64
    /// Nothing where the server does not tell it.
    public var digest: ContentDigest?
    /// For example `image/png`.
    public var mediaType: String
    /// Pixels; 0 where not known.
    public var width: UInt32
    /// Pixels; 0 where not known.
    public var height: UInt32

    /// An output with these facts.
    public init(
        name: String, size: UInt64, digest: ContentDigest?, mediaType: String, width: UInt32 = 0, height: UInt32 = 0
    ) {
        self.name = name
        self.size = size
        self.digest = digest
        self.mediaType = mediaType
        self.width = width
        self.height = height
    }
}
