/// `{"code", "msg", "data"}`, the form of most answers; or the flat form of the v2 family's run and query, with `errorCode` and
/// `errorMessage` beside the content.
struct Envelope<Content: Decodable>: Decodable {
    /// `nil` where it is missing or no number. Success is 0, however it was written.
    let code: Int?
    let message: String
    /// What `data` holds; `nil` where it is null, missing or of another shape (then `hasUnreadableData`).
    let content: Content?
    let hasUnreadableData: Bool

    private enum Key: String, CodingKey {
        case code, msg, message, data
        case errorCode, errorMessage, taskId, status
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        let isFlat =
            !fields.contains(.code) && !fields.contains(.data)
            && [.errorCode, .taskId, .status].contains { fields.contains($0) }
        if isFlat {
            let code = fields.lenientText(.errorCode) ?? ""
            self.code = code.isEmpty ? ProviderCodes.success : Self.usual(Int(code))
            message = fields.lenientText(.errorMessage) ?? ""
            content = try? Content(from: decoder)
            hasUnreadableData = content == nil
            return
        }
        code = Self.usual(fields.lenientInteger(.code))
        message = fields.lenientText(.msg) ?? fields.lenientText(.message) ?? ""
        content = fields.lenient(Content.self, .data)
        let isNull = !fields.contains(.data) || (try? fields.decodeNil(forKey: .data)) == true
        hasUnreadableData = content == nil && !isNull
    }

    /// Some answers of the v2 family say 200 for success.
    private static func usual(_ code: Int?) -> Int? { code == 200 ? ProviderCodes.success : code }
}

struct UploadContent: Decodable {
    let fileName: String?

    private enum Key: String, CodingKey {
        case fileName, filename
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        fileName = fields.lenientText(.fileName) ?? fields.lenientText(.filename)
    }
}

struct CreateContent: Decodable {
    let taskID: String?
    /// JSON as text, as the provider writes it.
    let promptTips: String?

    private enum Key: String, CodingKey {
        case taskID = "taskId"
        case promptTips
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        taskID = fields.lenientText(.taskID)
        promptTips = fields.lenientText(.promptTips)
    }
}

/// What `promptTips` holds when it is JSON.
struct PromptTips: Decodable {
    let isRefused: Bool

    private enum Key: String, CodingKey {
        case result
        case nodeErrors = "node_errors"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        let errors = try? fields.nestedContainer(keyedBy: AnyName.self, forKey: .nodeErrors)
        isRefused = fields.lenientText(.result) == "false" || errors.map { !$0.allKeys.isEmpty } ?? false
    }
}

/// The `data` of outputs: a list of files when the run succeeded, an object with the reason when it failed.
enum OutputsContent: Decodable {
    case items([OutputItem])
    case failure(FailedReason?)

    private enum Key: String, CodingKey {
        case failedReason
    }

    init(from decoder: any Decoder) throws {
        if let list = try? OutputList(from: decoder) {
            self = .items(list.items)
        } else {
            let fields = try decoder.container(keyedBy: Key.self)
            self = .failure(fields.lenient(FailedReason.self, .failedReason))
        }
    }
}

/// One file; an element that is no object is an item without anything. The v2 family calls address and type by other names.
struct OutputItem: Decodable {
    let file: ListedFile
    let coins: String
    let money: String

    private enum Key: String, CodingKey {
        case fileUrl, url, fileType, outputType, nodeId, consumeCoins, consumeMoney
    }

    init(from decoder: any Decoder) throws {
        let fields = try? decoder.container(keyedBy: Key.self)
        let type = fields?.lenientText(.fileType) ?? fields?.lenientText(.outputType) ?? ""
        file = ListedFile(
            node: fields?.lenientText(.nodeId) ?? "",
            url: fields?.lenientText(.fileUrl) ?? fields?.lenientText(.url) ?? "", type: type.lowercased())
        coins = fields?.lenientText(.consumeCoins) ?? ""
        money = fields?.lenientText(.consumeMoney) ?? ""
    }
}

/// Files, at most `RunningHubLimits.outputItemsMax` of them.
struct OutputList: Decodable {
    let items: [OutputItem]

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        var items: [OutputItem] = []
        while !list.isAtEnd, items.count < RunningHubLimits.outputItemsMax {
            items.append(try list.decode(OutputItem.self))
        }
        self.items = items
    }
}

/// Why a run failed: an object, or in some documents a plain text. Its inner JSON texts are not decoded.
struct FailedReason: Decodable {
    let text: String

    private enum Key: String, CodingKey {
        case nodeName = "node_name"
        case nodeID = "node_id"
        case type = "exception_type"
        case message = "exception_message"
    }

    init(from decoder: any Decoder) throws {
        if let plain = try? decoder.singleValueContainer().decode(String.self) {
            text = plain
            return
        }
        let fields = try decoder.container(keyedBy: Key.self)
        let message = fields.lenientText(.message) ?? fields.lenientText(.type) ?? ""
        let node = fields.lenientText(.nodeName) ?? fields.lenientText(.nodeID) ?? ""
        text = node.isEmpty || message.isEmpty ? message : "\(message) (node \(node))"
    }
}
