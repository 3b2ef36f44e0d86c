/// Everything a server needs to know; made by the program, checked before.
package struct PoseServerConfiguration: Sendable, Equatable {
    /// A name or an address to listen on.
    package var host: String
    /// 0: the system chooses one.
    package var port: Int
    /// Empty: no token is asked for, and all connections are the one caller `local`.
    package var callers: [CallerIdentity] = []
    /// Folders below which the caller `local` may name images by path.
    package var localInputRoots: [String] = []
    /// Whose HELLO without a token is accepted, for CheckHealth alone.
    package var healthWithoutToken = HealthAccess.loopbackPeers
    package var serverName = "posetransferd"
    package var build = ""
    /// Another one with every start.
    package var instanceID = ""
    package var limits = WelcomeLimits()
    package var connectionsMax = PoseServerLimits.connectionsMax
    package var requestBytesMax = PoseServerLimits.requestBytesMax
    /// Event loops; 0: one a core.
    package var eventLoops = 0

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

package enum HealthAccess: Sendable, Equatable {
    case everyone
    /// Peers on this machine: what a container's own health check is.
    case loopbackPeers
    case nobody
}

/// Who may call, and by which tokens he is known.
package struct CallerIdentity: Sendable, Equatable {
    package var name: String
    /// SHA-256 of each token, 32 bytes each.
    package var tokenDigests: [[UInt8]]
    package var isAdmin: Bool
    /// Folders below which the caller may name images by path; empty: none.
    package var inputRoots: [String]
    /// Names, in ASCII lower case, of the pipelines that the caller may use; empty: all.
    package var pipelines: Set<String>

    package init(
        name: String, tokenDigests: [[UInt8]], isAdmin: Bool = false, inputRoots: [String] = [],
        pipelines: Set<String> = []
    ) {
        self.name = name
        self.tokenDigests = tokenDigests
        self.isAdmin = isAdmin
        self.inputRoots = inputRoots
        self.pipelines = pipelines
    }

    /// Another pipeline does not exist for this caller. `name` in ASCII lower case.
    func mayUse(pipeline name: String) -> Bool { pipelines.isEmpty || pipelines.contains(name) }
}

/// The limits and time-outs that Welcome tells, in bytes and milliseconds; the server goes by the same ones.
package struct WelcomeLimits: Sendable, Equatable {
    package var maxFrameBytes: UInt32 = 16 * 1_048_576 + 8
    package var maxCalls: UInt32 = 256
    package var maxStreams: UInt32 = 1_000
    package var maxImageBytes: UInt64 = 30 * 1_048_576
    package var maxImagePixels: UInt64 = 64 * 1_048_576
    package var handshakeTimeoutMilliseconds: UInt32 = 5_000
    package var frameTimeoutMilliseconds: UInt32 = 30_000
    package var writeTimeoutMilliseconds: UInt32 = 30_000
    package var keepaliveTimeoutMilliseconds: UInt32 = 20_000
    package var idleTimeoutMilliseconds: UInt32 = 300_000
    package var drainTimeoutMilliseconds: UInt32 = 20_000
    /// 0: off.
    package var maxConnectionAgeMilliseconds: UInt32 = 0
    package var resultRetentionMilliseconds: UInt64 = 7 * 86_400_000
    package var taskRetentionMilliseconds: UInt64 = 30 * 86_400_000
    package var defaultStartByMilliseconds: UInt64 = 86_400_000
    package init() {}
}
