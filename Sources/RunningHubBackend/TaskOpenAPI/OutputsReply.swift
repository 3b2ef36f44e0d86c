import BackendAPI
import HTTPTransport

/// What the answer of `outputs` says about a run. This one call tells every state.
struct OutputsReply {
    let errors: ErrorReader
    let outputs: [RunningHubConfiguration.Output]

    enum Reading: Equatable {
        case known(Observation)
        /// Success without data and without a word: only `status` can tell.
        case askStatus
    }

    func reading(_ answer: Result<HTTPResponse, HTTPTransportError>) -> Reading {
        let reply = Reply(answer, as: OutputsContent.self)
        guard case .answered(let envelope) = reply, let code = envelope.code else {
            return .known(.noAnswer(errors.error(reply) ?? errors.unreadable(status: 200)))
        }
        switch code {
        case ProviderCodes.success: return succeeded(envelope)
        case ProviderCodes.queued: return .known(.queued)
        case ProviderCodes.running: return .known(.running(progress: nil))
        case ProviderCodes.ended: return .known(ended(envelope))
        case _ where ProviderCodes.notFound.contains(code):
            return .known(.lost(errors.error(code: code, message: envelope.message)))
        default: return .known(.noAnswer(errors.error(code: code, message: envelope.message)))
        }
    }

    // MARK: Success

    private func succeeded(_ envelope: Envelope<OutputsContent>) -> Reading {
        switch envelope.content {
        case .items(let items)?: .known(succeeded(items))
        case .failure?: .known(.noAnswer(errors.unreadable(status: 200)))
        case nil where envelope.hasUnreadableData: .known(.noAnswer(errors.unreadable(status: 200)))
        case nil: Self.word(in: envelope.message).map(Reading.known) ?? .askStatus
        }
    }

    /// The text beside success is never a reason; but where data is missing it may name the state.
    private static func word(in message: String) -> Observation? {
        if message.contains("QUEUE") || message.contains("排队") { return .queued }
        if message.contains("RUNNING") || message.contains("运行") { return .running(progress: nil) }
        return nil
    }

    private func succeeded(_ items: [OutputItem]) -> Observation {
        // The cost of the whole run stands on every item: taken once, never added up.
        let cost = items.first { !$0.coins.isEmpty || !$0.money.isEmpty }.map {
            RunCost(coins: $0.coins, money: $0.money)
        }
        return RunEnd(errors: errors, outputs: outputs).succeeded(items.map(\.file), cost: cost)
    }

    // MARK: Failure

    private func ended(_ envelope: Envelope<OutputsContent>) -> Observation {
        guard case .failure(let reason?)? = envelope.content, !reason.text.isEmpty else {
            return .failed(Self.withoutReason, cost: nil)
        }
        return RunEnd(errors: errors, outputs: outputs).failed(reason.text, code: "805", cost: nil)
    }

    static let withoutReason = BackendError(
        .permanent, code: "805", message: "the run failed, was interrupted or was cancelled at the provider")
}

/// What `status` says, asked where `outputs` was silent.
struct StatusReply {
    let errors: ErrorReader

    enum Reading: Equatable {
        case known(Observation)
        /// Ended without success; `outputs` may have the reason by now.
        case failed
    }

    func reading(_ answer: Result<HTTPResponse, HTTPTransportError>) -> Reading {
        let reply = Reply(answer, as: LenientText.self)
        guard case .answered(let envelope) = reply, let code = envelope.code else {
            return .known(.noAnswer(errors.error(reply) ?? errors.unreadable(status: 200)))
        }
        guard !ProviderCodes.notFound.contains(code) else {
            return .known(.lost(errors.error(code: code, message: envelope.message)))
        }
        guard code == ProviderCodes.success else {
            return .known(.noAnswer(errors.error(code: code, message: envelope.message)))
        }
        return reading(word: envelope.content?.text ?? "")
    }

    private func reading(word: String) -> Reading {
        switch word.uppercased() {
        case "CREATE", "QUEUED": return .known(.queued)
        case "RUNNING": return .known(.running(progress: nil))
        case "SUCCESS": return .known(.succeededWithoutOutput)
        case "FAILED": return .failed
        case "CANCEL", "CANCELLED": return .known(.cancelled(cost: nil))
        default:
            let message = errors.text.shown("the provider calls the run's state '\(word)', which is not known")
            return .known(.noAnswer(BackendError(.transient, code: "unknown state", message: message)))
        }
    }
}
