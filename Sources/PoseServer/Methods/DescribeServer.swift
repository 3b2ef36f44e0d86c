import BackendAPI
import EngineCore
import OrderedCollections
import PoseWire

/// Method 9: what this server is and takes, from its configuration alone.
enum DescribeServer {
    private static let versions: [UInt32] = [1]

    static func begin(_ request: DescribeServerRequest, _ call: Call, _ connection: ConnectionHandler) {
        let (configuration, settings) = (connection.services.configuration, connection.services.settings)
        var response = DescribeServerResponse()
        response.serverName = configuration.serverName
        response.build = configuration.build
        response.versions = versions
        response.limits = ServerLimits(configuration.limits)
        response.pipelines = pipelines(of: settings, for: connection.identity)
        response.engines = settings.engines.sorted { $0.key < $1.key }.map(EngineDescription.init)
        response.reasons = WireReason.allCases.map(\.rawValue)
        response.fileDescriptorSet = ProtoDescriptor.fileDescriptorSet
        connection.respond(call, response)
    }

    /// Those that the caller may name.
    private static func pipelines(of settings: EngineSettings, for caller: CallerIdentity) -> [PipelineDescription] {
        settings.pipelines.sorted { $0.key < $1.key }.filter { caller.mayUse(pipeline: $0.key) }.map { name, pipeline in
            var description = PipelineDescription()
            description.name = name
            description.isEnabled = pipeline.isEnabled
            description.steps = pipeline.steps.map(\.name)
            description.parameters = parameters(of: pipeline, settings)
            description.description = pipeline.description
            return description
        }
    }

    /// What any engine of any step declares, in that order; of one name the first declaration.
    private static func parameters(of pipeline: PipelineDefinition, _ settings: EngineSettings)
        -> [ParameterDescription]
    {
        var rules: OrderedDictionary<String, ParameterRule> = [:]
        for engine in pipeline.steps.flatMap(\.engines) {
            for rule in settings.engines[engine]?.plan.parameters ?? [] where rules[rule.name] == nil {
                rules[rule.name] = rule
            }
        }
        return rules.values.map(ParameterDescription.init)
    }
}

extension ParameterDescription {
    init(_ rule: ParameterRule) {
        self.init()
        name = rule.name
        type = rule.kind.rawValue
        minimum = rule.minimum
        maximum = rule.maximum
        help = rule.help
    }
}

extension EngineDescription {
    init(name: String, _ engine: EngineDefinition) {
        self.init()
        self.name = name
        type = engine.type
        isEnabled = engine.disabled == nil
        mayCostMoney = engine.capabilities.mayCostMoney
        replacedBy = engine.disabled?.replacement ?? ""
    }
}
