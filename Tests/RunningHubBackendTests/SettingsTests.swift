import BackendAPI
import BackendConformance
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

    @Test("the dialect is the one that is set, else the one of the address")
    func dialect() throws {
        let old: ConfigurationValue = .text("https://api.runninghub.ai")
        func isOld(_ changes: [String: ConfigurationValue?]) throws -> Bool {
            let changed = settings(changes)
            #expect(factory.problems(changed).isEmpty)
            return try factory.make(changed) is WorkflowV1Backend
        }
        #expect(try isOld(["dialect": .text("workflow-v1")]))
        #expect(try isOld(["api_base_url": old]))
        #expect(try !isOld(["api_base_url": old, "dialect": .text("task-openapi")]))
        #expect(try !isOld(["dialect": .text("task-openapi")]))
        #expect(try !isOld([:]))
        #expect(try !isOld(["api_base_url": nil]))
    }

    @Test("only workflow-v1 with a cancel path cancels there, only task-openapi tells a cost")
    func capabilities() throws {
        let old: ConfigurationValue = .text("workflow-v1")
        let plain = try factory.make(settings(["dialect": old])).capabilities
        #expect(!plain.cancels && !plain.reportsCost && plain.mayCostMoney && plain.reportsProgress)
        let path: ConfigurationValue = .text("/v1/tasks/{task_id}/cancel")
        #expect(try factory.make(settings(["dialect": old, "cancel_path": path])).capabilities.cancels)
        #expect(try factory.make(settings()).capabilities.reportsCost)
    }

    @Test("the factory keeps its promises, in each dialect")
    func factoryPromises() {
        let seed: ConfigurationValue = .text("12")
        let full = ["seed_node": seed, "parameters": .list([parameter([:])])]
        for changes in [[:], full, ["dialect": .text("workflow-v1")]] as [[String: ConfigurationValue?]] {
            #expect(FactoryPromises.broken(by: factory, settings: settings(changes)).isEmpty)
        }
        #expect(!FactoryPromises.broken(by: factory, settings: settings(["workflow_id": nil])).isEmpty)
    }

    @Test("what is set reaches the calls of task-openapi")
    func reachesCreate() async throws {
        let provider = FakeProvider(.http(503), .code(0))
        let changed = settings([
            "api_base_url": .text(FakeProvider.base), "instance_type": .text("plus"), "add_metadata": .boolean(true),
            "use_personal_queue": .boolean(true), "retain_seconds": .integer(10), "strict_unknown": .boolean(true),
            "access_password": .secret(Secret("door")), "seed_node": .text("12"), "seed_fixed": .integer(7),
            "parameters": .list([parameter(["default": "20"])]),
        ])
        let backend = try RunningHubBackendFactory(transport: provider).make(changed)
        #expect(await backend.submit(pose).kind == "unknown")
        #expect(
            provider.bodies == [
                #"{"accessPassword":"door","addMetadata":true,"apiKey":"\#(FakeProvider.key)","instanceType":"plus","#
                    + #""nodeInfoList":[{"fieldName":"image","fieldValue":"api/bb.jpg","nodeId":"7"},"#
                    + #"{"fieldName":"image","fieldValue":"api/aa.png","nodeId":"3"},"#
                    + #"{"fieldName":"steps","fieldValue":20,"nodeId":"12"},"#
                    + #"{"fieldName":"seed","fieldValue":7,"nodeId":"12"}],"retainSeconds":10,"usePersonalQueue":true,"#
                    + #""workflowId":"1996080571212349442"}"#
            ])
    }

    @Test("what is set reaches the calls of the v2 family and of workflow-v1")
    func reachesOthers() async throws {
        let base: ConfigurationValue = .text(FakeProvider.base)
        let second = FakeProvider(.json(#"{"taskId":"1"}"#))
        let v2 = try RunningHubBackendFactory(transport: second).make(
            settings(["api_base_url": base, "v2": .boolean(true)]))
        _ = await v2.submit(pose)
        #expect(second.paths == ["/openapi/v2/run/workflow/1996080571212349442"])
        let old = FakeProvider(.json(#"{"task_id":"1"}"#), .http(200))
        let v1 = try RunningHubBackendFactory(transport: old).make(
            settings([
                "api_base_url": base, "dialect": .text("workflow-v1"), "seed_field": .text("noise"),
                "seed_fixed": .integer(7), "cancel_path": .text("/v1/tasks/{task_id}/stop"),
            ]))
        _ = await v1.submit(pose)
        #expect(await v1.cancel(RunID(rawValue: "1")) == .accepted)
        #expect(old.paths == ["/v1/workflows/1996080571212349442/run", "/v1/tasks/1/stop"])
        #expect(old.bodies.first?.contains(#""noise":7"#) == true)
    }

    private func parameter(_ changes: [String: String]) -> ConfigurationValue {
        let values = ["name": "steps", "node": "12", "field": "steps", "type": "integer"].merging(changes) { $1 }
        return .map(values.mapValues(ConfigurationValue.text))
    }

    @Test("declared parameters and the seed are in the plan, in their order")
    func parameters() {
        let list: ConfigurationValue = .list([
            parameter(["minimum": "1", "maximum": "50", "default": "20", "help": "Steps."]),
            parameter(["name": "style", "field": "style", "type": "string"]),
        ])
        let changed = settings(["parameters": list, "seed_node": .text("12")])
        #expect(factory.problems(changed).isEmpty)
        #expect(
            factory.plan(changed).parameters.prefix(2) == [
                ParameterRule(name: "steps", kind: .integer, minimum: "1", maximum: "50", help: "Steps."),
                ParameterRule(name: "style", kind: .string),
            ])
        let seed = factory.plan(changed).parameters.last
        #expect(seed?.name == "seed")
        #expect(seed?.problem(with: "9007199254740991") == nil)
        #expect(seed?.problem(with: "9007199254740992") != nil)
        #expect(seed?.problem(with: "-1") != nil)
    }

    @Test(
        "a parameter that cannot work is a problem at its key",
        arguments: [
            (["name": "a b"], "name"), (["name": ""], "name"), (["name": "seed"], "name"),
            (["minimum": "x"], "minimum"), (["maximum": "1.5"], "maximum"),
            (["minimum": "5", "maximum": "4"], "minimum"),
            (["type": "number", "minimum": "inf"], "minimum"), (["type": "boolean", "minimum": "0"], "minimum"),
            (["type": "boolean", "default": "yes"], "default"), (["default": "x"], "default"),
            (["maximum": "4", "default": "5"], "default"), (["node": ""], "node"), (["field": ""], "field"),
            (["node": "3", "field": "image"], "field"), (["field": "seed"], "field"),
        ])
    func badParameter(changes: [String: String], key: String) {
        let changed = settings(["parameters": .list([parameter(changes)]), "seed_node": .text("12")])
        #expect(factory.problems(changed).map(\.key) == ["parameters[0].\(key)"])
    }

    @Test("64 parameters are taken, one more is not, and no name twice; none is none")
    func manyParameters() {
        for count in [0, RunningHubLimits.parametersMax, RunningHubLimits.parametersMax + 1] {
            let list = (0..<count).map { parameter(["name": "p\($0)", "field": "f\($0)"]) }
            let problems = factory.problems(settings(["parameters": .list(list)]))
            #expect(problems.isEmpty == (count <= RunningHubLimits.parametersMax))
        }
        let twice = [parameter([:]), parameter(["field": "other"])]
        #expect(factory.problems(settings(["parameters": .list(twice)])).map(\.key) == ["parameters[1].name"])
        for (count, isTaken) in [(0, false), (1, true), (64, true), (65, false)] {
            let name = String(repeating: "n", count: count)
            #expect(factory.problems(settings(["parameters": .list([parameter(["name": name])])])).isEmpty == isTaken)
        }
    }

    @Test("keys that say nothing in the engine's dialect are problems, not ignored")
    func foreignKeys() {
        let old: ConfigurationValue = .text("workflow-v1")
        for (key, value) in [
            ("instance_type", .text("plus")), ("retain_seconds", .integer(10)), ("v2", .boolean(true)),
            ("access_password", .secret(Secret("p"))), ("add_metadata", .boolean(true)),
            ("use_personal_queue", .boolean(true)),
        ] as [(String, ConfigurationValue)] {
            #expect(factory.problems(settings([key: value, "dialect": old])).map(\.key) == [key])
            #expect(factory.problems(settings([key: value])).isEmpty)
        }
        #expect(factory.problems(settings(["v2": .boolean(false), "dialect": old])).isEmpty)
        let path: ConfigurationValue = .text("/v1/tasks/{task_id}/cancel")
        #expect(factory.problems(settings(["cancel_path": path])).map(\.key) == ["cancel_path"])
        let protected = settings(["v2": .boolean(true), "access_password": .secret(Secret("p"))])
        #expect(factory.problems(protected).map(\.key) == ["access_password"])
        for bad in ["v1/{task_id}", "/v1/cancel", "//evil.example/{task_id}", "/v1/{task_id}?a=b", "/v1/ {task_id}"] {
            let problems = factory.problems(settings(["cancel_path": .text(bad), "dialect": old]))
            #expect(problems.map(\.key) == ["cancel_path"], "\(bad)")
        }
    }

    @Test("the seed's own keys need it, and its place is its own")
    func seed() {
        #expect(factory.problems(settings(["seed_fixed": .integer(1)])).map(\.key) == ["seed_fixed"])
        #expect(factory.problems(settings(["seed_field": .text("noise")])).map(\.key) == ["seed_field"])
        let picture = settings(["seed_node": .text("3"), "seed_field": .text("image")])
        #expect(factory.problems(picture).map(\.key) == ["seed_node"])
        let old = settings(["seed_field": .text("raw_image"), "dialect": .text("workflow-v1")])
        #expect(factory.problems(old).map(\.key) == ["seed_field"])
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
