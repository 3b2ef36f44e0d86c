import BackendAPI

@testable import EngineConfiguration

/// A loader over a made-up outside world.
func loader(
    variables: [String: String] = ["RUNNINGHUB_API_KEY": secretText],
    files: [String: FileContents] = [:], flags: [String] = [], registry: BackendRegistry = fakeRegistry
) -> ConfigurationLoader {
    ConfigurationLoader(
        registry: registry,
        sources: ConfigurationSources(
            variable: { variables[$0] },
            file: { path, bytesMax in
                guard let file = files[path] else { return .unreadable(reason: "No such file or directory") }
                if case .bytes(let bytes, _) = file, bytes.count > bytesMax { return .tooLarge }
                return file
            },
            variableNames: { Array(variables.keys) }, flags: flags.compactMap(FlagSetting.init(argument:))))
}

let fakeRegistry = BackendRegistry([FakeFactory(), LegacyBackendFactory.onething, LegacyBackendFactory.autodl])

/// The key that no message may ever hold.
let secretText = "5ecre7c0ffee5ecre7c0ffee5ecre7c0"

/// The whole of a file that needs nothing, around the given parts.
func file(server: String = "", engine: String = "", pipeline: String? = nil) -> String {
    """
    \(server.isEmpty ? "" : "server:\n\(server.indented(2))")
    engines:
      rh:
        type: runninghub
        config:
          api_key: "${RUNNINGHUB_API_KEY}"
          workflow_id: "1"
    \(engine.indented(6))
    pipelines:
    \((pipeline ?? "pose_change:\n  steps:\n    pose_transfer: { engine: rh }").indented(2))
    """
}

extension String {
    func indented(_ spaces: Int) -> String {
        let space = String(repeating: " ", count: spaces)
        return split(separator: "\n", omittingEmptySubsequences: false).map { space + $0 }.joined(separator: "\n")
    }
}

/// The messages of a file that must be refused, without `file.yml:`.
func refusals(
    _ text: String, variables: [String: String] = ["RUNNINGHUB_API_KEY": secretText],
    files: [String: FileContents] = [:], flags: [String] = []
) -> [String] {
    do {
        _ = try loader(variables: variables, files: files, flags: flags).load(Array(text.utf8), file: "file.yml")
        return []
    } catch {
        return error.problems.map { problem in
            guard problem.position?.outside == nil else { return problem.description }
            return String(problem.description.dropFirst("file.yml".count).drop { $0 == ":" || $0 == " " })
        }
    }
}

func load(
    _ text: String, variables: [String: String] = ["RUNNINGHUB_API_KEY": secretText],
    files: [String: FileContents] = [:], flags: [String] = []
) throws -> LoadedConfiguration {
    try loader(variables: variables, files: files, flags: flags).load(Array(text.utf8), file: "file.yml")
}

extension ConfiguredEngine {
    var settings: BackendSettings? {
        if case .enabled(let settings, _) = state { settings } else { nil }
    }
    var plan: EnginePlan? {
        if case .enabled(_, let plan) = state { plan } else { nil }
    }
}
