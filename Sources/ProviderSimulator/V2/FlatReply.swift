/// The reply of run and query in the second family: flat, without an envelope (provider sheet 3.2).
struct FlatReply: Sendable {
    var taskID = ""
    var status = ""
    /// Empty where there is none: some clients take any text in it for a failure.
    var errorCode = ""
    var errorMessage = ""
    var results: JSONValue = nil
    /// `clientId`, `usage`, `failedReason` and the like, behind the others.
    var more: [JSONValue.Member] = []

    var json: JSONValue {
        .object(
            [
                JSONValue.Member(name: "taskId", value: .string(taskID)),
                JSONValue.Member(name: "status", value: .string(status)),
                JSONValue.Member(name: "errorCode", value: .string(errorCode)),
                JSONValue.Member(name: "errorMessage", value: .string(errorMessage)),
                JSONValue.Member(name: "results", value: results),
            ] + more)
    }

    static func refused(_ refusal: Refusal) -> FlatReply {
        var reply = FlatReply()
        reply.errorCode = String(code(of: refusal.code))
        reply.errorMessage = refusal.ownText ?? texts[refusal.code] ?? refusal.envelope.message
        return reply
    }

    private static let texts: [Int: String] = [
        ProviderCode.queueMaxed: "api queue limit reached, please retry later",
        ProviderCode.workflowMissing: "workflow not found",
        ProviderCode.taskNotFound: "task not found or expired",
        ProviderCode.unauthorized: "invalid api key", ProviderCode.userNotFound: "invalid api key",
    ]

    /// The second family's number for a code of the first (provider sheet 3.4). Where that list has none, the number
    /// stays as it is, as 421 does.
    private static func code(of code: Int) -> Int {
        switch code {
        case ProviderCode.workflowMissing: 404
        case ProviderCode.unauthorized, ProviderCode.userNotFound, 811: 1_002
        case ProviderCode.taskNotFound, ProviderCode.taskMissing: 1_004
        case ProviderCode.unknown: 1_005
        case ProviderCode.invalidParameters: 1_007
        case ProviderCode.fileTooLarge: 1_008
        case ProviderCode.nodeInfoInvalid: 1_101
        default: code
        }
    }
}
