import BackendAPI
import FoundationEssentials
import Testing

@testable import EngineConfiguration

@Suite struct ShippedFileTests {
    /// The file as it lies in the package's root.
    private func shipped() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "engine_config.yml"), encoding: .utf8)
    }

    @Test func itNeedsOnlyTheKeyAndGivesNoWarning() throws {
        let loaded = try load(shipped())
        let configuration = loaded.configuration
        #expect(loaded.warnings == [])
        #expect(configuration.server.listen.description == "127.0.0.1:7411")
        #expect(configuration.server.callers.isEmpty)
        #expect(configuration.storage.path == "./data")
        #expect(configuration.pipelines.map(\.name) == ["pose_change"])
        let engine = try #require(configuration.engine(named: "runninghub_pose_transfer"))
        #expect(engine.settings?.secret("api_key")?.reveal() == secretText)
        #expect(engine.settings?.text("api_base_url") == "https://www.runninghub.ai")
        #expect(
            engine.plan == EnginePlan(concurrency: 1, timeoutMilliseconds: 300_000, pollIntervalMilliseconds: 3_000))
        #expect(configuration.pipelines.first?.steps.first?.engines == ["runninghub_pose_transfer"])
    }

    @Test func theEnvironmentPointsItAtASimulatorAndAnotherFolder() throws {
        let variables = [
            "RUNNINGHUB_API_KEY": "demo", "RUNNINGHUB_API_BASE_URL": "http://127.0.0.1:8188",
            "PTD_SERVER_LISTEN": "127.0.0.1:0", "PTD_STORAGE_PATH": "/tmp/x",
        ]
        let configuration = try load(shipped(), variables: variables).configuration
        #expect(configuration.engines.first?.settings?.text("api_base_url") == "http://127.0.0.1:8188")
        #expect(configuration.server.listen.port == 0)
        #expect(configuration.storage.path == "/tmp/x")
    }

    @Test func withoutTheKeyItSaysWhichVariableIsMissing() throws {
        let messages = try refusals(shipped(), variables: [:])
        #expect(messages.count == 1)
        #expect(messages.first?.contains("the environment variable RUNNINGHUB_API_KEY is not set") == true)
    }

    /// What stands in comments as a default must be the default: the commented keys are put in force and change
    /// nothing.
    @Test func everyCommentedKeyIsKnownAndShowsItsDefault() throws {
        let text = try shipped()
        let plain = try load(text).configuration
        let inForce = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.firstMatch(of: /^( +)# ([a-z_]+: +[^ ]+(  .*)?)$/).map { "\($0.1)\($0.2)" } ?? String(line)
        }.joined(separator: "\n").replacing(/(limits|timeouts):\n/) { "\($0.1):\n" }
        #expect(inForce != text)
        #expect(inForce.contains("\n    start_by: 86400"))
        #expect(try load(inForce).configuration == plain)
    }
}
