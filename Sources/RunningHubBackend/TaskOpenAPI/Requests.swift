/// Bodies of the calls. The key stands in each body as well as in the header: older accounts read only the body.
struct CreateBody: Encodable {
    struct NodeInfo: Encodable {
        let nodeId: String
        let fieldName: String
        let fieldValue: String
    }

    let apiKey: String
    let workflowId: String
    /// Otherwise the result's metadata would hold the whole workflow.
    let addMetadata = false
    let nodeInfoList: [NodeInfo]

    private enum CodingKeys: String, CodingKey {
        case apiKey, workflowId, addMetadata, nodeInfoList
    }
}

struct TaskBody: Encodable {
    let apiKey: String
    let taskId: String
}

/// Here, and only here, the provider's documents write the key in lower case.
struct AccountBody: Encodable {
    let apikey: String
}
