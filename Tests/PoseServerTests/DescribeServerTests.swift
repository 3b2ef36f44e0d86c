import BackendAPI
import EngineCore
import PoseServer
import PoseWire
import Testing

/// Method 9 over a socket.
@Suite(.timeLimit(.minutes(1))) struct DescribeServerTests {
    private static func engine(_ rules: [ParameterRule], disabled: DisabledType? = nil) -> EngineDefinition {
        EngineDefinition(
            type: disabled == nil ? "runninghub" : "autodl",
            plan: EnginePlan(
                concurrency: 1, timeoutMilliseconds: 1, pollIntervalMilliseconds: 1, parameters: rules),
            capabilities: Capabilities(
                reportsProgress: false, cancels: false, reportsCost: false, mayCostMoney: disabled == nil),
            disabled: disabled)
    }

    private static let settings: EngineSettings = {
        let seed = ParameterRule(name: "seed", kind: .integer, minimum: "0", maximum: "9", help: "Fixes the noise.")
        var settings = EngineSettings()
        settings.engines = [
            "main": engine([seed, ParameterRule(name: "prompt", kind: .string, maximum: "100")]),
            "second": engine([
                ParameterRule(name: "seed", kind: .number), ParameterRule(name: "upscale", kind: .boolean),
            ]),
            "old": engine([], disabled: DisabledType(reason: "gone", replacement: "runninghub")),
        ]
        settings.pipelines = [
            "pose_change": PipelineDefinition(
                isEnabled: true,
                steps: [
                    StepDefinition(name: "pose_transfer", engines: ["main", "second"]),
                    StepDefinition(name: "finish", engines: ["second"]),
                ], description: "The usual one."),
            "legacy": PipelineDefinition(
                isEnabled: false, steps: [StepDefinition(name: "only", engines: ["old"])]),
        ]
        return settings
    }()

    private static func describe(_ client: RawClient) async throws -> DescribeServerResponse {
        try #require(try await client.ask(.describeServer, 1, DescribeServerRequest())).read()
    }

    @Test func pipelinesTellTheirStepsAndWhatTheirEnginesDeclare() async throws {
        try await ServerUnderTest.run(settings: Self.settings) { under in
            let described = try await Self.describe(try await under.welcomed())
            var legacy = PipelineDescription()
            legacy.name = "legacy"
            legacy.steps = ["only"]
            var usual = PipelineDescription()
            usual.name = "pose_change"
            usual.isEnabled = true
            usual.steps = ["pose_transfer", "finish"]
            usual.description = "The usual one."
            usual.parameters = [
                ("seed", "integer", "0", "9", "Fixes the noise."), ("prompt", "string", "", "100", ""),
                ("upscale", "boolean", "", "", ""),
            ].map { name, type, minimum, maximum, help in
                var parameter = ParameterDescription()
                parameter.name = name
                parameter.type = type
                parameter.minimum = minimum
                parameter.maximum = maximum
                parameter.help = help
                return parameter
            }
            #expect(described.pipelines == [legacy, usual])
        }
    }

    @Test func enginesTellWhetherTheyRunAndMayCost() async throws {
        try await ServerUnderTest.run(settings: Self.settings) { under in
            let engines = try await Self.describe(try await under.welcomed()).engines
            #expect(engines.map(\.name) == ["main", "old", "second"])
            #expect(engines.map(\.type) == ["runninghub", "autodl", "runninghub"])
            #expect(engines.map(\.isEnabled) == [true, false, true])
            #expect(engines.map(\.mayCostMoney) == [true, false, true])
            #expect(engines.map(\.replacedBy) == ["", "runninghub", ""])
        }
    }

    @Test func buildVersionsLimitsReasonsAndTheProtoAreTold() async throws {
        try await ServerUnderTest.run(settings: Self.settings) {
            $0.serverName = "name"
            $0.limits.maxCalls = 77
        } _: { under in
            let described = try await Self.describe(try await under.welcomed())
            #expect(described.serverName == "name")
            #expect(described.build == "test")
            #expect(described.versions == [1])
            #expect(described.limits.maxCalls == 77)
            #expect(described.limits.resultRetentionMilliseconds == 7 * 86_400_000)
            #expect(described.reasons == WireReason.allCases.map(\.rawValue))
            #expect(described.fileDescriptorSet == ProtoDescriptor.fileDescriptorSet)
            #expect(described.fileDescriptorSet.count > 1_000)
        }
    }

    @Test func aCallerSeesThePipelinesThatHeMayUse() async throws {
        try await ServerUnderTest.run(settings: Self.settings) {
            $0.hasCallers("alice", "bob")
            $0.callers[0].pipelines = ["legacy"]
        } _: { under in
            for (token, names) in [("alice", ["legacy"]), ("bob", ["legacy", "pose_change"])] {
                let described = try await Self.describe(try await under.welcomed(token: token))
                #expect(described.pipelines.map(\.name) == names)
            }
        }
    }
}
