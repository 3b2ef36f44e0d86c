import BackendAPI

/// A provider's type with the keys that architecture section 6 lists for `runninghub`.
struct FakeFactory: BackendFactory {
    let type = "runninghub"

    private static let input = [
        ConfigurationKey("node", .text, required: true, help: "node of the graph"),
        ConfigurationKey("field", .text, required: true, help: "field of the node"),
    ]

    var keys: [ConfigurationKey] {
        [
            ConfigurationKey("api_key", .secret, required: true, help: "the provider's key"),
            ConfigurationKey("workflow_id", .text, required: true, help: "the number in the workflow's address"),
            ConfigurationKey("api_base_url", .url, default: "https://api.runninghub.ai", help: "the site"),
            ConfigurationKey("dialect", .choice(["task-openapi", "workflow-v1"]), help: "form of calls"),
            ConfigurationKey("billing", .choice(["paid", "none"]), default: "paid", help: "costs money"),
            ConfigurationKey("timeout", .seconds(1...86_400), default: "300", help: "longest run"),
            ConfigurationKey("poll_interval", .seconds(0.05...3_600), default: "3", help: "between two looks"),
            ConfigurationKey("concurrency", .integer(1...1_000), default: "1", help: "runs at a time"),
            ConfigurationKey("result_hosts", .list(.text), default: "[]", help: "hosts of results"),
            ConfigurationKey(
                "inputs", .map(of: Self.input),
                default: "{raw_image: {node: '3', field: image}, pose_image: {node: '7', field: image}}",
                help: "where the pictures go"),
            ConfigurationKey(
                "outputs",
                .listOfMaps(of: [
                    ConfigurationKey("node", .text, required: true, help: "node of the graph"),
                    ConfigurationKey("name", .text, default: "image", help: "name of the file"),
                ]), default: "[]", help: "which files are results"),
            ConfigurationKey(
                "on_unknown_submission", .choice(["fail", "resubmit"]), default: "fail", help: "after an unknown submit"
            ),
        ]
    }

    func plan(_ settings: BackendSettings) -> EnginePlan {
        EnginePlan(
            concurrency: Int(settings.integer("concurrency") ?? 0),
            timeoutMilliseconds: Int64((settings.seconds("timeout") ?? 0) * 1_000),
            pollIntervalMilliseconds: Int64((settings.seconds("poll_interval") ?? 0) * 1_000),
            resubmitsUnknown: settings.text("on_unknown_submission") == "resubmit")
    }

    func problems(_ settings: BackendSettings) -> [SettingsProblem] {
        guard case .map(let input)? = settings.map("inputs")["raw_image"], input["node"] == .text("0") else {
            return []
        }
        return [
            SettingsProblem(key: "inputs.raw_image.node", message: "node 0 does not exist; take the graph's number")
        ]
    }

    func make(_ settings: BackendSettings) throws -> any Backend { LegacyBackend(type: type) }
}
