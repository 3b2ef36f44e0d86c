import BackendAPI
import Testing

@testable import EngineConfiguration

@Suite struct ShippedFileTests {
    private func shipped() throws -> String { try Shipped.text("engine_config.yml") }

    /// With the types that the program has.
    private func load(_ text: String, variables: [String: String]? = nil) throws -> LoadedConfiguration {
        let variables = variables ?? ["RUNNINGHUB_API_KEY": secretText]
        return try loader(variables: variables, registry: Shipped.registry).load(Array(text.utf8), file: "file.yml")
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
        let error = #expect(throws: ConfigurationError.self) { try load(shipped(), variables: [:]) }
        #expect(error?.problems.count == 1)
        #expect(error?.description.contains("the environment variable RUNNINGHUB_API_KEY is not set") == true)
    }

    /// What stands in comments as a default must be the default: the commented keys are put in force and change
    /// nothing.
    @Test func everyCommentedKeyIsKnownAndShowsItsDefault() throws {
        let text = try shipped()
        let inForce = try commentsInForce(text)
        #expect(inForce != text)
        #expect(inForce.contains("\n    start_by: 86400"))
        #expect(try load(inForce).configuration == load(text).configuration)
    }

    private func commentsInForce(_ text: String) throws -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.firstMatch(of: /^( +)# ([a-z_0-9]+: +[^ ]+(  .*)?)$/).map { "\($0.1)\($0.2)" } ?? String(line)
        }.joined(separator: "\n")
    }

    /// Each part of the file with the keys that belong there.
    private static var parts: [(from: String, to: String, keys: [ConfigurationKey])] {
        let runnable = Shipped.registry.factory(for: "runninghub")?.keys ?? []
        return [
            ("\nserver:", "\n  limits:", ServerKeys.server), ("\n  limits:", "\n  timeouts:", ServerKeys.limits),
            ("\n  timeouts:", "\nstorage:", ServerKeys.timeouts), ("\nstorage:", "\nengines:", ServerKeys.storage),
            ("# callers:", "\n  callers:", ServerKeys.caller), ("\nengines:", "\n    config:", PipelineKeys.engine),
            ("\n    config:", "\npipelines:", runnable), ("\npipelines:", "\n    steps:", PipelineKeys.pipeline),
            ("# steps:", "\n    steps:", PipelineKeys.step),
        ]
    }

    private func part(_ text: String, _ from: String, _ to: String) throws -> String {
        let start = try #require(text.firstRange(of: from)).upperBound
        let rest = text[start...]
        return String(rest[..<(try #require(rest.firstRange(of: to)).lowerBound)])
    }

    @Test func everyDeclaredKeyOccursInItsPart() throws {
        let text = try shipped()
        for (from, to, keys) in Self.parts {
            let part = try part(text, from, to)
            for key in keys.flatMap({ [$0] + $0.parts }) {
                let place = try Regex("(^|[ {])\(key.name):").anchorsMatchLineEndings()
                #expect(part.contains(place), "\(from)\(key.name)")
            }
        }
    }

    /// The default of each declared key stands there as it is declared, as a comment or as a line in force.
    @Test func everyDefaultOfASingleValueIsTheDeclaredOne() throws {
        let text = try commentsInForce(shipped())
        for (from, to, keys) in Self.parts where from != "# callers:" && from != "# steps:" {
            let part = try part(text, from, to)
            for key in keys {
                guard let standard = key.defaultText, key.parts.isEmpty else { continue }
                let place = try Regex("^ +\(key.name): (.*)$", as: (Substring, Substring).self)
                    .anchorsMatchLineEndings()
                let shown = try #require(part.firstMatch(of: place), "\(from)\(key.name)").output.1
                #expect(shown == standard || shown.hasSuffix(":-\(standard)}\""), "\(from)\(key.name): \(shown)")
            }
        }
    }

    /// The range of each number stands in the comment before its key.
    @Test func everyRangeIsTheDeclaredOne() throws {
        let text = try shipped()
        for (from, to, keys) in Self.parts {
            let part = try part(text, from == "# callers:" ? "\nserver:" : from, to)
            for key in keys {
                guard let range = key.range else { continue }
                let paragraph = part.split(separator: "\n\n").first { $0.contains("\(key.name):") }
                #expect(paragraph?.contains(range) == true, "\(key.name): \(range)")
            }
        }
    }
}

extension ConfigurationKey {
    fileprivate var parts: [ConfigurationKey] {
        switch kind {
        case .map(let keys), .listOfMaps(let keys): keys
        default: []
        }
    }

    fileprivate var range: String? {
        switch kind {
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .seconds(let range): "\(shortNumber(range.lowerBound)) to \(shortNumber(range.upperBound))"
        default: nil
        }
    }
}
