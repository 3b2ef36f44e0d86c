import BackendAPI
import Testing

@testable import EngineConfiguration

@Suite struct InputPlaceTests {
    @Test(
        arguments: [
            ("images.example.com", "images.example.com", false, nil),
            ("IMG.Example.com", "img.example.com", false, nil),
            (".example.com", "example.com", true, nil), ("h:8443", "h", false, 8_443), (".a.b:1", "a.b", true, 1),
            ("10.0.0.1", "10.0.0.1", false, nil), ("h:65535", "h", false, 65_535),
        ] as [(String, String, Bool, Int?)]) func aHost(text: String, name: String, coversSubdomains: Bool, port: Int?)
        throws
    {
        let hosts = try load(file(server: "input_url_hosts: [\"\(text)\"]")).configuration.server.inputURLHosts
        #expect(hosts == [ConfiguredHost(name: name, coversSubdomains: coversSubdomains, port: port)])
    }

    @Test(arguments: [
        "https://a.example", "a.example/x", "a..b", ".", "..a", ".com", "a:", "a:0", "a:65536", "a:+1", "a:1:2",
        "[::1]:1", "*",
        "*.a", "a b", "-a", "a-", "ä", String(repeating: "a", count: 64),
    ]) func whatIsNoHost(text: String) {
        let messages = refusals(file(server: "input_url_hosts: [ok, \"\(text)\"]"))
        #expect(messages.count == 1, "\(messages)")
        #expect(messages.first?.hasPrefix("2:25: server.input_url_hosts[1]: ") == true, "\(messages)")
        #expect(messages.first?.contains("is no host; write images.example.com") == true, "\(messages)")
    }

    @Test func foldersAreAbsolute() throws {
        let server = try load(file(server: "input_roots: [/srv/pictures, /a/]")).configuration.server
        #expect(server.inputRoots == ["/srv/pictures", "/a/"])
        for folder in ["srv", "./a", "/", "//", "/a/../b", "/a/./b", "~/a"] {
            let messages = refusals(file(server: "input_roots: [\(folder)]"))
            #expect(
                messages.count == 1 && messages[0].contains("server.input_roots[0]: '\(folder)' is no absolute folder"))
        }
    }

    private let digest = String(repeating: "ab", count: 32)

    @Test func aCallerHasItsOwnPlacesAndPipelines() throws {
        let server =
            "callers: [{ name: a, token_sha256: [\(digest)], pipelines: [Pose_Change], input_roots: [/srv/a] }]"
        let caller = try #require(load(file(server: server)).configuration.server.callers.first)
        #expect(caller.pipelines == ["pose_change"] && caller.inputRoots == ["/srv/a"])
        let plain = try load(file(server: "callers: [{ name: a, token_sha256: [\(digest)] }]"))
        #expect(plain.configuration.server.callers.first?.pipelines == [])
        #expect(plain.configuration.server.callers.first?.inputRoots == [])
    }

    @Test(arguments: [
        (
            "pipelines: [pose_chnge]",
            "server.callers[0].pipelines[0]: 'pose_chnge' is no pipeline of this file; did you mean 'pose_change'?"
        ),
        (
            "pipelines: [pose_change, zzz]",
            "server.callers[0].pipelines[1]: 'zzz' is no pipeline of this file; pipelines of this file: pose_change"
        ),
        ("input_roots: [a]", "server.callers[0].input_roots[0]: 'a' is no absolute folder"),
        ("max_stored_bytes: 5", "unknown key 'max_stored_bytes'"),
    ]) func aCallersMistakesHaveTheirPlace(line: String, message: String) {
        let messages = refusals(file(server: "callers:\n- { name: a, token_sha256: [\(digest)], \(line) }"))
        #expect(messages.count == 1 && messages[0].hasPrefix("3:") && messages[0].contains(message), "\(messages)")
    }

    @Test func rootsOfTheCallerLocalBesideNamedCallersAreWarnedOf() throws {
        let server = "input_roots: [/srv]\ncallers: [{ name: a, token_sha256: [\(digest)] }]"
        let warnings = try load(file(server: server)).warnings
        #expect(warnings.count == 1 && warnings[0].description.contains("counts for the caller 'local' alone"))
    }
}

@Suite struct RetentionTests {
    private func storage(_ lines: String) -> String { file() + "\nstorage: { \(lines) }" }

    @Test func timesAndBytes() throws {
        let lines = "result_retention: 1.5, task_retention: 2, input_retention: 1, max_stored_bytes: 1125899906842624"
        #expect(
            try load(storage(lines)).configuration.storage
                == ConfiguredStorage(
                    path: "./data", resultRetentionMilliseconds: 1_500, taskRetentionMilliseconds: 2_000,
                    inputRetentionMilliseconds: 1_000, storedBytesMax: 1 << 50))
    }

    @Test(arguments: [
        "result_retention: 0", "task_retention: 0.9", "input_retention: 315360001",
        "max_stored_bytes: 1125899906842625",
        "max_stored_bytes: -1",
    ]) func outOfRange(line: String) {
        let messages = refusals(storage(line))
        #expect(messages.count == 1 && messages[0].contains("is out of range"), "\(messages)")
    }

    @Test(arguments: [
        ("result_retention: 2592000", true), ("result_retention: 2592000.5", false), ("task_retention: 604800", true),
        ("task_retention: 604799", false),
    ]) func aResultIsNotKeptLongerThanItsTask(line: String, isGood: Bool) {
        let messages = refusals(storage(line))
        #expect(messages.isEmpty == isGood, "\(messages)")
        #expect(isGood || messages[0].contains("is longer than task_retention"))
    }

    @Test func theAgeOfAConnection() throws {
        func age(_ text: String) throws -> Int64 {
            let server = "timeouts: { max_connection_age: \(text) }"
            return try load(file(server: server)).configuration.server.timeouts.connectionAgeMaxMilliseconds
        }
        #expect(try age("0") == 0 && age("3600") == 3_600_000 && age("2592000") == 2_592_000_000)
        #expect(refusals(file(server: "timeouts: { max_connection_age: 2592001 }")).count == 1)
    }
}

@Suite struct StepTests {
    @Test func stepsKeepTheOrderOfTheFile() throws {
        let text = file(
            pipeline: "p: { steps: { z: { engine: rh, description: d }, a: { engine: [rh] }, m: { engine: rh } } }")
        let pipeline = try #require(load(text).configuration.pipelines.first)
        #expect(pipeline.steps.map(\.name) == ["z", "a", "m"])
        #expect(pipeline.description == "d")
        #expect(pipeline.steps.allSatisfy { $0.engines == ["rh"] && $0.strategy == .fallback })
    }

    @Test func aWrongStrategyDoesNotHideAWrongEngine() {
        let found = refusals(file(pipeline: "p: { steps: { s: { engine: [rh, rhh], strategy: fallbak } } }"))
        #expect(found.count == 2)
        #expect(
            found.contains { $0.contains("did you mean 'fallback'?") }
                && found.contains { $0.contains("did you mean 'rh'?") })
    }

    @Test func stepsAreCountedAtTheLimit() throws {
        func steps(_ count: Int) -> String {
            let steps = (0..<count).map { "s\($0): { engine: rh }" }.joined(separator: ", ")
            return file(pipeline: "p: { steps: { \(steps) } }")
        }
        #expect(try load(steps(16)).configuration.pipelines.first?.steps.count == 16)
        #expect(refusals(steps(17)).count == 1 && refusals(steps(17))[0].contains("more than 16 steps"))
        #expect(refusals(steps(0)).count == 1 && refusals(steps(0))[0].contains("is empty"))
    }

    @Test func enginesOfAStepAreCountedAtTheLimit() throws {
        func engines(_ count: Int) -> String {
            let more = (0..<count).map { "  e\($0): { type: onething }\n" }.joined()
            let names = (0..<count).map { "e\($0)" }.joined(separator: ", ")
            let pipeline = "p: { steps: { s: { engine: [\(names)], strategy: spread } } }"
            return file(pipeline: pipeline).replacing("pipelines:", with: more + "pipelines:")
        }
        let step = try #require(load(engines(16)).configuration.pipelines.first?.steps.first)
        #expect(step.engines.count == 16 && step.strategy == .spread)
        #expect(refusals(engines(17)).count == 1 && refusals(engines(17))[0].contains("more than 16 engines"))
        #expect(refusals(engines(0)).count == 1 && refusals(engines(0))[0].contains("is empty"))
    }

    @Test func disabledEnginesAreWarnedOf() throws {
        func warnings(_ engine: String) throws -> [String] {
            let text = file(pipeline: "p: { steps: { s: { engine: \(engine) } } }")
            let others = "  a: { type: onething }\n  b: { type: autodl }\n"
            return try load(text.replacing("pipelines:", with: others + "pipelines:")).warnings.map(\.message)
        }
        #expect(
            try warnings("[rh, a]") == ["pipelines.p: of the engines of its step 's' 'a' is disabled and never chosen"])
        #expect(
            try warnings("[a, b]") == [
                "pipelines.p: the engines of its step 's' ('a', 'b') are disabled: every submit to it will be refused"
            ])
        #expect(try warnings("a") == ["pipelines.p: its engine 'a' is disabled: every submit to it will be refused"])
        #expect(try warnings("rh") == [])
    }
}

/// What `posetransferd config` shows.
@Suite struct EffectiveValueTests {
    @Test func everyDeclaredKeyIsThereOnce() throws {
        let values = try load(file()).values
        let keys = values.map(\.key)
        #expect(Set(keys).count == keys.count)
        let declared =
            ServerKeys.server.map { "server.\($0.name)" } + ServerKeys.limits.map { "server.limits.\($0.name)" }
            + ServerKeys.timeouts.map { "server.timeouts.\($0.name)" } + ServerKeys.storage.map { "storage.\($0.name)" }
            + PipelineKeys.engine.map { "engines.rh.\($0.name)" }
            + PipelineKeys.pipeline.map { "pipelines.pose_change.\($0.name)" }
        #expect(Set(declared).subtracting(keys) == [])
        for key in FakeFactory().keys {
            #expect(keys.contains { $0.hasPrefix("engines.rh.config.\(key.name)") }, "\(key.name)")
        }
    }

    @Test func partsOfMapsHaveTheirOwnOrigin() throws {
        let values = try load(file(engine: "outputs: [{ node: \"3\" }]")).values
        func value(_ key: String) -> EffectiveValue? { values.first { $0.key == "engines.rh.config.\(key)" } }
        #expect(value("outputs[0].node")?.text == "3" && value("outputs[0].node")?.origin == .file(line: 8))
        #expect(value("outputs[0].name")?.text == "image" && value("outputs[0].name")?.origin == .standard)
        #expect(value("inputs.pose_image.node")?.text == "7" && value("inputs.pose_image.node")?.origin == .standard)
        #expect(value("outputs") == nil && value("inputs") == nil)
        #expect(value("result_hosts")?.text == "[]" && value("dialect")?.text == "(none)")
    }

    @Test func aSecretIsHiddenAlsoWhereItWasPutByMistake() throws {
        let values = try load(file().replacing("\"1\"", with: "\"x${RUNNINGHUB_API_KEY}\"")).values
        for key in ["api_key", "workflow_id"] {
            #expect(values.first { $0.key == "engines.rh.config.\(key)" }?.text == "<redacted>")
        }
        #expect(!values.map(\.text).joined().contains(secretText))
        #expect(values.first { $0.key == "storage.path" }?.text == "./data")
    }

    /// Of a short secret every other word would be hidden.
    @Test(arguments: [("1234567", false), ("12345678", true)]) func onlyALongSecretIsLookedFor(
        key: String, isHidden: Bool
    ) throws {
        let text = file().replacing("\"1\"", with: "\"${RUNNINGHUB_API_KEY}\"")
        let values = try load(text, variables: ["RUNNINGHUB_API_KEY": key]).values
        #expect((values.first { $0.key == "engines.rh.config.workflow_id" }?.text == "<redacted>") == isHidden)
        #expect(values.first { $0.key == "engines.rh.config.api_key" }?.text == "<redacted>")
    }
}
