import Crypto

/// Who calls, by his token.
///
/// A token is compared by its SHA-256, with every digest of every caller and in the same time for each, so that neither the answer's time
/// nor a look into memory tells a token.
struct Authentication: Sendable {
    /// The one caller where no token is asked for.
    static let localCaller = "local"

    enum Verdict: Sendable, Equatable {
        case caller(CallerIdentity)
        /// No token: CheckHealth alone is answered.
        case healthOnly
        case refused
    }

    private let callers: [CallerIdentity]
    private let healthWithoutToken: HealthAccess
    private let localInputRoots: [String]

    init(_ configuration: PoseServerConfiguration) {
        callers = configuration.callers
        healthWithoutToken = configuration.healthWithoutToken
        localInputRoots = configuration.localInputRoots
    }

    func judge(token: String, isLoopbackPeer: Bool) -> Verdict {
        if callers.isEmpty { return .caller(local(isAdmin: isLoopbackPeer)) }
        if token.isEmpty { return mayAskForHealth(isLoopbackPeer: isLoopbackPeer) ? .healthOnly : .refused }
        let digest = Array(SHA256.hash(data: Array(token.utf8)))
        var found: Int?
        for (index, caller) in callers.enumerated() {
            for known in caller.tokenDigests where Self.areEqual(known, digest) { found = index }
        }
        guard let found else { return .refused }
        return .caller(callers[found])
    }

    /// Admin rights without a token are for those who sit at this machine.
    private func local(isAdmin: Bool) -> CallerIdentity {
        CallerIdentity(
            name: Self.localCaller, tokenDigests: [], isAdmin: isAdmin, inputRoots: localInputRoots)
    }

    private func mayAskForHealth(isLoopbackPeer: Bool) -> Bool {
        switch healthWithoutToken {
        case .everyone: true
        case .loopbackPeers: isLoopbackPeer
        case .nobody: false
        }
    }

    /// Takes the same time wherever the two differ.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
