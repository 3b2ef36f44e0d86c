package import BackendAPI

extension RunningHubBackendFactory {
    package var keys: [ConfigurationKey] {
        [
            ConfigurationKey(
                "api_key", .secret, required: true, help: "The provider's key, from the account's API page."),
            ConfigurationKey(
                "workflow_id", .text, required: true,
                help: "The workflow: the number in its page's address. It must have run once on the site."),
            ConfigurationKey(
                "api_base_url", .url, default: Dialect.defaultBaseURL,
                help: "The provider's site; keys and workflows belong to one of them."),
            ConfigurationKey(
                "dialect", .choice(Dialect.allCases.map(\.rawValue)),
                help: "Form of the calls. Without it: workflow-v1 at api.runninghub.ai, task-openapi elsewhere."),
            ConfigurationKey(
                "billing", .choice(["paid", "none"]), default: "paid",
                help: "Whether a run costs money; test tools refuse to load an engine that is paid."),
            ConfigurationKey(
                "timeout", .seconds(1...86_400), default: "300",
                help: "How long a run may take from the provider's acceptance."),
            ConfigurationKey(
                "poll_interval", .seconds(0.01...3_600), default: "3", help: "Between two looks at a run."),
            ConfigurationKey(
                "concurrency", .integer(1...1_000), default: "1", help: "Runs at a time; what the account allows."),
            ConfigurationKey(
                "result_hosts", .list(.text), default: "[]",
                help: "Hosts that results may be read from besides that of api_base_url; a leading dot: its subdomains."
            ),
            ConfigurationKey(
                "inputs", .map(of: Self.inputKeys),
                default: "{raw_image: {node: '3', field: image}, pose_image: {node: '7', field: image}}",
                help: "Where the two pictures go in the workflow's graph."),
            ConfigurationKey(
                "outputs", .listOfMaps(of: Self.outputKeys), default: "[]",
                help: "Which nodes' files are results; none: the first picture of any node."),
            ConfigurationKey(
                "on_unknown_submission", .choice(["fail", "resubmit"]), default: "fail",
                help: "After a submit whose fate is unknown; resubmit may be charged twice."),
        ]
    }

    private static let inputKeys = [
        ConfigurationKey("node", .text, required: true, help: "The node's number in the graph."),
        ConfigurationKey("field", .text, required: true, help: "The node's field."),
    ]

    private static let outputKeys = [
        ConfigurationKey("node", .text, required: true, help: "The node's number in the graph."),
        ConfigurationKey("name", .text, default: "image", help: "What the file is called here."),
    ]
}

/// The provider's forms of calls.
enum Dialect: String, CaseIterable {
    case taskOpenAPI = "task-openapi"
    case workflowV1 = "workflow-v1"

    /// The replaced backend's default base URL.
    /// Where an old file that names no site works: the site that its author moved to (the old default host never answered).
    static let defaultBaseURL = "https://www.runninghub.ai"
    static let oldHost = "api.runninghub.ai"
}
