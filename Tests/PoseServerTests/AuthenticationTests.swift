import Crypto
import Testing

@testable import PoseServer

@Suite struct AuthenticationTests {
    private static func digest(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    private static let alice = CallerIdentity(
        name: "alice", tokenDigests: [digest("a-1"), digest("a-2")], inputRoots: ["/in"], pipelines: ["pose_change"])
    private static let bob = CallerIdentity(name: "bob", tokenDigests: [digest("b-1")], isAdmin: true)

    private static func authentication(
        _ callers: [CallerIdentity], _ health: HealthAccess = .nobody, localInputRoots: [String] = []
    ) -> Authentication {
        var configuration = PoseServerConfiguration(host: "", port: 0)
        configuration.callers = callers
        configuration.healthWithoutToken = health
        configuration.localInputRoots = localInputRoots
        return Authentication(configuration)
    }

    @Test(arguments: [
        ("a-1", Authentication.Verdict.caller(alice)), ("a-2", .caller(alice)), ("b-1", .caller(bob)),
        ("b-2", .refused), ("a-", .refused), ("", .refused),
    ]) func eachTokenIsItsCallers(token: String, verdict: Authentication.Verdict) {
        let authentication = Self.authentication([Self.alice, Self.bob])
        #expect(authentication.judge(token: token, isLoopbackPeer: true) == verdict)
    }

    @Test func noTokenIsGoodForHealthAloneWhereTheConfigurationSaysSo() {
        for (access, fromHere, fromElsewhere) in [
            (HealthAccess.everyone, Authentication.Verdict.healthOnly, Authentication.Verdict.healthOnly),
            (.loopbackPeers, .healthOnly, .refused), (.nobody, .refused, .refused),
        ] {
            let authentication = Self.authentication([Self.alice, Self.bob], access)
            #expect(authentication.judge(token: "", isLoopbackPeer: true) == fromHere)
            #expect(authentication.judge(token: "", isLoopbackPeer: false) == fromElsewhere)
            #expect(authentication.judge(token: "x", isLoopbackPeer: true) == .refused)
        }
    }

    @Test(arguments: ["", "whatever"]) func withoutCallersEverybodyIsLocalAndAnAdminWhereHeSitsAtThisMachine(
        token: String
    ) {
        let authentication = Self.authentication([], .everyone, localInputRoots: ["/in"])
        for isLoopbackPeer in [true, false] {
            let local = CallerIdentity(
                name: "local", tokenDigests: [], isAdmin: isLoopbackPeer, inputRoots: ["/in"], pipelines: [])
            #expect(authentication.judge(token: token, isLoopbackPeer: isLoopbackPeer) == .caller(local))
        }
    }

    @Test(arguments: [
        (Set<String>(), "anything", true), (Set(["pose_change"]), "pose_change", true),
        (Set(["pose_change"]), "other", false),
    ]) func aCallerMayUseAllPipelinesOrThoseThatAreNamed(pipelines: Set<String>, name: String, mayUse: Bool) {
        let caller = CallerIdentity(name: "c", tokenDigests: [], pipelines: pipelines)
        #expect(caller.mayUse(pipeline: name) == mayUse)
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
