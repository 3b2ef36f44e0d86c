/// What a request asks for, by method and path.
package enum Endpoint: String, CaseIterable, Sendable {
    case upload, create, status, outputs, cancel, account, graph, file
    case uploadV2
    case ledger, faults, health
    case other

    /// How a body is read and how large it may be.
    enum Body: Equatable, Sendable {
        case none, json, multipart
        /// Read and dropped: what a misspelt path gets.
        case ignored
    }

    var path: String? {
        switch self {
        case .upload: "/task/openapi/upload"
        case .create: "/task/openapi/create"
        case .status: "/task/openapi/status"
        case .outputs: "/task/openapi/outputs"
        case .cancel: "/task/openapi/cancel"
        case .account: "/uc/openapi/accountStatus"
        case .graph: "/api/openapi/getJsonApiFormat"
        case .uploadV2: "/openapi/v2/media/upload/binary"
        case .ledger: "/simulator/ledger"
        case .faults: "/simulator/faults"
        case .health: "/simulator/health"
        case .file, .other: nil
        }
    }

    init(path: String) {
        if path.hasPrefix(Self.filePrefix) {
            self = .file
        } else {
            self = Self.allCases.first { $0.path == path } ?? .other
        }
    }

    static let filePrefix = "/files/"

    var methods: [String] {
        switch self {
        case .file, .ledger, .health: ["GET"]
        case .faults: ["GET", "POST"]
        case .other: []
        default: ["POST"]
        }
    }

    var body: Body {
        switch self {
        case .upload, .uploadV2: .multipart
        case .file, .ledger, .health: .none
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
}
