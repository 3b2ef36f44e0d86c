import BackendAPI
import FoundationEssentials
import HTTPTransport

/// What the answer to the one `create` proves. Money depends on it: "refused" is said only where nothing can have been made.
struct CreateReply {
    let errors: ErrorReader
    /// What is only assumed to come before any work proves nothing.
    let isStrict: Bool

    func outcome(_ answer: Result<HTTPResponse, HTTPTransportError>) -> SubmitOutcome {
        switch Reply(answer, as: CreateContent.self) {
        case .noAnswer(let error):
            error.sent == .nothingSent ? .refused(errors.error(error)) : .unknown(errors.error(error))
        case .refusedByHTTP(let response): refusedByHTTP(response)
        case .unreadable(let status): .unknown(errors.unreadable(status: status))
        case .answered(let envelope): answered(envelope)
        }
    }

    private func answered(_ envelope: Envelope<CreateContent>) -> SubmitOutcome {
        guard let run = envelope.content?.taskID.flatMap(Self.runID) else { return withoutRun(envelope) }
        // An id is there: whatever else is said, a run exists and may be billed.
        if let tips = envelope.content?.promptTips, Self.isRefused(tips) {
            let message = errors.text.shown("the provider's check refuses the workflow's inputs: \(tips)")
            return .acceptedButInvalid(run, BackendError(.permanent, code: "node_errors", message: message))
        }
        if let code = envelope.code, isRefusal(code) {
            return .acceptedButInvalid(run, errors.error(code: code, message: envelope.message))
        }
        return .accepted(run)
    }

    private func withoutRun(_ envelope: Envelope<CreateContent>) -> SubmitOutcome {
        guard let code = envelope.code else { return .unknown(errors.unreadable(status: 200)) }
        guard code != ProviderCodes.success else {
            return .unknown(
                BackendError(
                    .transient, code: "no task id", message: "the provider answered with success but without a task id")
            )
        }
        let error = errors.error(code: code, message: envelope.message)
        // An old text for an empty balance has no known number; the text itself says that creating failed.
        let isRefused = isRefusal(code) || error.errorClass == .quota
        return isRefused && !envelope.hasUnreadableData ? .refused(error) : .unknown(error)
    }

    private func isRefusal(_ code: Int) -> Bool {
        ProviderCodes.meanings[code]?.onCreate == .refused
            && !(isStrict && ProviderCodes.assumedRefusals.contains(code))
    }

    private func refusedByHTTP(_ response: HTTPResponse) -> SubmitOutcome {
        let error = errors.error(response)
        switch response.status {
        case 300..<400:
            return .unknown(BackendError(error.errorClass, code: "REDIRECTED", message: error.message))
        case let status where Self.isRefusal(status: status, isStrict: isStrict): return .refused(error)
        default: return .unknown(error)
        }
    }

    /// Only answers that come before any work are a refusal. After a redirect or a server's fault nobody knows.
    static func isRefusal(status: Int, isStrict: Bool) -> Bool {
        switch status {
        case 400, 401, 403, 404, 405, 411, 413, 414, 415, 417, 429, 431: true
        case 503: !isStrict
        default: false
        }
    }

    /// Visible ASCII, not zero, not negative: what can be sent back and be a run.
    static func runID(_ text: String) -> RunID? {
        let isUsable =
            (1...RunningHubLimits.runIDBytesMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
            && !text.hasPrefix("-") && !text.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
        return isUsable ? RunID(rawValue: text) : nil
    }

    private static func isRefused(_ promptTips: String) -> Bool {
        (try? JSONDecoder().decode(PromptTips.self, from: Data(promptTips.utf8)))?.isRefused ?? false
    }
}
