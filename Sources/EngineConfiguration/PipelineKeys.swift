package import BackendAPI

/// The keys of an engine outside of its `config:`, of a pipeline and of its steps.
package enum PipelineKeys {
    package static let engine = [
        ConfigurationKey("type", .text, required: true, help: "What kind of provider it is."),
        ConfigurationKey(
            "enabled", .boolean,
            help: "false: it starts nothing, and its key may be missing. Default: true where the type can run."),
    ]

    package static let pipeline = [
        ConfigurationKey("enabled", .boolean, default: "true", help: "false: a submit to it is refused."),
        ConfigurationKey("description", .text, help: "For people; without it the first step's."),
    ]

    package static let step = [
        ConfigurationKey(
            "engine", .list(.text), required: true,
            help: "The name of an engine of this file, or a list of names in the order of preference."),
        ConfigurationKey(
            "strategy", .choice(ConfiguredStrategy.allCases.map(\.rawValue)), default: "fallback",
            help: """
                Of a list of engines. fallback: the next one only where the one before surely took nothing. spread: the one \
                with the most free places.
                """),
        ConfigurationKey("description", .text, help: "For people."),
    ]
}
