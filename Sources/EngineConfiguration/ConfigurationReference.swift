package import BackendAPI

/// `docs/configuration.md`: every key, from the declarations that the file is checked against.
package struct ConfigurationReference {
    private let registry: BackendRegistry

    package init(_ registry: BackendRegistry) { self.registry = registry }

    package var markdown: String {
        let parts =
            [
                Self.introduction, Self.table("server", ServerKeys.server),
                Self.table("server.limits", ServerKeys.limits),
                Self.table("server.timeouts", ServerKeys.timeouts), Self.table("server.callers[]", ServerKeys.caller),
                Self.table("storage", ServerKeys.storage), Self.table("engines.NAME", PipelineKeys.engine),
            ] + types.map(Self.section) + [
                Self.table("pipelines.NAME", PipelineKeys.pipeline),
                Self.table("pipelines.NAME.steps.NAME", PipelineKeys.step), Self.steps,
            ]
        return parts.joined()
    }

    private var types: [any BackendFactory] {
        registry.types.compactMap { registry.factory(for: String($0.prefix { $0 != " " })) }
    }

    private static let introduction = """
        # Configuration

        Made by `posetransferd config --reference > docs/configuration.md` from the keys that the program declares; do not edit it by \
        hand. The file `engine_config.yml` of this repository shows them with examples.

        Each value comes from the first of these that has it:

        1. the environment: `PTD_` and the key's path in upper case, with `_` for every character that is no letter or digit: \
        `PTD_SERVER_LISTEN`, `PTD_SERVER_LIMITS_MAX_CALLS`, `PTD_ENGINES_RUNNINGHUB_POSE_TRANSFER_CONFIG_API_KEY`. An empty variable \
        counts as not set. A `PTD_` variable that names nothing is an error (in Kubernetes: no service links, or no service named `ptd`).
        2. the flags: `--set server.limits.max_calls=64`, `--listen ADDRESS:PORT` for `server.listen`, `--data FOLDER` for \
        `storage.path`. Of two for one key the later one counts.
        3. the file: `PTD_CONFIG`, else `--config`, else `engine_config.yml`.
        4. the default.

        From outside only single values and lists of single values can be set (`a,b` or `[a, b]`), for engines, pipelines and steps \
        that the file names. `PTD_LOG_LEVEL` is the log's level. Everywhere `${VAR}`, `${VAR:-default}` and `${file:/absolute/path}` are \
        filled in. `posetransferd config` shows what is in force and where it came from.

        Seconds may have fractions; sizes are in bytes.

        """

    private static let steps = """

        Steps run in the order of the file, at most \(ConfigurationLimits.stepsMax); the result of one is the person's picture of the \
        next. A list names at most \(ConfigurationLimits.enginesPerStepMax) engines, each once.

        """

    private static func section(_ factory: any BackendFactory) -> String {
        let path = "engines.NAME.config, type: \(factory.type)"
        guard let disabled = factory.disabled else { return table(path, factory.keys) }
        return """

            ## `\(path)` (disabled)

            \(disabled.reason.prefix(1).uppercased())\(disabled.reason.dropFirst()). Such an engine starts nothing, and whatever stands in its \
            `config:` is not read.

            """
    }

    private static func table(_ path: String, _ keys: [ConfigurationKey]) -> String {
        let inner = keys.compactMap { key in parts(of: key.kind).map { (key.name, $0) } }
            .filter { $0.0 != "callers" }
        return "\n## `\(path)`\n\n" + rows(keys)
            + inner.map { name, part in "\nIn each entry of `\(name)`:\n\n" + rows(part) }.joined()
    }

    private static func rows(_ keys: [ConfigurationKey]) -> String {
        "| key | type | default | range | meaning |\n|---|---|---|---|---|\n"
            + keys.map { key in
                let fallback = key.isRequired ? "required" : key.defaultText.map { "`\($0)`" } ?? ""
                let cells = ["`\(key.name)`", type(key.kind), fallback, range(key.kind), key.help]
                return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
            }.joined()
    }

    private static func parts(of kind: ConfigurationKey.Kind) -> [ConfigurationKey]? {
        switch kind {
        case .map(let keys), .listOfMaps(let keys): keys
        default: nil
        }
    }

    private static func type(_ kind: ConfigurationKey.Kind) -> String {
        switch kind {
        case .text: "text"
        case .secret: "secret"
        case .seconds: "seconds"
        case .integer: "whole number"
        case .boolean: "true or false"
        case .choice: "word"
        case .url: "web address"
        case .list(let element): "list of \(type(element))"
        case .map: "map of maps"
        case .listOfMaps: "list of maps"
        }
    }

    private static func range(_ kind: ConfigurationKey.Kind) -> String {
        switch kind {
        case .seconds(let range): "\(shortNumber(range.lowerBound)) to \(shortNumber(range.upperBound))"
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let element): Self.range(element)
        default: ""
        }
    }
}
