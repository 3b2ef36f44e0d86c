import BackendAPI
import Testing

@testable import EngineConfiguration

@Suite struct ReplacedBackendFileTests {
    private let old = """
        engines:
          runninghub_pose_transfer:
            type: runninghub
            config:
              api_key: "0123456789abcdef0123456789abcdef"
              workflow_id: "1996080571212349442"
              timeout: 300
              poll_interval: 3
        pipelines:
          POSE_CHANGE:
            enabled: true
            steps:
              pose_transfer:
                engine: runninghub_pose_transfer
                description: "RunningHub pose transfer workflow"
        """

    @Test func itWorksAsItIsWithAWarningForTheLiteralKey() throws {
        let loaded = try load(old, variables: [:])
        #expect(loaded.configuration.pipelines.first?.name == "pose_change")
        let engine = try #require(loaded.configuration.engines.first)
        #expect(engine.settings?.text("workflow_id") == "1996080571212349442")
        #expect(engine.settings?.text("api_base_url") == "https://api.runninghub.ai")
        #expect(engine.settings?.map("inputs").keys.sorted() == ["pose_image", "raw_image"])
        #expect(loaded.warnings.map(\.position) == [Position(line: 5, column: 16)])
        #expect(loaded.warnings.first?.message.contains("${API_KEY}") == true)
        #expect(!loaded.warnings.contains { $0.description.contains("0123456789abcdef") })
    }

    @Test func withoutServerAndStorageEveryKeyHasTheWiresDefault() throws {
        let configuration = try load(old).configuration
        #expect(
            configuration.server.limits
                == ConfiguredLimits(
                    frameBytesMax: (16 << 20) + 8, callsPerConnectionMax: 256, streamsPerConnectionMax: 1_000,
                    imageBytesMax: 30 << 20, imagePixelsMax: 64_000_000, connectionsMax: 10_000,
                    requestBytesMax: 64 << 20, queuedTasksMax: 100_000))
        #expect(
            configuration.server.timeouts
                == ConfiguredTimeouts(
                    handshakeMilliseconds: 5_000, frameMilliseconds: 30_000, writeMilliseconds: 30_000,
                    keepaliveMilliseconds: 20_000, idleMilliseconds: 300_000,
                    connectionAgeMaxMilliseconds: 0, drainMilliseconds: 20_000, startByMilliseconds: 86_400_000))
        #expect(
            configuration.storage
                == ConfiguredStorage(
                    path: "./data", resultRetentionMilliseconds: 604_800_000, taskRetentionMilliseconds: 2_592_000_000,
                    inputRetentionMilliseconds: 86_400_000, storedBytesMax: 0))
        #expect(configuration.server.healthWithoutToken == nil)
    }

    @Test func legacyEnginesAreUnderstoodAndDisabled() throws {
        let legacy = "  old:\n    type: onething\n    config: { comfyui_url: \"${GONE}\", anything: 1 }\n"
        let configuration = try load(old.replacing("pipelines:", with: legacy + "pipelines:")).configuration
        let engine = try #require(configuration.engine(named: "old"))
        guard case .disabled(let reason) = engine.state else {
            Issue.record("a legacy engine must be disabled")
            return
        }
        #expect(reason.contains("onething") && reason.contains("runninghub"))
    }

    @Test func aPipelineOfADisabledEngineIsWarnedOf() throws {
        let text = file().replacing("type: runninghub", with: "type: autodl")
        let warnings = try load(text).warnings
        #expect(
            warnings.count == 1
                && warnings[0].description.contains("pipelines.pose_change: its engine 'rh' is disabled"))
        let both = file(pipeline: "p: { enabled: false, steps: { s: { engine: rh } } }")
        #expect(try load(both.replacing("type: runninghub", with: "type: autodl")).warnings == [])
    }

    @Test(arguments: ["onething", "autodl"]) func enablingALegacyTypeStopsTheStart(type: String) {
        let messages = refusals(
            old.replacing("pipelines:", with: "  old: { type: \(type), enabled: true }\npipelines:"))
        #expect(messages.count == 1)
        #expect(messages.first?.hasPrefix("9:") == true && messages.first?.contains("use type 'runninghub'") == true)
    }
}
