package import BackendAPI

/// Turns `engine_config.yml` into a checked `ServiceConfiguration`, or says everything that is wrong with it.
package struct ConfigurationLoader: Sendable {
    private let registry: BackendRegistry
    private let sources: ConfigurationSources

    /// `registry`: every `type:` that an engine may have; its factories declare the keys of `config:`.
    package init(registry: BackendRegistry, sources: ConfigurationSources) {
        self.registry = registry
        self.sources = sources
    }

    /// Reads and checks the file at `path`; messages name it as given here.
    package func load(path: String) throws(ConfigurationError) -> LoadedConfiguration {
        switch sources.file(path, ConfigurationLimits.fileBytesMax) {
        case .bytes(let bytes, _): return try load(bytes, file: path)
        case .tooLarge: throw Self.failure(path, Self.tooLarge)
        case .unreadable(let reason):
            throw Self.failure(path, "cannot be read (\(reason)); check the path, or give another with --config")
        }
    }

    /// Checks what is in `bytes`.
    package func load(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> LoadedConfiguration {
        guard bytes.count <= ConfigurationLimits.fileBytesMax else { throw Self.failure(file, Self.tooLarge) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Self.failure(file, "is not UTF-8 text; save it as UTF-8")
        }
        let document = YAMLDocument(text)
        var reader = ConfigurationReader(file: file, registry: registry, sources: sources)
        for problem in document.problems { reader.refuse(problem.position, "", problem.message) }
        guard let root = document.root, root.content != .nothing else {
            if document.problems.isEmpty {
                reader.refuse(nil, "", "is empty; start from the engine_config.yml that comes with this program")
            }
            throw Self.failure(reader)
        }
        let configuration = Self.configuration(reader.overlaid(root), &reader)
        guard let configuration, reader.problems.isEmpty else { throw Self.failure(reader) }
        return LoadedConfiguration(
            configuration: configuration, warnings: Self.sorted(reader.warnings), values: Self.shown(reader.effective))
    }

    private static func configuration(_ root: ConfigurationNode, _ reader: inout ConfigurationReader)
        -> ServiceConfiguration?
    {
        guard let root = reader.section(root, "", known: ["server", "storage", "engines", "pipelines"]) else {
            return nil
        }
        let server = reader.server(root)
        let storage = reader.storage(root)
        let roll = reader.engines(root)
        let pipelines = reader.pipelines(root, roll: roll)
        if let server { reader.checkPipelines(of: server.callers, root) }
        guard let server, let storage, let engines = roll.engines, let pipelines else { return nil }
        return ServiceConfiguration(server: server, storage: storage, engines: engines, pipelines: pipelines)
    }

    /// A key that was put into the wrong place by mistake is not shown there either.
    private static func shown(_ values: [EffectiveValue]) -> [EffectiveValue] {
        let secrets = values.compactMap { value in
            if case .secret(let secret)? = value.value { secret.reveal() } else { nil }
        }
        return values.map { $0.hiding(secrets) }
    }

    private static let tooLarge = "has more than \(ConfigurationLimits.fileBytesMax) bytes; is it the right file?"

    private static func failure(_ file: String, _ message: String) -> ConfigurationError {
        let problem = ConfigurationProblem(file: file, position: nil, message: message)
        return ConfigurationError(problems: [problem], moreProblems: 0)
    }

    private static func failure(_ reader: ConfigurationReader) -> ConfigurationError {
        let kept = sorted(reader.problems).prefix(ConfigurationLimits.problemsMax)
        return ConfigurationError(problems: Array(kept), moreProblems: reader.problems.count - kept.count)
    }

    /// In the order of the file; problems of one place stay in the order in which they were found.
    private static func sorted(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
        let start = Position(line: 0, column: 0)
        return problems.enumerated().sorted { first, second in
            (first.element.position ?? start, first.offset) < (second.element.position ?? start, second.offset)
        }.map(\.element)
    }
}
