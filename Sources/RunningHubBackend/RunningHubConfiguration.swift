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

    package init(
        apiKey: Secret, workflowID: String, baseURL: String, resultHosts: [String] = [],
        inputs: [String: NodeField] = Self.defaultInputs, outputs: [Output] = [Output(node: "10", name: "image")],
        mayCostMoney: Bool = true
    ) throws(HTTPTransportError) {
        var base = baseURL
        while base.hasSuffix("/") { base.removeLast() }
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

    /// Calls of the API go to the engine's own origin and nowhere else.
    var apiEgress: EgressPolicy { EgressPolicy(trustedOrigin: origin) }
    var resultEgress: EgressPolicy { EgressPolicy(trustedOrigin: origin, allowedHosts: resultHosts) }
}
