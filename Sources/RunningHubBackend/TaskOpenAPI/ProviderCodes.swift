import BackendAPI

/// What a code of the provider means: the one table. Source: the provider's list of error codes, read with the notes of its users.
///
/// Codes are classified by number. The `APIKEY_` in many names says nothing about the key.
enum ProviderCodes {
    struct Meaning: Sendable, Equatable {
        enum OnCreate: Sendable, Equatable {
            /// The provider says that it took nothing.
            case refused
            /// The fault may have come after the run was made.
            case unknown
        }

        let name: String
        let errorClass: BackendError.Class
        let onCreate: OnCreate
        /// What a person can do about it.
        let advice: String

        init(
            _ name: String, _ errorClass: BackendError.Class, onCreate: OnCreate = .refused, advice: String = ""
        ) {
            self.name = name
            self.errorClass = errorClass
            self.onCreate = onCreate
            self.advice = advice
        }
    }

    static let success = 0
    static let running = 804
    static let queued = 813
    static let ended = 805
    static let notFound: Set<Int> = [807, 423, 1004]
    /// Of these and of HTTP 503 it is an assumption that they come before any work.
    static let assumedRefusals: Set<Int> = [1010, 1011]

    static let meanings: [Int: Meaning] = [
        1: Meaning("BUSINESS_ERROR", .permanent),
        301: Meaning("PARAMS_INVALID", .permanent),
        380: Meaning("WORKFLOW_NOT_EXISTS", .configuration, advice: workflowAdvice),
        401: Meaning("KEY_VERIFICATION_FAILED", .auth, advice: keyAdvice),
        403: Meaning("TOKEN_MISSION", .auth, advice: keyAdvice),
        404: Meaning("NOT_FOUND", .configuration, advice: workflowAdvice),
        412: Meaning("TOKEN_INVALID", .permanent),
        415: Meaning("TASK_INSTANCE_MAXED", full),
        416: Meaning("NOT_ENOUGH_WALLET", .quota, advice: balanceAdvice),
        421: Meaning("TASK_QUEUE_MAXED", full),
        423: Meaning("TASK_NOT_FOUND", .permanent, onCreate: .unknown),
        433: Meaning("VALIDATE_PROMPT_FAILED", .permanent),
        435: Meaning("EXCLUSIVE_INSTANCE_NOT_FOUND", .configuration),
        436: Meaning("EXCLUSIVE_MEMBERSHIP_REQUIRED", .auth),
        500: Meaning("UNKNOWN_ERROR", .transient, onCreate: .unknown),
        801: Meaning("UNSUPPORTED_FREE_USER", .auth, advice: "the API is for paying accounts"),
        802: Meaning("KEY_UNAUTHORIZED", .auth, advice: keyAdvice),
        803: Meaning(
            "INVALID_NODE_INFO", .permanent, advice: "compare inputs and parameters with the workflow's graph"),
        804: Meaning("TASK_IS_RUNNING", full),
        805: Meaning("TASK_STATUS_ERROR", .permanent, onCreate: .unknown),
        806: Meaning("USER_NOT_FOUND", .auth, advice: keyAdvice),
        807: Meaning("TASK_NOT_FOUND", .permanent, onCreate: .unknown),
        808: Meaning("UPLOAD_FAILED", .transient, onCreate: .unknown),
        809: Meaning("FILE_SIZE_EXCEEDED", .permanent, onCreate: .unknown, advice: "the provider takes 30 MB"),
        810: Meaning(
            "WORKFLOW_NOT_SAVED_OR_NOT_RUNNING", .configuration,
            advice: "save the workflow and run it once with success on the provider's website"),
        811: Meaning("ENTERPRISE_KEY_INVALID", .auth, advice: keyAdvice),
        812: Meaning("ENTERPRISE_INSUFFICIENT_FUNDS", .quota, advice: balanceAdvice),
        813: Meaning("TASK_IS_QUEUED", full, onCreate: .unknown),
        814: Meaning("PERSONAL_QUEUE_COUNT_LIMIT", full),
        901: Meaning("WEBAPP_NOT_EXISTS", .permanent),
        1000: Meaning("UNKNOWN_ERROR", .transient, onCreate: .unknown),
        1001: Meaning("INVALID_URL", .permanent),
        1002: Meaning("INVALID_KEY", .auth, advice: keyAdvice),
        1003: Meaning("RATE_LIMIT", full),
        1004: Meaning("TASK_NOT_FOUND_OR_EXPIRED", .permanent, onCreate: .unknown),
        1005: Meaning("INTERNAL_ERROR", .transient, onCreate: .unknown),
        1006: Meaning("TASK_TIMED_OUT", .transient, onCreate: .unknown),
        1007: Meaning("INVALID_PARAMETERS", .permanent),
        1008: Meaning("FILE_TOO_LARGE", .permanent),
        1009: Meaning("WRONG_METHOD", .permanent),
        1010: Meaning("SERVICE_UNAVAILABLE", full),
        1011: Meaning("BUSY", full),
        1012: Meaning("UPSTREAM_EXCEPTION", .transient, onCreate: .unknown),
        1013: Meaning("FILE_PROCESSING_FAILED", .permanent),
        1014: Meaning("ENTERPRISE_KEY_REQUIRED", .auth),
        1015: Meaning("GENERATION_FAILED", .transient, onCreate: .unknown),
        1101: Meaning("NODE_INFO_ERROR", .permanent, advice: "compare inputs and parameters with the workflow's graph"),
        1501: Meaning("CONTENT_REJECTED", .rejected),
        1504: Meaning("MODEL_TIMED_OUT", .transient, onCreate: .unknown),
        1505: Meaning("REAL_PEOPLE_NOT_ALLOWED", .rejected),
        1520: Meaning("USER_CONCURRENCY_LIMIT", full),
    ]

    /// Older texts for an empty balance, whose number nobody wrote down.
    static let emptyBalanceWords = ["NOT_ENOUGH_POWER_VALUE", "NOT_ENOUGH_WALLET"]
    /// Words of a failed run's reason that mean moderation.
    static let moderationWords = ["porn"]
    /// Words of a failed run's reason that mean that the graphics memory was too small.
    static let memoryWords = ["显存告警"]

    private static let full = BackendError.Class.backpressure(retryAfterMilliseconds: nil)
    private static let keyAdvice = "check the key"
    private static let workflowAdvice = "take workflow_id from the workflow page's address"
    private static let balanceAdvice = "top up the account"
}
