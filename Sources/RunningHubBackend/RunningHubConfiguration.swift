package import BackendAPI
package import HTTPTransport

/// One engine at RunningHub, checked.
package struct RunningHubConfiguration: Sendable {
    /// Where a value goes in the workflow's graph.
    package struct NodeField: Sendable, Hashable {
        package var node: String
        package var field: String

        package init(node: String, field: String) {
            self.node = node
            self.field = field
        }
    }

    /// A node whose file is a result, and the name callers know it by.
    package struct Output: Sendable, Equatable {
        package var node: String
        package var name: String

        package init(node: String, name: String) {
            self.node = node
            self.name = name
        }
    }

    /// A value that callers may set by name, and where it goes.
    package struct Parameter: Sendable, Equatable {
        package var rule: ParameterRule
        package var place: NodeField
        /// Sent where a caller gives none; `nil`: then nothing is sent and the workflow's own value holds.
        package var defaultText: String?

        package init(_ rule: ParameterRule, at place: NodeField, default defaultText: String? = nil) {
            self.rule = rule
            self.place = place
            self.defaultText = defaultText
        }
    }

    /// The provider puts a random number into every seed that a run does not name.
    package struct Seed: Sendable, Equatable {
        package var place: NodeField
        /// `nil`: each run's own, made from its marker.
        package var fixed: Int64?

        package init(at place: NodeField, fixed: Int64? = nil) {
            self.place = place
            self.fixed = fixed
        }
    }

    package var dialect: RunningHubDialect
    package var apiKey: Secret
    package var workflowID: String
    /// Without a slash at its end.
    package var baseURL: String
    package var origin: HTTPOrigin
    package var resultHosts: [String]
    package var inputs: [String: NodeField]
    /// In the order of the file. Empty: the first image of any node.
    package var outputs: [Output]
    package var mayCostMoney: Bool

    package var parameters: [Parameter] = []
    package var seed: Seed?
    /// HTTP 503 and the codes 1010 and 1011 on a create do not count as refusals: nobody promises that they come before any work.
    package var isStrictAboutUnknown = false
    /// `workflow-v1`: the path of a deployment's own cancel, with `{task_id}` in it.
    package var cancelPath: String?

    /// `task-openapi`: run, query and upload go to `/openapi/v2/`.
    package var usesV2 = false
    /// `default` or `plus`.
    package var instanceType: String?
    package var addsMetadata = false
    package var usesPersonalQueue = false
    package var retainSeconds: Int64?
    package var accessPassword: Secret?

    package init(
        dialect: RunningHubDialect = .taskOpenAPI, apiKey: Secret, workflowID: String, baseURL: String,
        resultHosts: [String] = [],
        inputs: [String: NodeField] = Self.defaultInputs, outputs: [Output] = [Output(node: "10", name: "image")],
        mayCostMoney: Bool = true
    ) throws(HTTPTransportError) {
        var base = baseURL
        while base.hasSuffix("/") { base.removeLast() }
        self.dialect = dialect
        self.apiKey = apiKey
        self.workflowID = workflowID
        self.baseURL = base
        self.origin = try HTTPURL(base).origin
        self.resultHosts = resultHosts
        self.inputs = inputs
        self.outputs = outputs
        self.mayCostMoney = mayCostMoney
    }

    /// The nodes of the pose-transfer workflow that the replaced backend used.
    package static let defaultInputs = [
        RunRequest.sourceInput: NodeField(node: "3", field: "image"),
        RunRequest.poseInput: NodeField(node: "7", field: "image"),
    ]

    /// What callers may set.
    var rules: [ParameterRule] { parameters.map(\.rule) + (seed == nil ? [] : [RunValue.seedRule]) }

    /// What no text may show.
    var secrets: [Secret] { [apiKey] + [accessPassword].compactMap { $0 } }

    /// Calls of the API go to the engine's own origin and nowhere else.
    var apiEgress: EgressPolicy { EgressPolicy(trustedOrigin: origin) }
    var resultEgress: EgressPolicy { EgressPolicy(trustedOrigin: origin, allowedHosts: resultHosts) }
}
