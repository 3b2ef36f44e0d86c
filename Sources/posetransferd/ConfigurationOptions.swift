import ArgumentParser
import BackendAPI
import EngineConfiguration

/// Where the configuration comes from: the same flags for every command that reads it.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The configuration file; PTD_CONFIG wins over it.", valueName: "file"))
    var config = "engine_config.yml"

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Set one key, for example server.limits.max_calls=64; may be given again. A list is written a,b.",
            valueName: "key=value"))
    var set: [FlagSetting] = []

    @Option(name: .long, help: ArgumentHelp("Short for --set server.listen=...", valueName: "address:port"))
    var listen: String?

    @Option(name: .long, help: ArgumentHelp("Short for --set storage.path=...", valueName: "folder"))
    var data: String?

    var path: String {
        let variable = SystemSources.variable("PTD_CONFIG") ?? ""
        return variable.isEmpty ? config : variable
    }

    private var flags: [FlagSetting] {
        let short = [("server.listen", listen, "--listen"), ("storage.path", data, "--data")]
        return set
            + short.compactMap { path, text, flag in text.map { FlagSetting(path: path, text: $0, flag: flag) } }
    }

    func load(_ registry: BackendRegistry) throws(ConfigurationError) -> LoadedConfiguration {
        let sources = SystemSources.configurationSources(flags: flags)
        return try ConfigurationLoader(registry: registry, sources: sources).load(path: path)
    }

    static let sourcesForPeople = """
        Each value comes from the first of: the environment (PTD_ and the key in upper case, as PTD_SERVER_LISTEN), the flags, the file, \
        the default.
        """
}

extension FlagSetting: ExpressibleByArgument {}
