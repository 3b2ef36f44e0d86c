/// What a backend's `type:` in the configuration stands for: its keys, and how to make it.
public protocol BackendFactory: Sendable {
    /// The word after `type:`.
    var type: String { get }
    /// Every key that `config:` may have.
    var keys: [ConfigurationKey] { get }
    /// What the engine itself takes from the settings of this type (the same for every backend that can run).
    func plan(_ settings: BackendSettings) -> EnginePlan
    /// Checks what the keys alone cannot say. Each problem names the key at fault. Empty: `make` will succeed.
    func problems(_ settings: BackendSettings) -> [SettingsProblem]
    /// Makes the backend; called once for each enabled engine, after `problems` was empty.
    func make(_ settings: BackendSettings) throws -> any Backend
    /// `nil`: the type can run. Otherwise it is registered and disabled, and this says why and what replaces it.
    var disabled: DisabledType? { get }
}

extension BackendFactory {
    public var disabled: DisabledType? { nil }
    public func problems(_ settings: BackendSettings) -> [SettingsProblem] { [] }
}

/// Numbers of one engine that the core works with.
public struct EnginePlan: Sendable, Equatable {
    /// Runs at a time.
    public var concurrency: Int
    /// Milliseconds from the provider's acceptance to the task's end.
    public var timeoutMilliseconds: Int64
    /// Milliseconds between two looks at a run.
    public var pollIntervalMilliseconds: Int64
    /// After a submit whose fate is unknown: send again (a second charge is possible) instead of ending the task.
    public var resubmitsUnknown: Bool
    /// What a caller may override, by unique names; anything else is refused with PARAMETER_UNKNOWN.
    public var parameters: [ParameterRule]

    public init(
        concurrency: Int, timeoutMilliseconds: Int64, pollIntervalMilliseconds: Int64, resubmitsUnknown: Bool = false,
        parameters: [ParameterRule] = []
    ) {
        self.concurrency = concurrency
        self.timeoutMilliseconds = timeoutMilliseconds
        self.pollIntervalMilliseconds = pollIntervalMilliseconds
        self.resubmitsUnknown = resubmitsUnknown
        self.parameters = parameters
    }
}

/// What is wrong with one setting; `key` is its path below `config:` (`inputs.raw_image.node`).
public struct SettingsProblem: Sendable, Equatable {
    public var key: String
    public var message: String
    public init(key: String, message: String) {
        self.key = key
        self.message = message
    }
}

/// Why a registered type never runs.
public struct DisabledType: Sendable, Equatable {
    public var reason: String
    /// The type to use in its place.
    public var replacement: String
    public init(reason: String, replacement: String) {
        self.reason = reason
        self.replacement = replacement
    }
}

/// The known `type:` words. A value: made once by the program, handed to the configuration.
public struct BackendRegistry: Sendable {
    private let factories: [String: any BackendFactory]

    /// The first of two factories with the same type wins.
    public init(_ factories: [any BackendFactory]) {
        self.factories = Dictionary(factories.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public func factory(for type: String) -> (any BackendFactory)? { factories[type] }

    /// For error messages: every known type, sorted, the disabled ones marked.
    public var types: [String] {
        factories.values.map { $0.disabled == nil ? $0.type : "\($0.type) (disabled)" }.sorted()
    }
}
