/// What the codes of the v1 family are in HTTP (provider sheet 1.3).
enum StatusFace {
    static func status(of code: Int) -> Int {
        switch code {
        case ProviderCode.invalidParameters: 400
        case ProviderCode.freeUser, ProviderCode.unauthorized, ProviderCode.userNotFound, 811: 401
        case ProviderCode.walletEmpty, ProviderCode.fundsMissing: 402
        case ProviderCode.workflowMissing, ProviderCode.taskNotFound, ProviderCode.taskMissing: 404
        case ProviderCode.methodWrong: 405
        case ProviderCode.fileTooLarge: 413
        case ProviderCode.uploadFailed: 415
        case ProviderCode.nodeInfoInvalid, ProviderCode.promptInvalid, ProviderCode.workflowNeverRun: 422
        case ProviderCode.queueMaxed, ProviderCode.instanceMaxed, ProviderCode.personalQueueFull: 429
        case 1_003: 429
        case 1_010, 1_011: 503
        default: 500
        }
    }

    static func text(of refusal: Refusal) -> String {
        if let text = refusal.ownText { return text }
        switch refusal.code {
        case ProviderCode.freeUser, ProviderCode.unauthorized, ProviderCode.userNotFound, 811: return "Unauthorized"
        case ProviderCode.walletEmpty, ProviderCode.fundsMissing: return "Insufficient balance"
        case ProviderCode.workflowMissing: return "Workflow not found"
        case ProviderCode.taskNotFound, ProviderCode.taskMissing: return "Task not found"
        case ProviderCode.fileTooLarge: return "File too large"
        case ProviderCode.uploadFailed: return "Unsupported image type"
        case ProviderCode.queueMaxed, ProviderCode.instanceMaxed, ProviderCode.personalQueueFull:
            return "Too many running tasks"
        default: return refusal.envelope.message
        }
    }
}
