/// One way in which an answer differs from the ordinary one.
///
/// Reasons of the kinds: the tricky replies of the provider sheet (sections 2.3 to 2.8 and 4) and the fault table of the
/// reliability sheet.
package struct Fault: Equatable, Sendable {
    package var kind: Kind
    /// `code`: the provider's code. `http`: the status line's.
    package var code: Int?
    /// `code`: text of the reply instead of the usual one. `runFails`: the exception message.
    package var message: String?
    /// `http`: value of `Retry-After`, sent as it is.
    package var retryAfter: String?
    /// `http`: value of `Location`, sent as it is.
    package var location: String?
    /// `slow`: delay of the whole answer. `drip`: delay before each piece.
    package var seconds: Double?
    /// `cut`, `drip`, `resultTruncated`: bytes sent, or bytes in a piece.
    package var bytes: Int?
    /// `resultLink`: link given instead of the true one.
    package var link: String?
    /// `unknownWord`, `cancelWord`: the state word. `keyNamed`, `resultShape`, `errorShape`: the other spelling.
    package var word: String?
    /// Whether the request takes effect (a create is recorded and paid) before the fault; the kind's default if nil.
    package var takesEffect: Bool?

    package init(_ kind: Kind) { self.kind = kind }

    /// The endpoints at which a kind makes sense, and whether the request takes effect there unless said otherwise.
    package enum Kind: String, CaseIterable, Sendable {
        // The connection
        case closeBeforeReading, closeAfterReading, cut, closeAfterReply, hang, slow, drip
        // HTTP and the body
        case http, code, html, emptyBody, truncatedJSON, wrongContentType, badUTF8, deepJSON, nullData
        case duplicateKeys, embeddedNUL, chunked
        case numbersAsNumbers, numbersAsStrings
        // Create
        case createState, nodeErrors, withoutTaskID, sameTaskID, webhookTwice, webhookLost
        // The run that a create makes
        case runFails, contentRejected, gpuMemory, runLost, runStuck, runForgotten
        // Polls
        case stillQueued, stillRunning
        // Status
        case earlySuccess, unknownWord, emptyMessage
        // Outputs
        case outputsNull, outputsEmpty, queuedInMessage, reasonAsString, reasonMissing
        case resultLink, otherNodesOnly, noImage, comparisonFirst
        // The faces of `workflow-v1` and of the second family
        case keyNamed, resultShape, errorShape, errorCodeNull, errorCodeNumber, extraKeys
        // Unknown tasks, cancel
        case notFound423, cancelIgnored, cancelForgotten, cancelWord
        // Files
        case resultTruncated, resultLonger, resultEmpty, resultWrongType, resultAsPage
    }
}

extension Fault {
    package static func code(_ code: Int, message: String? = nil) -> Fault {
        var fault = Fault(.code)
        fault.code = code
        fault.message = message
        return fault
    }

    package static func http(
        _ status: Int, retryAfter: String? = nil, location: String? = nil, takesEffect: Bool? = nil
    ) -> Fault {
        var fault = Fault(.http)
        fault.code = status
        fault.retryAfter = retryAfter
        fault.location = location
        fault.takesEffect = takesEffect
        return fault
    }

    /// Closes after `bytes` of the answer, status line included. With 0 the answer is lost, its effect is not.
    package static func cut(afterBytes bytes: Int) -> Fault {
        var fault = Fault(.cut)
        fault.bytes = bytes
        return fault
    }

    package static let lostReply = Fault.cut(afterBytes: 0)

    package static func slow(seconds: Double) -> Fault {
        var fault = Fault(.slow)
        fault.seconds = seconds
        return fault
    }

    package static func drip(bytes: Int, seconds: Double) -> Fault {
        var fault = Fault(.drip)
        fault.bytes = bytes
        fault.seconds = seconds
        return fault
    }

    package static func runFails(message: String) -> Fault {
        var fault = Fault(.runFails)
        fault.message = message
        return fault
    }

    package static func resultLink(_ link: String) -> Fault {
        var fault = Fault(.resultLink)
        fault.link = link
        return fault
    }

    package static func unknownWord(_ word: String) -> Fault {
        var fault = Fault(.unknownWord)
        fault.word = word
        return fault
    }
}

extension Fault.Kind {
    private static let providers = Set(Endpoint.allCases).subtracting([.ledger, .faults, .health, .other])
    private static let documents = providers.subtracting([.file])
    private static let enveloped = documents.subtracting([.runV2, .queryV2, .uploadV1, .runV1, .taskV1])
    private static let creates: Set<Endpoint> = [.create, .runV2, .runV1]
    private static let polls: Set<Endpoint> = [.status, .outputs, .queryV2, .taskV1]

    /// Where the kind may stand. A rule elsewhere would never show, so it is refused.
    var endpoints: Set<Endpoint> {
        switch self {
        case .closeBeforeReading, .closeAfterReading, .cut, .closeAfterReply, .hang, .slow, .drip, .http, .chunked:
            Self.providers
        case .code, .html, .emptyBody, .truncatedJSON, .wrongContentType, .badUTF8, .deepJSON, .extraKeys:
            Self.documents
        case .nullData, .duplicateKeys, .embeddedNUL, .numbersAsStrings: Self.enveloped
        case .numbersAsNumbers: Self.documents.subtracting([.uploadV1])
        case .createState, .withoutTaskID, .sameTaskID: Self.creates
        case .runFails, .contentRejected, .gpuMemory, .runLost, .runStuck, .runForgotten: Self.creates
        case .nodeErrors, .webhookTwice, .webhookLost: [.create, .runV2]
        case .stillQueued, .stillRunning: Self.polls
        case .earlySuccess, .unknownWord: Self.polls.subtracting([.outputs])
        case .emptyMessage: [.status]
        case .outputsNull, .outputsEmpty, .reasonMissing, .resultLink: [.outputs, .queryV2, .taskV1]
        case .reasonAsString, .otherNodesOnly, .noImage, .comparisonFirst: [.outputs, .queryV2]
        case .queuedInMessage: [.outputs]
        case .keyNamed: [.uploadV1, .runV1]
        case .resultShape: [.taskV1]
        case .errorShape: [.uploadV1, .runV1, .taskV1]
        case .errorCodeNull, .errorCodeNumber: [.runV2, .queryV2]
        case .notFound423: [.status, .outputs, .cancel]
        case .cancelIgnored, .cancelForgotten, .cancelWord: [.cancel]
        case .resultTruncated, .resultLonger, .resultEmpty, .resultWrongType, .resultAsPage: [.file]
        }
    }

    /// Whether the request is served before the fault, where the rule does not say.
    var takesEffectByDefault: Bool {
        switch self {
        case .closeBeforeReading, .closeAfterReading, .http, .code: false
        default: true
        }
    }

    /// Whether the fault's reply is made from the ordinary one.
    var needsAnswer: Bool {
        switch self {
        case .closeBeforeReading, .closeAfterReading, .http, .code: false
        default: true
        }
    }

    /// Whether a rule may say otherwise.
    var effectIsFree: Bool {
        switch self {
        case .closeAfterReading, .http, .code, .cut, .hang, .html, .emptyBody, .truncatedJSON: true
        default: false
        }
    }
}
