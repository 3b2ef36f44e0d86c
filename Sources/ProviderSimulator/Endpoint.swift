/// What a request asks for, by method and path.
package enum Endpoint: String, CaseIterable, Sendable {
    // `task-openapi`
    case upload, create, status, outputs, cancel, account, graph, file
    case webhookDetail, webhookRetry
    // `openapi-v2`
    case uploadV2, runV2, queryV2, queueV2, keysV2
    // `workflow-v1`
    case uploadV1, runV1, taskV1
    // The simulator's own
    case ledger, faults, health
    case other

    /// How a body is read and how large it may be.
    enum Body: Equatable, Sendable {
        case none, json, multipart
        /// Read and dropped: what a misspelt path gets.
        case ignored
    }

    /// The whole path, where it has no id in it.
    var path: String? {
        switch self {
        case .upload: "/task/openapi/upload"
        case .create: "/task/openapi/create"
        case .status: "/task/openapi/status"
        case .outputs: "/task/openapi/outputs"
        case .cancel: "/task/openapi/cancel"
        case .account: "/uc/openapi/accountStatus"
        case .graph: "/api/openapi/getJsonApiFormat"
        case .webhookDetail: "/task/openapi/getWebhookDetail"
        case .webhookRetry: "/task/openapi/retryWebhook"
        case .uploadV2: "/openapi/v2/media/upload/binary"
        case .queryV2: "/openapi/v2/query"
        case .queueV2: "/openapi/v2/queue/status"
        case .keysV2: "/openapi/v2/api-key/list"
        case .uploadV1: "/v1/upload"
        case .ledger: "/simulator/ledger"
        case .faults: "/simulator/faults"
        case .health: "/simulator/health"
        case .file, .runV2, .runV1, .taskV1, .other: nil
        }
    }

    /// What stands before and behind the id in the path.
    private var frame: (before: String, behind: String)? {
        switch self {
        case .file: (Self.filePrefix, "")
        case .runV2: ("/openapi/v2/run/workflow/", "")
        case .runV1: ("/v1/workflows/", "/run")
        case .taskV1: ("/v1/tasks/", "")
        default: nil
        }
    }

    init(path: String) {
        self = Self.allCases.first { $0.path == path || $0.id(in: path) != nil } ?? .other
    }

    static let filePrefix = "/files/"

    /// The id in a path of this endpoint. Only a file's may hold a slash.
    func id(in path: String) -> String? {
        guard let frame, path.hasPrefix(frame.before), path.hasSuffix(frame.behind),
            path.utf8.count >= frame.before.utf8.count + frame.behind.utf8.count
        else { return nil }
        let id = path.dropFirst(frame.before.count).dropLast(frame.behind.count)
        if self == .file { return String(id) }
        return id.isEmpty || id.contains("/") ? nil : String(id)
    }

    var methods: [String] {
        switch self {
        case .file, .ledger, .health, .queueV2, .keysV2, .taskV1: ["GET"]
        case .faults: ["GET", "POST"]
        case .other: []
        default: ["POST"]
        }
    }

    var body: Body {
        switch self {
        case .upload, .uploadV2, .uploadV1: .multipart
        case .file, .ledger, .health, .queueV2, .keysV2, .taskV1: .none
        case .other: .ignored
        default: .json
        }
    }

    var bodyBytesMax: Int {
        switch body {
        case .none: 0
        case .json, .ignored: SimulatorLimits.jsonBodyBytesMax
        case .multipart: SimulatorLimits.uploadFileBytesMax + SimulatorLimits.uploadOverheadBytesMax
        }
    }

    /// The simulator's own paths are never disturbed: a test must be able to look.
    var isControl: Bool { [.ledger, .faults, .health].contains(self) }

    /// Whether a request there may make a run.
    var isCreate: Bool { [.create, .runV2, .runV1].contains(self) }
}
