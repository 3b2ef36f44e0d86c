import BackendAPI

/// Bodies of the calls. The key stands in each body as well as in the header: older accounts read only the body. The v2 family reads
/// only the header.
struct CreateBody: Encodable {
    struct NodeInfo: Encodable {
        let nodeId: String
        let fieldName: String
        let fieldValue: JSONScalar
    }

    let apiKey: String?
    let workflowId: String?
    let addMetadata: Bool
    let nodeInfoList: [NodeInfo]
    let instanceType: String?
    let usePersonalQueue: Bool?
    let retainSeconds: Int64?
    let accessPassword: String?

    init(_ configuration: RunningHubConfiguration, nodes: [NodeInfo]) {
        let isV2 = configuration.usesV2
        apiKey = isV2 ? nil : configuration.apiKey.reveal()
        workflowId = isV2 ? nil : configuration.workflowID
        // With it the result's metadata would hold the whole workflow.
        addMetadata = configuration.addsMetadata
        nodeInfoList = nodes
        instanceType = configuration.instanceType
        usePersonalQueue = configuration.usesPersonalQueue ? true : nil
        retainSeconds = configuration.retainSeconds
        accessPassword = configuration.accessPassword?.reveal()
    }
}

struct TaskBody: Encodable {
    let apiKey: String?
    let taskId: String
}

/// Here, and only here, the provider's documents write the key in lower case.
struct AccountBody: Encodable {
    let apikey: String
}

struct GraphBody: Encodable {
    let apiKey: String
    let workflowId: String
}
