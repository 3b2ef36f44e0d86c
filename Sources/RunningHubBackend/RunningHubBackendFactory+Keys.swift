package import BackendAPI

extension RunningHubBackendFactory {
    package var keys: [ConfigurationKey] { Self.placeKeys + Self.runKeys + Self.graphKeys + Self.optionKeys }

    private static var placeKeys: [ConfigurationKey] {
        [
            ConfigurationKey(
                "api_key", .secret, required: true, help: "The provider's key, from the account's API page."),
            ConfigurationKey(
                "workflow_id", .text, required: true,
                help: "The workflow: the number in its page's address. It must have run once on the site."),
            ConfigurationKey(
                "api_base_url", .url, default: RunningHubDialect.defaultBaseURL,
                help: "The provider's site; keys and workflows belong to one of them."),
            ConfigurationKey(
                "dialect", .choice(RunningHubDialect.allCases.map(\.rawValue)),
                help: "Form of the calls. Without it: workflow-v1 at api.runninghub.ai, task-openapi elsewhere."),
            ConfigurationKey(
                "result_hosts", .list(.text), default: "[]",
                help: "Hosts that results may be read from besides that of api_base_url; a leading dot: its subdomains."
            ),
        ]
    }

    private static var runKeys: [ConfigurationKey] {
        [
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
                "on_unknown_submission", .choice(["fail", "resubmit"]), default: "fail",
                help: "After a submit whose fate is unknown; resubmit may be charged twice."),
            ConfigurationKey(
                "strict_unknown", .boolean, default: "false",
                help: "Whether HTTP 503, 1010 and 1011 on a submit count as unknown instead of as refused."),
        ]
    }

    private static var graphKeys: [ConfigurationKey] {
        [
            ConfigurationKey(
                "inputs", .map(of: Self.inputKeys),
                default: "{raw_image: {node: '3', field: image}, pose_image: {node: '7', field: image}}",
                help: "Where the two pictures go in the workflow's graph; workflow-v1 needs only their names."),
            ConfigurationKey(
                "outputs", .listOfMaps(of: Self.outputKeys), default: "[]",
                help: "Which nodes' files are results; the first is the main one; none: every picture is."),
            ConfigurationKey(
                "parameters", .listOfMaps(of: parameterKeys), default: "[]",
                help: "What callers may set by name, and where it goes in the workflow's graph."),
            ConfigurationKey(
                "seed_node", .text,
                help: "The node of the seed; with it every run sends one, and callers may set it as parameter seed."),
            ConfigurationKey(
                "seed_field", .text,
                help: "The seed's field, seed where none is given; in workflow-v1 this key alone switches it on."),
            ConfigurationKey(
                "seed_fixed", .integer(0...RunningHubLimits.seedMax),
                help: "The seed of runs whose caller sets none; without it each run has its own."),
        ]
    }

    private static var optionKeys: [ConfigurationKey] {
        [
            ConfigurationKey(
                "v2", .boolean, default: "false",
                help: "Use the provider's newer calls (/openapi/v2/) for upload, run and query."),
            ConfigurationKey(
                "instance_type", .choice(["default", "plus"]),
                help: "The machine: default has 24 GB of graphics memory, plus 48 GB."),
            ConfigurationKey(
                "add_metadata", .boolean, default: "false",
                help: "Let the provider write prompt and workflow into the picture."),
            ConfigurationKey(
                "use_personal_queue", .boolean, default: "false",
                help: "Queue on one's own machines; for exclusive keys only."),
            ConfigurationKey(
                "retain_seconds", .integer(10...180),
                help: "Seconds for which the machine is kept warm after a run, which is billed; for enterprise keys."),
            ConfigurationKey("access_password", .secret, help: "The password of a protected workflow."),
            ConfigurationKey(
                "cancel_path", .text,
                help:
                    "Of workflow-v1: path of a call that ends a run, such as /v1/tasks/{task_id}/cancel; none: there is none."
            ),
        ]
    }

    private static let inputKeys = [
        ConfigurationKey("node", .text, required: true, help: "The node's number in the graph."),
        ConfigurationKey("field", .text, required: true, help: "The node's field."),
    ]

    private static let outputKeys = [
        ConfigurationKey(
            "node", .text, required: true, help: "The node's number in the graph; in workflow-v1 the output's name."),
        ConfigurationKey("name", .text, default: "image", help: "What the file is called here."),
    ]

    private static let parameterKeys = [
        ConfigurationKey("name", .text, required: true, help: "What callers call it."),
        ConfigurationKey("node", .text, help: "The node's number in the graph; not needed in workflow-v1."),
        ConfigurationKey("field", .text, help: "The node's field; not needed in workflow-v1."),
        ConfigurationKey(
            "type", .choice(ParameterRule.Kind.allCases.map(\.rawValue)), default: "string", help: "What it holds."),
        ConfigurationKey("minimum", .text, help: "The least number, or the least length of a string."),
        ConfigurationKey("maximum", .text, help: "The largest number, or the largest length of a string."),
        ConfigurationKey("default", .text, help: "Sent where the caller gives none; without it nothing is sent then."),
        ConfigurationKey("help", .text, help: "One line for callers."),
    ]
}
