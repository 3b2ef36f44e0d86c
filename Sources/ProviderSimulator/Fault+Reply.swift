internal import NIOCore

extension Fault {
    /// The reply that the fault makes of an answer. Kinds that bend what the provider says were applied before.
    func applied(to answer: Answer, behind face: Face) -> ProviderReply {
        var reply = bent(answer, behind: face) ?? answer.reply
        switch kind {
        case .closeBeforeReading, .closeAfterReading: reply.delivery = .close
        case .cut: reply.delivery = .cut(afterBytes: bytes ?? 0)
        case .closeAfterReply: reply.delivery = .wholeThenClose
        case .hang: reply.delivery = .never
        case .slow: reply.delivery = .late(seconds: seconds ?? 0)
        case .drip: reply.delivery = .inPieces(bytes: max(1, bytes ?? 1), seconds: seconds ?? 0)
        case .chunked: reply.isChunked = true
        default: break
        }
        return reply
    }

    var needsAnswer: Bool { kind.needsAnswer }

    private func bent(_ answer: Answer, behind face: Face) -> ProviderReply? {
        switch kind {
        case .http: httpReply(behind: face)
        case .code:
            Refusal(code: code ?? ProviderCode.unknown, text: message).answer(as: face).reply
        case .html: ProviderReply(page: "Sign in")
        case .emptyBody: ProviderReply(body: .bytes(ByteBuffer()))
        case .truncatedJSON, .wrongContentType, .badUTF8, .deepJSON: bentText(answer.reply)
        case .nullData, .numbersAsStrings, .duplicateKeys, .embeddedNUL: bentEnvelope(answer)
        case .numbersAsNumbers, .extraKeys, .keyNamed, .errorShape: bentDocument(answer)
        case .resultTruncated, .resultLonger, .resultEmpty, .resultWrongType, .resultAsPage: bentFile(answer.reply)
        default: nil
        }
    }

    private func httpReply(behind face: Face) -> ProviderReply {
        var reply = ProviderReply.infrastructure(code ?? 500)
        if face == .status {
            reply = ProviderReply(status: reply.status, json: ["error": .string(ProviderReply.phrase(reply.status))])
        }
        if let retryAfter { reply.headers.append(.init(name: "Retry-After", value: retryAfter)) }
        if let location { reply.headers.append(.init(name: "Location", value: location)) }
        return reply
    }

    private func bentText(_ reply: ProviderReply) -> ProviderReply {
        guard case .bytes(let content) = reply.body else { return reply }
        var reply = reply
        let bytes = Array(content.readableBytesView)
        switch kind {
        case .truncatedJSON: reply.body = .bytes(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
        case .badUTF8:
            reply.body = .bytes(ByteBuffer(bytes: Array("{\"code\":0,\"msg\":\"".utf8) + [0xFF, 0xC0, 0x22, 0x7D]))
        case .deepJSON:
            let depth = 100_000
            reply.body = .bytes(
                ByteBuffer(string: String(repeating: "[", count: depth) + String(repeating: "]", count: depth)))
        default: reply.contentType = "text/html;charset=UTF-8"
        }
        return reply
    }

    private func bentEnvelope(_ answer: Answer) -> ProviderReply? {
        guard case .envelope(var envelope) = answer else { return nil }
        switch kind {
        case .nullData: envelope.data = nil
        case .embeddedNUL: envelope.message += "\0rest"
        case .duplicateKeys: return ProviderReply(json: envelope.json.withCodeTwice)
        default: return ProviderReply(json: envelope.json.withCodeAsString)
        }
        return ProviderReply(json: envelope.json)
    }

    /// Other spellings of the JSON of any face.
    private func bentDocument(_ answer: Answer) -> ProviderReply? {
        var json: JSONValue
        var status = 200
        switch answer {
        case .envelope(let envelope): json = envelope.json
        case .document(let document, let code): (json, status) = (document, code)
        case .reply: return nil
        }
        switch kind {
        case .numbersAsNumbers: json = json.withNumbersFromStrings
        case .extraKeys: json = json.adding("errorMessages", nil).adding("unheardOf", [["deep": [1, nil]]])
        case .keyNamed: json = json.withFirstMember(named: word ?? "")
        default: json = word == "object" ? json.withErrorAsObject(status: status) : json.withErrorAsMessage
        }
        return ProviderReply(status: status, json: json)
    }

    private func bentFile(_ reply: ProviderReply) -> ProviderReply {
        var reply = reply
        switch kind {
        case .resultTruncated: reply.bodyBytesSent = bytes ?? 1_000
        case .resultLonger: reply.bodyBytesAnnounced = bytes ?? 1_000
        case .resultEmpty: reply.body = .bytes(ByteBuffer())
        case .resultWrongType: reply.body = .bytes(ByteBuffer(string: "GIF89a this is no picture that was asked for"))
        default: reply = ProviderReply(page: "Object storage")
        }
        return reply
    }
}

extension JSONValue {
    private static let numbers: Set<String> = [
        "taskId", "taskCostTime", "consumeCoins", "remainCoins", "currentTaskCounts", "size", "runningCount",
        "queuedCount", "totalCurrentTasks", "task_id", "quotaUsed",
    ]

    /// The counters and ids as numbers, as older replies have them (provider sheet 2.4, 2.8, pitfall 13).
    var withNumbersFromStrings: JSONValue {
        switch self {
        case .array(let values): .array(values.map(\.withNumbersFromStrings))
        case .object(let members):
            .object(
                members.map { member in
                    guard Self.numbers.contains(member.name), let number = member.value.string.flatMap({ Int64($0) })
                    else { return Member(name: member.name, value: member.value.withNumbersFromStrings) }
                    return Member(name: member.name, value: .integer(number))
                })
        default: self
        }
    }

    /// The first member under another name, where the reply is not a refusal; a dot leads into an object.
    func withFirstMember(named name: String) -> JSONValue {
        guard case .object(let members) = self, let first = members.first, first.name != "error" else { return self }
        let parts = name.split(separator: ".").map { String($0) }
        guard let outer = parts.first else { return self }
        let value: JSONValue = parts.count > 1 ? .object([Member(name: parts[1], value: first.value)]) : first.value
        return .object([Member(name: outer, value: value)] + members.dropFirst())
    }

    /// Other ways to word a refusal with an HTTP status (provider sheet 1.2).
    func withErrorAsObject(status: Int) -> JSONValue {
        replacing("error") { ["code": .string("E\(status)"), "message": $0] }
    }

    var withErrorAsMessage: JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.map { $0.name == "error" ? Member(name: "message", value: $0.value) : $0 })
    }

    /// A second, contradicting `code` behind the first.
    var withCodeTwice: JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members + [Member(name: "code", value: .integer(Int64(ProviderCode.unknown)))])
    }

    var withCodeAsString: JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(
            members.map { member in
                guard member.name == "code", let code = member.value.integer else { return member }
                return Member(name: "code", value: .string(String(code)))
            })
    }
}
