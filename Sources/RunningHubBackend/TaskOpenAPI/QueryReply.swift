import BackendAPI
import HTTPTransport

/// What the v2 family's `query` says about a run: state, files, cost and reason in one answer.
struct QueryReply {
    let errors: ErrorReader
    let outputs: [RunningHubConfiguration.Output]

    func observation(_ answer: Result<HTTPResponse, HTTPTransportError>) -> Observation {
        let reply = Reply(answer, as: QueryContent.self)
        guard case .answered(let envelope) = reply, let code = envelope.code else {
            return .noAnswer(errors.error(reply) ?? errors.unreadable(status: 200))
        }
        guard let content = envelope.content else { return withoutState(code, envelope.message) }
        switch content.status {
        case "FAILED": return failed(content, code, envelope.message)
        case "CANCEL", "CANCELLED", "CANCELED": return .cancelled(cost: content.cost)
        case "SUCCESS" where code == ProviderCodes.success:
            let files = (content.results ?? []).map(\.file)
            return RunEnd(errors: errors, outputs: outputs).succeeded(files, cost: content.cost)
        case "CREATE" where code == ProviderCodes.success, "QUEUED" where code == ProviderCodes.success:
            return .queued
        case "RUNNING" where code == ProviderCodes.success: return .running(progress: nil)
        case let word where code == ProviderCodes.success && !word.isEmpty: return unknown(word)
        default: return withoutState(code, envelope.message)
        }
    }

    private func failed(_ content: QueryContent, _ code: Int, _ message: String) -> Observation {
        let reason = [content.reason?.text ?? "", message].first { !$0.isEmpty && $0 != "success" }
        let code = code == ProviderCodes.success ? "FAILED" : String(code)
        guard let reason else {
            return .failed(
                BackendError(.permanent, code: code, message: "the run failed; the provider gave no reason"),
                cost: content.cost)
        }
        return RunEnd(errors: errors, outputs: outputs).failed(reason, code: code, cost: content.cost)
    }

    private func withoutState(_ code: Int, _ message: String) -> Observation {
        switch code {
        case ProviderCodes.success: .noAnswer(errors.unreadable(status: 200))
        case ProviderCodes.running: .running(progress: nil)
        case ProviderCodes.queued: .queued
        case _ where ProviderCodes.notFound.contains(code): .lost(errors.error(code: code, message: message))
        default: .noAnswer(errors.error(code: code, message: message))
        }
    }

    private func unknown(_ word: String) -> Observation {
        let message = errors.text.shown("the provider calls the run's state '\(word)', which is not known")
        return .noAnswer(BackendError(.transient, code: "unknown state", message: message))
    }
}

/// A run as `query` shows it.
struct QueryContent: Decodable {
    /// In upper case; empty: none was told.
    let status: String
    /// `nil`: none yet.
    let results: [OutputItem]?
    let reason: FailedReason?
    /// Of the whole run: it stands beside the files and not on them.
    let cost: RunCost?

    private enum Key: String, CodingKey {
        case status, results, usage, failedReason
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        status = fields.lenientText(.status)?.uppercased() ?? ""
        results = fields.lenient(OutputList.self, .results)?.items
        reason = fields.lenient(FailedReason.self, .failedReason)
        // The names of the cost are those of a file's.
        let usage = fields.lenient(OutputItem.self, .usage)
        cost = usage.flatMap { $0.coins.isEmpty && $0.money.isEmpty ? nil : RunCost(coins: $0.coins, money: $0.money) }
    }
}
