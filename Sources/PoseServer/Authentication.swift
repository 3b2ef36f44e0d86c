import Crypto

/// Who calls, by his token.
///
/// A token is compared by its SHA-256, with every digest of every caller and in the same time for each, so that neither the answer's time
/// nor a look into memory tells a token.
struct Authentication: Sendable {
    /// The one caller where no token is asked for.
    static let localCaller = "local"

    enum Verdict: Sendable, Equatable {
        case caller(String, isAdmin: Bool)
        /// No token: CheckHealth alone is answered.
        case healthOnly
        case refused
    }

    private let callers: [CallerIdentity]
    private let healthWithoutToken: HealthAccess

    init(callers: [CallerIdentity], healthWithoutToken: HealthAccess) {
        self.callers = callers
        self.healthWithoutToken = healthWithoutToken
    }

    func judge(token: String, isLoopbackPeer: Bool) -> Verdict {
        if callers.isEmpty { return .caller(Self.localCaller, isAdmin: true) }
        if token.isEmpty { return mayAskForHealth(isLoopbackPeer: isLoopbackPeer) ? .healthOnly : .refused }
        let digest = Array(SHA256.hash(data: Array(token.utf8)))
        var found: Int?
        for (index, caller) in callers.enumerated() {
            for known in caller.tokenDigests where Self.areEqual(known, digest) { found = index }
        }
        guard let found else { return .refused }
        return .caller(callers[found].name, isAdmin: callers[found].isAdmin)
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
