import NIOCore
import Testing

@testable import ProviderSimulator

@Suite("Fault plans")
struct FaultPlanTests {
    @Test("A plan is the same after a trip through JSON")
    func roundTrip() throws {
        var word = Fault(.cancelWord)
        word.word = "CANCEL"
        let plan = try FaultPlan([
            FaultRule(.create, .http(429, retryAfter: "1", location: "/x", takesEffect: true), skip: 2, times: 3),
            FaultRule(.outputs, .resultLink("http://10.0.0.1/")), FaultRule(.cancel, word),
            FaultRule(.status, .drip(bytes: 1, seconds: 0.25)), FaultRule(.create, .runFails(message: "m")),
        ])
        #expect(try FaultPlan(parsing: plan.json.text) == plan)
        #expect(try FaultPlan(parsing: "{\"rules\":[]}") == FaultPlan())
        let lost = Self.rule("\"endpoint\":\"create\",\"fault\":\"lostReply\"")
        #expect(try FaultPlan(parsing: lost) == FaultPlan([FaultRule(.create, .lostReply)]))
    }

    @Test(
        "What would never show is refused",
        arguments: [
            "", "[]", "{}", "{\"rules\":{}}", "{\"rules\":[1]}", rule("\"endpoint\":\"create\""),
            rule("\"endpoint\":\"nowhere\",\"fault\":\"hang\""), rule("\"endpoint\":\"create\",\"fault\":\"nothing\""),
            rule("\"endpoint\":\"create\",\"fault\":\"outputsNull\""),
            rule("\"endpoint\":\"ledger\",\"fault\":\"hang\""),
            rule("\"endpoint\":\"create\",\"fault\":\"hang\",\"tmes\":1"),
            rule("\"endpoint\":\"create\",\"fault\":\"code\""),
            rule("\"endpoint\":\"create\",\"fault\":\"code\",\"code\":\"421\""),
            rule("\"endpoint\":\"create\",\"fault\":\"code\",\"code\":0"),
            rule("\"endpoint\":\"create\",\"fault\":\"http\",\"code\":199"),
            rule("\"endpoint\":\"create\",\"fault\":\"http\",\"code\":600"),
            rule("\"endpoint\":\"runV1\",\"fault\":\"nodeErrors\""),
            rule("\"endpoint\":\"runV1\",\"fault\":\"keyNamed\""),
            rule("\"endpoint\":\"runV1\",\"fault\":\"keyNamed\",\"word\":\"other\""),
            rule("\"endpoint\":\"taskV1\",\"fault\":\"resultShape\",\"word\":\"other\""),
            rule("\"endpoint\":\"taskV1\",\"fault\":\"errorShape\",\"word\":\"other\""),
            rule("\"endpoint\":\"create\",\"fault\":\"cut\""), rule("\"endpoint\":\"create\",\"fault\":\"slow\""),
            rule("\"endpoint\":\"create\",\"fault\":\"slow\",\"seconds\":-1"),
            rule("\"endpoint\":\"create\",\"fault\":\"drip\",\"seconds\":1,\"bytes\":0"),
            rule("\"endpoint\":\"create\",\"fault\":\"hang\",\"times\":0"),
            rule("\"endpoint\":\"create\",\"fault\":\"hang\",\"skip\":-1"),
            rule("\"endpoint\":\"create\",\"fault\":\"slow\",\"seconds\":1,\"takesEffect\":false"),
            rule("\"endpoint\":\"create\",\"fault\":\"http\",\"code\":302,\"location\":\"a\\r\\nb\""),
        ])
    func refused(text: String) {
        #expect(throws: SimulatorError.self) { try FaultPlan(parsing: text) }
    }

    static func rule(_ members: String) -> String { "{\"rules\":[{\(members)}]}" }

    @Test("A plan takes as many rules as the limit says, one more is refused and changes nothing")
    func limit() throws {
        let rule = FaultRule(.create, .hang)
        let most = SimulatorLimits.faultRulesMax
        var plan = try FaultPlan(Array(repeating: rule, count: most))
        #expect(plan.rules.count == most)
        #expect(throws: SimulatorError.self) { try plan.append([rule]) }
        #expect(plan.rules.count == most)
        #expect(try FaultPlan([]).rules.isEmpty)
    }

    @Test("Over HTTP a plan is read, replaced and added to; a bad one is refused and changes nothing")
    func overHTTP() throws {
        var harness = ProviderHarness()
        let rules: JSONValue = [["endpoint": "create", "fault": "code", "code": 421, "times": 1]]
        #expect(harness.post("/simulator/faults", ["rules": rules]).reply.status == 200)
        #expect(
            harness.post("/simulator/faults", ["add": [["endpoint": "status", "fault": "hang"]]]).reply.status == 200)
        let bad = harness.post("/simulator/faults", ["rules": [["endpoint": "create", "fault": "outputsNull"]]])
        #expect(bad.reply.status == 400)
        #expect(bad.json?["error"] == "outputsNull cannot happen at create")
        #expect(harness.get("/simulator/faults").json?["rules"]?.array?.map { $0["endpoint"] } == ["create", "status"])
        #expect(harness.create(nodes: nil).code == 421)
        #expect(harness.get("/simulator/faults").json?["rules"]?.array?.map { $0["endpoint"] } == ["status"])
        #expect(harness.get("/simulator/health").json?["status"] == "ok")
    }
}

@Suite("Configuration")
struct SimulatorConfigurationTests {
    private func isValid(_ change: (inout SimulatorConfiguration) -> Void) -> Bool {
        var configuration = SimulatorConfiguration()
        change(&configuration)
        return (try? configuration.validate()) != nil
    }

    @Test("Only loopback addresses", arguments: ["0.0.0.0", "::", "10.0.0.1", "example.org", "", "127.0.0.2"])
    func loopbackOnly(host: String) {
        #expect(!isValid { $0.host = host })
        #expect(isValid { $0.host = "::1" })
        #expect(isValid { $0.host = "localhost" })
    }

    @Test("Limits: at the limit, one more, zero and less")
    func limits() {
        let seconds = SimulatorLimits.secondsMax
        for path in [
            \SimulatorConfiguration.runTime, \.queueTime, \.linkTime, \.webhookRetryTime, \.webhookTimeLimit,
        ] {
            #expect(isValid { $0[keyPath: path] = seconds })
            #expect(!isValid { $0[keyPath: path] = seconds + 1 })
            #expect(isValid { $0[keyPath: path] = 0 })
            #expect(!isValid { $0[keyPath: path] = -1 })
            #expect(!isValid { $0[keyPath: path] = .nan })
        }
        let bounds: [(WritableKeyPath<SimulatorConfiguration, Int>, Int)] = [
            (\.port, 65_535), (\.slots, SimulatorLimits.slotsMax), (\.resultBytes, SimulatorLimits.resultBytesMax),
            (\.cost, 1_000_000_000), (\.balance, 1_000_000_000),
        ]
        for (path, most) in bounds {
            #expect(isValid { $0[keyPath: path] = most })
            #expect(!isValid { $0[keyPath: path] = most + 1 })
            #expect(isValid { $0[keyPath: path] = 0 })
            #expect(!isValid { $0[keyPath: path] = -1 })
        }
        #expect(isValid { $0.keys = ["12345678"] })
        #expect(!isValid { $0.keys = ["1234567"] })
        #expect(isValid { $0.foreignKeys = ["12345678"] })
        #expect(!isValid { $0.foreignKeys = ["1234567"] })
        #expect(isValid { $0.currency = "USD" })
        #expect(!isValid { $0.currency = "usd" })
    }
}
