/// The codes of the v1 family that the simulator knows by name (provider sheet 2.12).
enum ProviderCode {
    static let success = 0
    static let various = 1
    static let invalidParameters = 301
    static let workflowMissing = 380
    static let tokenInvalid = 412
    static let instanceMaxed = 415
    static let walletEmpty = 416
    static let queueMaxed = 421
    static let taskMissing = 423
    static let promptInvalid = 433
    static let unknown = 500
    static let freeUser = 801
    static let unauthorized = 802
    static let nodeInfoInvalid = 803
    static let taskRunning = 804
    static let taskFailed = 805
    static let userNotFound = 806
    static let taskNotFound = 807
    static let uploadFailed = 808
    static let fileTooLarge = 809
    static let workflowNeverRun = 810
    static let fundsMissing = 812
    static let taskQueued = 813
    static let personalQueueFull = 814
    static let methodWrong = 1_009

    static let names: [Int: String] = [
        0: "success", 301: "PARAMS_INVALID", 380: "WORKFLOW_NOT_EXISTS", 403: "TOKEN_MISSION", 412: "TOKEN_INVALID",
        415: "TASK_INSTANCE_MAXED", 416: "TASK_CREATE_FAILED_BY_NOT_ENOUGH_WALLET", 421: "TASK_QUEUE_MAXED",
        423: "TASK_NOT_FOUNED", 433: "VALIDATE_PROMPT_FAILED", 435: "TASK_USER_EXCLAPI_INSTANCE_NOT_FOUND",
        436: "TASK_USER_EXCLAPI_REQUIRED", 500: "UNKNOWN_ERROR", 801: "APIKEY_UNSUPPORTED_FREE_USER",
        802: "APIKEY_UNAUTHORIZED", 803: "APIKEY_INVALID_NODE_INFO", 804: "APIKEY_TASK_IS_RUNNING",
        805: "APIKEY_TASK_STATUS_ERROR", 806: "APIKEY_USER_NOT_FOUND", 807: "APIKEY_TASK_NOT_FOUND",
        808: "APIKEY_UPLOAD_FAILED", 809: "APIKEY_FILE_SIZE_EXCEEDED", 810: "WORKFLOW_NOT_SAVED_OR_NOT_RUNNING",
        811: "CORPAPIKEY_INVALID", 812: "CORPAPIKEY_INSUFFICIENT_FUNDS", 813: "APIKEY_TASK_IS_QUEUED",
        814: "PERSONAL_QUEUE_COUNT_LIMIT", 901: "WEBAPP_NOT_EXISTS", 1003: "RATE_LIMIT", 1009: "METHOD_NOT_ALLOWED",
        1010: "SERVICE_UNAVAILABLE",
        1011: "BUSY",
    ]
}

/// The v1 reply `{"code","msg","data"}`.
struct Envelope: Equatable, Sendable {
    var code: Int
    var message: String
    var data: JSONValue
    /// The v2 family writes `message` instead of `msg`, or both.
    var messageNames = ["msg"]

    static func success(_ data: JSONValue) -> Envelope {
        Envelope(code: ProviderCode.success, message: "success", data: data)
    }

    static func failure(_ code: Int, _ message: String? = nil, data: JSONValue = nil) -> Envelope {
        Envelope(code: code, message: message ?? ProviderCode.names[code] ?? "ERROR_\(code)", data: data)
    }

    var json: JSONValue {
        .object(
            [JSONValue.Member(name: "code", value: JSONValue(code))]
                + messageNames.map { JSONValue.Member(name: $0, value: .string(message)) }
                + [JSONValue.Member(name: "data", value: data)])
    }
}
