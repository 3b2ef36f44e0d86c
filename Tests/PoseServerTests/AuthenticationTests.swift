import Crypto
import Testing

@testable import PoseServer

@Suite struct AuthenticationTests {
    private static func digest(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    private let callers = [
        CallerIdentity(name: "alice", tokenDigests: [digest("a-1"), digest("a-2")]),
        CallerIdentity(name: "bob", tokenDigests: [digest("b-1")], isAdmin: true),
    ]

    @Test(arguments: [
        ("a-1", Authentication.Verdict.caller("alice", isAdmin: false)),
        ("a-2", .caller("alice", isAdmin: false)),
        ("b-1", .caller("bob", isAdmin: true)),
        ("b-2", .refused), ("a-", .refused), ("", .refused),
    ]) func eachTokenIsItsCallers(token: String, verdict: Authentication.Verdict) {
        let authentication = Authentication(callers: callers, healthWithoutToken: .nobody)
        #expect(authentication.judge(token: token, isLoopbackPeer: true) == verdict)
    }

    @Test func noTokenIsGoodForHealthAloneWhereTheConfigurationSaysSo() {
        for (access, fromHere, fromElsewhere) in [
            (HealthAccess.everyone, Authentication.Verdict.healthOnly, Authentication.Verdict.healthOnly),
            (.loopbackPeers, .healthOnly, .refused), (.nobody, .refused, .refused),
        ] {
            let authentication = Authentication(callers: callers, healthWithoutToken: access)
            #expect(authentication.judge(token: "", isLoopbackPeer: true) == fromHere)
            #expect(authentication.judge(token: "", isLoopbackPeer: false) == fromElsewhere)
            #expect(authentication.judge(token: "x", isLoopbackPeer: true) == .refused)
        }
    }

    @Test(arguments: ["", "whatever"]) func withoutCallersEverybodyIsLocal(token: String) {
        let authentication = Authentication(callers: [], healthWithoutToken: .everyone)
        #expect(authentication.judge(token: token, isLoopbackPeer: true) == .caller("local", isAdmin: true))
    }

    @Test func digestsAreEqualOnlyWhenAllBytesAre() {
        let one = Self.digest("a")
        #expect(Authentication.areEqual(one, one))
        for index in one.indices {
            var other = one
            other[index] ^= 1
            #expect(!Authentication.areEqual(one, other))
        }
        #expect(!Authentication.areEqual(one, Array(one.dropLast())))
        #expect(!Authentication.areEqual(one, []))
    }
}
