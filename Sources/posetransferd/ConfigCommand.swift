import ArgumentParser
import EngineConfiguration
import FoundationEssentials
import ServiceComposition

/// `posetransferd config`: what is in force and why, or the reference of all keys.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show every value of the configuration and where it came from.",
        discussion: """
            \(ConfigurationOptions.sourcesForPeople) Secrets are shown as <redacted>. Nothing is started and nothing is sent. \
            Exit status 78: the configuration is wrong; every error is shown.

            Example: posetransferd config --config engine_config.yml --set server.limits.max_calls=64
            """)

    @OptionGroup var options: ConfigurationOptions
    @Flag(name: .long, help: "Write JSON: the file, and the values with key, value and origin.") var json = false
    @Flag(name: .long, help: "Write the reference of all keys (docs/configuration.md) instead; reads no file.")
    var reference = false

    private struct Report: Encodable {
        let file: String
        let values: [EffectiveValue]
    }

    func run() async throws {
        try await Composition.withRegistry { registry, _ in
            if reference { return print(ConfigurationReference(registry).markdown, terminator: "") }
            let loaded = try Serve.checked { () throws(ConfigurationError) in try options.load(registry) }
            for warning in loaded.warnings { Serve.complain("warning: \(warning)") }
            if json {
                print(try JSONText(Report(file: options.path, values: loaded.values)).text)
            } else {
                print("# \(options.path)")
                print(Self.table(loaded.values))
            }
        }
    }

    private static func table(_ values: [EffectiveValue]) -> String {
        let keys = values.map(\.key.count).max() ?? 0
        let texts = values.map { min($0.text.count, 48) }.max() ?? 0
        return values.map { value in
            let key = value.key + String(repeating: " ", count: keys - value.key.count)
            let text = value.text + String(repeating: " ", count: max(0, texts - value.text.count))
            return "\(key)  \(text)  \(value.origin)"
        }.joined(separator: "\n")
    }
}

/// A value as JSON for people and programs: sorted keys, one value a line.
struct JSONText {
    let text: String

    init(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        text = String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
