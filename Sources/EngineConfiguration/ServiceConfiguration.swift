package import BackendAPI

/// Everything that `engine_config.yml` says, checked: what is in here can be used as it is.
package struct ServiceConfiguration: Sendable, Equatable {
    package let server: ConfiguredServer
    package let storage: ConfiguredStorage
    /// In the order of the file; names are unique.
    package let engines: [ConfiguredEngine]
    /// In the order of the file; names are unique and lower-case.
    package let pipelines: [ConfiguredPipeline]

    package func engine(named name: String) -> ConfiguredEngine? { engines.first { $0.name == name } }
}

/// The listener and who may call.
package struct ConfiguredServer: Sendable, Equatable {
    package let listen: ListenAddress
    /// Empty: everybody who reaches the (loopback) listener is the caller `local`.
    package let callers: [ConfiguredCaller]
    /// CheckHealth is answered to a peer without a token; `nil`: to peers on this machine.
    package let healthWithoutToken: Bool?
    /// Whom a caller's picture may be fetched from; empty: nobody.
    package let inputURLHosts: [ConfiguredHost]
    /// Absolute folders in which the caller `local` may name pictures; empty: nowhere.
    package let inputRoots: [String]
    package let limits: ConfiguredLimits
    package let timeouts: ConfiguredTimeouts
}

/// A host that a picture may be fetched from.
package struct ConfiguredHost: Sendable, Equatable {
    /// Lower case, without a leading dot.
    package let name: String
    /// `.example.com`: every host below the name, and not the name itself.
    package let coversSubdomains: Bool
    /// `nil`: the scheme's own.
    package let port: Int?
}

/// One caller: a name and the tokens that stand for it.
package struct ConfiguredCaller: Sendable, Equatable {
    package let name: String
    /// SHA-256 of each token that is accepted (32 bytes each, at least one; several while tokens are rotated).
    package let tokenDigests: [[UInt8]]
    package let isAdmin: Bool
    /// Tasks that have not ended; `nil`: no limit of its own.
    package let openTasksMax: Int?
    /// Names of pipelines of this file, lower-case; empty: all.
    package let pipelines: [String]
    /// Absolute folders in which it may name pictures; empty: nowhere.
    package let inputRoots: [String]
}

/// Bounds that the wire document names; what clients must know is announced in WELCOME.
package struct ConfiguredLimits: Sendable, Equatable {
    package let frameBytesMax: Int
    package let callsPerConnectionMax: Int
    package let streamsPerConnectionMax: Int
    package let imageBytesMax: Int
    package let imagePixelsMax: Int
    package let connectionsMax: Int
    /// Bytes of requests in memory over all connections, beyond which reads pause.
    package let requestBytesMax: Int
    package let queuedTasksMax: Int
}

/// Times of the wire document, all in milliseconds.
package struct ConfiguredTimeouts: Sendable, Equatable {
    package let handshakeMilliseconds: Int64
    package let frameMilliseconds: Int64
    package let writeMilliseconds: Int64
    package let keepaliveMilliseconds: Int64
    package let idleMilliseconds: Int64
    /// 0: a connection may grow as old as it likes.
    package let connectionAgeMaxMilliseconds: Int64
    package let drainMilliseconds: Int64
    /// How long a task may be QUEUED where its caller says nothing.
    package let startByMilliseconds: Int64
}

/// Where tasks, images and results are kept.
package struct ConfiguredStorage: Sendable, Equatable {
    /// As the file has it: relative to the working directory.
    package let path: String
    /// From a task's end; never longer than the task itself is kept.
    package let resultRetentionMilliseconds: Int64
    package let taskRetentionMilliseconds: Int64
    /// From a picture's last use.
    package let inputRetentionMilliseconds: Int64
    /// 0: no bound.
    package let storedBytesMax: Int64
}

/// One engine: a provider's workflow, or why it does not run.
package struct ConfiguredEngine: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        /// Checked settings for the factory of `type`, and the numbers that the core works with.
        case enabled(BackendSettings, EnginePlan)
        /// Starts nothing and opens no connection; a submit to it is refused with `reason` (for people).
        case disabled(reason: String)
    }

    package let name: String
    /// A type that the registry knows.
    package let type: String
    package let state: State

    package var isEnabled: Bool {
        if case .enabled = state { true } else { false }
    }
}

/// What callers name in a submit.
package struct ConfiguredPipeline: Sendable, Equatable {
    package let name: String
    package let isEnabled: Bool
    package let description: String
    /// In the order in which they are run: 1 to 16, names unique.
    package let steps: [ConfiguredStep]
}

/// One step of a pipeline: a run of one of its engines.
package struct ConfiguredStep: Sendable, Equatable {
    package let name: String
    /// Names of engines in `ServiceConfiguration.engines`, each once, in the order of preference: at least one.
    package let engines: [String]
    package let strategy: ConfiguredStrategy
    package let description: String
}

/// How a step chooses among several engines.
package enum ConfiguredStrategy: String, Sendable, Equatable, CaseIterable {
    /// The next engine only where the one before surely took nothing.
    case fallback
    /// The engine with the most free places.
    case spread
}

/// A configuration that can be used, and what is unwise in it.
package struct LoadedConfiguration: Sendable, Equatable {
    package let configuration: ServiceConfiguration
    /// To be logged at each start, in the order of the file.
    package let warnings: [ConfigurationProblem]
    /// Every value in force with its origin, secrets hidden from descriptions.
    package let values: [EffectiveValue]
}
