/// How an endpoint words its answers; what they say is the same behind every face.
enum Face: Equatable, Sendable {
    /// HTTP 200 and an envelope with `msg`.
    case envelope
    /// The same with the text under these names. A key that is not known has a code of its own there: 401.
    case envelopeV2([String])
    /// HTTP 200 and a flat object with `errorCode` (provider sheet 3.1).
    case flat
    /// An HTTP status and `{"error":"..."}` (provider sheet 1.2).
    case status
    /// HTTP alone: stored files and the simulator's own paths.
    case plain
}

/// The family of calls by which a run was made.
package enum Dialect: String, CaseIterable, Sendable {
    case taskOpenAPI = "task-openapi"
    case openAPIV2 = "openapi-v2"
    case workflowV1 = "workflow-v1"
}

extension Endpoint {
    var face: Face {
        switch self {
        case .upload, .create, .status, .outputs, .cancel, .account, .graph, .webhookDetail, .webhookRetry:
            .envelope
        case .uploadV2: .envelopeV2(["message"])
        // The sheet leaves open which of the two it is (3.1).
        case .queueV2, .keysV2: .envelopeV2(["msg", "message"])
        case .runV2, .queryV2: .flat
        case .uploadV1, .runV1, .taskV1: .status
        case .file, .ledger, .faults, .health, .other: .plain
        }
    }
}

/// A request that the provider does not serve: its code in the v1 family, and a text.
struct Refusal: Error, Equatable, Sendable {
    let code: Int
    let message: String?

    init(_ code: Int, _ detail: String? = nil) {
        self.code = code
        let name = ProviderCode.names[code] ?? "ERROR_\(code)"
        message = detail.map { "\(name): \($0)" } ?? name
    }

    /// A code with a text of its own, or with the usual one.
    init(code: Int, text: String?) {
        self.code = code
        message = text
    }

    /// The text, where it says more than the code's name.
    var ownText: String? { message == ProviderCode.names[code] ? nil : message }

    var envelope: Envelope { .failure(code, message) }

    func answer(as face: Face) -> Answer {
        switch face {
        case .envelope: return .envelope(envelope)
        case .envelopeV2(let names):
            var envelope = envelope
            if code == ProviderCode.unauthorized, ownText == nil {
                envelope = .failure(401, "ApiKey verification failed: unknown key")
            }
            envelope.messageNames = names
            return .envelope(envelope)
        case .flat: return .document(FlatReply.refused(self).json, status: 200)
        case .status:
            return .document(["error": .string(StatusFace.text(of: self))], status: StatusFace.status(of: code))
        case .plain: return .reply(.infrastructure(500))
        }
    }
}

/// A reply before its faults: an envelope or a document can still be bent, a finished reply only cut or replaced.
enum Answer: Sendable {
    case envelope(Envelope)
    case document(JSONValue, status: Int)
    case reply(ProviderReply)

    var reply: ProviderReply {
        switch self {
        case .envelope(let envelope): ProviderReply(json: envelope.json)
        case .document(let json, let status): ProviderReply(status: status, json: json)
        case .reply(let reply): reply
        }
    }
}
