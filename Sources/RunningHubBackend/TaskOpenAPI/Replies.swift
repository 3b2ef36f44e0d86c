/// `{"code", "msg", "data"}`: the form of every answer.
struct Envelope<Content: Decodable>: Decodable {
    /// `nil` where it is missing or no number.
    let code: Int?
    let message: String
    /// What `data` holds; `nil` where it is null, missing or of another shape (then `hasUnreadableData`).
    let content: Content?
    let hasUnreadableData: Bool

    private enum Key: String, CodingKey {
        case code, msg, message, data
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        code = fields.lenientInteger(.code)
        message = fields.lenientText(.msg) ?? fields.lenientText(.message) ?? ""
        content = fields.lenient(Content.self, .data)
        let isNull = !fields.contains(.data) || (try? fields.decodeNil(forKey: .data)) == true
        hasUnreadableData = content == nil && !isNull
    }
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

    private struct AnyKey: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        let errors = try? fields.nestedContainer(keyedBy: AnyKey.self, forKey: .nodeErrors)
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
        if var list = try? decoder.unkeyedContainer() {
            var items: [OutputItem] = []
            while !list.isAtEnd, items.count < RunningHubLimits.outputItemsMax {
                items.append(try list.decode(OutputItem.self))
            }
            self = .items(items)
        } else {
            let fields = try decoder.container(keyedBy: Key.self)
            self = .failure(fields.lenient(FailedReason.self, .failedReason))
        }
    }
}

/// One file; an element that is no object is an item without anything.
struct OutputItem: Decodable {
    let url: String
    let fileType: String
    let node: String
    let coins: String
    let money: String

    private enum Key: String, CodingKey {
        case fileUrl, fileType, nodeId, consumeCoins, consumeMoney
    }

    init(from decoder: any Decoder) throws {
        let fields = try? decoder.container(keyedBy: Key.self)
        url = fields?.lenientText(.fileUrl) ?? ""
        fileType = fields?.lenientText(.fileType)?.lowercased() ?? ""
        node = fields?.lenientText(.nodeId) ?? ""
        coins = fields?.lenientText(.consumeCoins) ?? ""
        money = fields?.lenientText(.consumeMoney) ?? ""
    }

    private static let imageTypes: Set<String> = ["png", "jpg", "jpeg", "webp"]

    /// By the announced type, else by the address.
    var isImage: Bool {
        guard !url.isEmpty else { return false }
        guard fileType.isEmpty else { return Self.imageTypes.contains(fileType) }
        let path = url.prefix { $0 != "?" && $0 != "#" }
        return path.split(separator: ".").last.map { Self.imageTypes.contains($0.lowercased()) } ?? false
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

struct AccountContent: Decodable {
    let coins: Double?
    let money: Double?

    private enum Key: String, CodingKey {
        case remainCoins, remainMoney
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        coins = fields.lenientText(.remainCoins).flatMap { Double($0) }
        money = fields.lenientText(.remainMoney).flatMap { Double($0) }
    }
}
