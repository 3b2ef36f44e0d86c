import BackendAPI
import FoundationEssentials
import HTTPTransport

/// What a call brought back, before it is known which call it was.
enum Reply<Content: Decodable> {
    /// A success status and the provider's form. `code` is `nil` where none could be read.
    case answered(Envelope<Content>)
    /// A success status with something else: a page, nothing, half an answer.
    case unreadable(status: Int)
    /// Another status: whatever stands between us and the provider spoke, or it is in trouble.
    case refusedByHTTP(HTTPResponse)
    case noAnswer(HTTPTransportError)

    init(_ answer: Result<HTTPResponse, HTTPTransportError>, as _: Content.Type) {
        switch answer {
        case .failure(let error): self = .noAnswer(error)
        case .success(let response) where !response.isSuccess: self = .refusedByHTTP(response)
        case .success(let response):
            // The content type is not looked at: pages are no JSON, and JSON is sent under other names.
            let envelope = try? JSONDecoder().decode(Envelope<Content>.self, from: Data(response.body))
            self = envelope.map(Reply.answered) ?? .unreadable(status: response.status)
        }
    }
}

/// Turns what came back into errors of the port.
struct ErrorReader: Sendable {
    let text: ProviderText
    private let siteHint: String

    init(_ configuration: RunningHubConfiguration) {
        text = ProviderText(secrets: configuration.secrets)
        siteHint = Site.hint(at: configuration.origin.host)
    }

    /// The provider's own code.
    func error(code: Int, message: String) -> BackendError {
        let meaning = ProviderCodes.meanings[code]
        let isBalance = ProviderCodes.emptyBalanceWords.contains { message.contains($0) }
        // Of a code that nobody described only a repetition can tell more.
        let errorClass = isBalance ? .quota : meaning?.errorClass ?? .transient
        let said = message.isEmpty || message == "success" ? "" : ": \(message)"
        let advices = [meaning?.advice ?? "", Site.suspicious.contains(code) ? siteHint : ""].filter { !$0.isEmpty }
        let advice = advices.isEmpty ? "" : " (\(advices.joined(separator: "; ")))"
        let name = meaning.map { " \($0.name)" } ?? ""
        return BackendError(
            errorClass, code: String(code), message: text.shown("the provider answered \(code)\(name)\(advice)\(said)"))
    }

    func error(_ response: HTTPResponse) -> BackendError {
        let errorClass: BackendError.Class
        var advice = ""
        switch response.status {
        case 300..<400:
            (errorClass, advice) = (.permanent, "; redirects are not followed, check api_base_url")
        case 401, 403:
            (errorClass, advice) = (.auth, "; check the key and api_base_url")
        case 402: (errorClass, advice) = (.quota, "; top up the account")
        case 404, 405:
            (errorClass, advice) = (.configuration, "; api_base_url may not be the provider's site")
        case 429, 503:
            errorClass = .backpressure(retryAfterMilliseconds: response.retryAfterMilliseconds)
        case 408, 425, 500...599: errorClass = .transient
        default: errorClass = .permanent
        }
        return BackendError(
            errorClass, code: "HTTP \(response.status)",
            message: "the provider answered HTTP \(response.status)\(advice)")
    }

    func unreadable(status: Int) -> BackendError {
        BackendError(
            .transient, code: "unreadable", message: "the provider's answer (HTTP \(status)) is not in its own form")
    }

    func error(_ error: HTTPTransportError) -> BackendError {
        let errorClass: BackendError.Class =
            switch error.code {
            case .certificate, .placeRefused: .configuration
            case .invalidRequest, .fileUnreadable, .addressRefused, .bodyTooLarge, .headerTooLarge: .permanent
            case .sinkRefused: .refusedBySink
            case .resolve, .connect, .tls, .timeout, .closed, .malformedAnswer, .cancelled, .overloaded, .shutDown,
                .internal:
                .transient
            }
        return BackendError(errorClass, code: error.code.rawValue, message: text.shown(error.message))
    }

    /// For calls that may be repeated; `nil` where the provider answered with success.
    func error<Content>(_ reply: Reply<Content>) -> BackendError? {
        switch reply {
        case .noAnswer(let error): self.error(error)
        case .refusedByHTTP(let response): error(response)
        case .unreadable(let status): unreadable(status: status)
        case .answered(let envelope):
            switch envelope.code {
            case ProviderCodes.success?: nil
            case let code?: error(code: code, message: envelope.message)
            case nil: unreadable(status: 200)
            }
        }
    }
}
