import BackendAPI
import HTTPTransport
import RunningHubBackend
import Testing

@Suite("Settings of the type runninghub")
struct SettingsTests {
    private let factory = RunningHubBackendFactory(transport: FakeProvider())

    private func settings(_ changes: [String: ConfigurationValue?] = [:]) -> BackendSettings {
        func node(_ node: String) -> ConfigurationValue { .map(["node": .text(node), "field": .text("image")]) }
        var values: [String: ConfigurationValue] = [
            "api_key": .secret(Secret(FakeProvider.key)), "workflow_id": .text("1996080571212349442"),
            "api_base_url": .text("https://www.runninghub.ai"), "billing": .text("paid"), "timeout": .seconds(300),
            "poll_interval": .seconds(0.5), "concurrency": .integer(2), "result_hosts": .list([.text(".example.com")]),
            "inputs": .map(["raw_image": node("3"), "pose_image": node("7")]),
            "outputs": .list([.map(["node": .text("10"), "name": .text("image")])]),
            "on_unknown_submission": .text("fail"),
        ]
        for (key, value) in changes { values[key] = value }
        return BackendSettings(engineName: "e", values: values)
    }

    @Test("good settings have no problem and make a backend")
    func good() throws {
        #expect(factory.problems(settings()).isEmpty)
        #expect(try factory.make(settings()).capabilities.mayCostMoney)
        #expect(try !factory.make(settings(["billing": .text("none")])).capabilities.mayCostMoney)
        #expect(factory.disabled == nil)
        #expect(factory.type == "runninghub")
    }

    @Test("the plan is the settings' numbers")
    func plan() {
        #expect(
            factory.plan(settings())
                == EnginePlan(concurrency: 2, timeoutMilliseconds: 300_000, pollIntervalMilliseconds: 500))
        #expect(factory.plan(settings(["on_unknown_submission": .text("resubmit")])).resubmitsUnknown)
    }

    @Test("every key is declared once, with a line of help; the key is a secret")
    func keys() {
        let names = factory.keys.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(factory.keys.allSatisfy { $0.help.hasSuffix(".") })
        #expect(factory.keys.first { $0.name == "api_key" }?.kind == .secret)
        #expect(Set(factory.keys.filter(\.isRequired).map(\.name)) == ["api_key", "workflow_id"])
    }

    @Test("the dialect that is not there is refused, also where only its host is named")
    func dialect() {
        let old: ConfigurationValue = .text("https://api.runninghub.ai")
        #expect(factory.problems(settings(["dialect": .text("workflow-v1")])).map(\.key) == ["dialect"])
        #expect(factory.problems(settings(["api_base_url": old])).map(\.key) == ["dialect"])
        #expect(factory.problems(settings(["api_base_url": old, "dialect": .text("task-openapi")])).isEmpty)
        #expect(factory.problems(settings(["dialect": .text("task-openapi")])).isEmpty)
    }

    @Test(
        "what the declared keys cannot say is a problem at its key",
        arguments: [
            ("api_base_url", .text("ftp://a.example"), "api_base_url"),
            ("api_base_url", .text("https://u:p@a.example"), "api_base_url"),
            ("workflow_id", .text("a b"), "workflow_id"),
            ("workflow_id", .text("https://www.runninghub.ai/post/1"), "workflow_id"),
            ("inputs", .map([:]), "inputs.raw_image"),
            ("inputs", .map(["raw_image": .map(["node": .text("3"), "field": .text("image")])]), "inputs.pose_image"),
            ("result_hosts", .list([.text("https://a.example")]), "result_hosts[0]"),
            ("result_hosts", .list([.text("a.example"), .text("*.a.example")]), "result_hosts[1]"),
            ("result_hosts", .list([.text(".")]), "result_hosts[0]"),
            ("result_hosts", .list([.text(".com")]), "result_hosts[0]"),
        ] as [(String, ConfigurationValue, String)])
    func problem(key: String, value: ConfigurationValue, at path: String) {
        let changed = settings([key: value])
        #expect(factory.problems(changed).map(\.key).contains(path))
        #expect(throws: (any Error).self) { try factory.make(changed) }
    }

    @Test("two pictures at one place, an unknown input and two outputs of one name are problems")
    func clashes() {
        let node: ConfigurationValue = .map(["node": .text("3"), "field": .text("image")])
        let same: ConfigurationValue = .map(["raw_image": node, "pose_image": node])
        #expect(factory.problems(settings(["inputs": same])).count == 1)
        let other: ConfigurationValue = .map([
            "raw_image": node, "pose_image": .map(["node": .text("7"), "field": .text("image")]), "mask": node,
        ])
        #expect(factory.problems(settings(["inputs": other])).map(\.key) == ["inputs.mask"])
        let output: ConfigurationValue = .map(["node": .text("10"), "name": .text("image")])
        #expect(factory.problems(settings(["outputs": .list([output, output])])).map(\.key) == ["outputs[1].name"])
    }
}
