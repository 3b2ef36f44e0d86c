import BackendAPI
import HTTPTransport

/// Reads an engine's checked settings, and says what the declared keys alone cannot.
struct SettingsReader {
    let settings: BackendSettings

    init(_ settings: BackendSettings) { self.settings = settings }

    func configuration() throws(HTTPTransportError) -> RunningHubConfiguration {
        var configuration = try RunningHubConfiguration(
            dialect: dialect, apiKey: settings.secret("api_key") ?? Secret(""),
            workflowID: settings.text("workflow_id") ?? "", baseURL: baseURL, resultHosts: resultHosts, inputs: inputs,
            outputs: outputs, mayCostMoney: settings.text("billing") != "none")
        configuration.parameters = parameters.map(\.parameter)
        configuration.seed = seed
        configuration.isStrictAboutUnknown = settings.boolean("strict_unknown") ?? false
        configuration.cancelPath = settings.text("cancel_path")
        configuration.usesV2 = settings.boolean("v2") ?? false
        configuration.instanceType = settings.text("instance_type")
        configuration.addsMetadata = settings.boolean("add_metadata") ?? false
        configuration.usesPersonalQueue = settings.boolean("use_personal_queue") ?? false
        configuration.retainSeconds = settings.integer("retain_seconds")
        configuration.accessPassword = settings.secret("access_password")
        return configuration
    }

    var problems: [SettingsProblem] {
        placeProblems + workflowProblems + inputProblems + outputProblems + hostProblems + parameterProblems
            + optionProblems
    }

    // MARK: Values

    private var baseURL: String { settings.text("api_base_url") ?? RunningHubDialect.defaultBaseURL }

    /// The address alone decides where the settings do not say.
    var dialect: RunningHubDialect {
        settings.text("dialect").flatMap(RunningHubDialect.init(rawValue:))
            ?? RunningHubDialect.usual(at: (try? HTTPURL(baseURL).origin.host) ?? "")
    }

    private var resultHosts: [String] {
        settings.list("result_hosts").compactMap { if case .text(let host) = $0 { host } else { nil } }
    }

    var inputs: [String: RunningHubConfiguration.NodeField] {
        settings.map("inputs").compactMapValues { value in
            guard let node = Self.text("node", in: value), let field = Self.text("field", in: value) else { return nil }
            return RunningHubConfiguration.NodeField(node: node, field: field)
        }
    }

    private var outputs: [RunningHubConfiguration.Output] {
        settings.list("outputs").compactMap { value in
            guard let node = Self.text("node", in: value) else { return nil }
            return RunningHubConfiguration.Output(node: node, name: Self.text("name", in: value) ?? "image")
        }
    }

    static func text(_ name: String, in value: ConfigurationValue) -> String? {
        guard case .map(let map) = value, case .text(let text)? = map[name] else { return nil }
        return text
    }

    // MARK: Problems

    private var placeProblems: [SettingsProblem] {
        do throws(HTTPTransportError) {
            _ = try HTTPURL(baseURL)
            return []
        } catch {
            return [SettingsProblem(key: "api_base_url", message: "\(error.message); write http(s)://host")]
        }
    }

    private var workflowProblems: [SettingsProblem] {
        let id = settings.text("workflow_id") ?? ""
        guard id.isEmpty || id.utf8.count > 64 || !id.utf8.allSatisfy(Self.isWordByte) else { return [] }
        return [
            SettingsProblem(
                key: "workflow_id", message: "is no workflow's id; take the number from the workflow page's address")
        ]
    }

    private var inputProblems: [SettingsProblem] {
        let names = [RunRequest.sourceInput, RunRequest.poseInput]
        let missing = names.filter { inputs[$0] == nil }.map {
            SettingsProblem(key: "inputs.\($0)", message: "is missing; give its node and field")
        }
        let unknown = inputs.keys.sorted().filter { !names.contains($0) }.map {
            SettingsProblem(key: "inputs.\($0)", message: "is no input; there are \(names.joined(separator: " and "))")
        }
        guard missing.isEmpty, unknown.isEmpty, Set(inputs.values).count < inputs.count else {
            return missing + unknown
        }
        return [
            SettingsProblem(
                key: "inputs.\(RunRequest.poseInput)", message: "goes to the same node and field as the other picture")
        ]
    }

    private var outputProblems: [SettingsProblem] {
        var names: Set<String> = []
        return outputs.enumerated().compactMap { index, output in
            guard !names.insert(output.name).inserted else { return nil }
            return SettingsProblem(
                key: "outputs[\(index)].name", message: "'\(output.name)' stands twice; give each output its own name")
        }
    }

    private var hostProblems: [SettingsProblem] {
        resultHosts.enumerated().compactMap { index, host in
            let name = host.hasPrefix(".") ? host.dropFirst() : host[...]
            let isName = name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && label.utf8.allSatisfy(Self.isWordByte)
            }
            guard !isName || !name.contains(".") else { return nil }
            return SettingsProblem(
                key: "result_hosts[\(index)]",
                message: "is no host name; write cdn.example.com, or .example.com for the names below it")
        }
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
