package import BackendAPI
import HTTPTransport

extension WorkflowV1Backend {
    /// A task that is not there.
    private static let nobodysTask = "posetransferd-probe"

    /// The dialect has no call about the account. Asking for a task that is not there costs nothing, and tells a key that is refused.
    package func probe() async -> Probe {
        let asked = now()
        let call = call(.get, "/v1/tasks/\(Self.nobodysTask)", .none, RunningHubLimits.readTime)
        let answer = await transport.result(of: call)
        var probe = judged(answer)
        probe.configured = true
        probe.clockAheadMilliseconds = ProviderClock.ahead(answer, asked: asked, answered: now())
        return probe
    }

    private func judged(_ answer: Result<HTTPResponse, HTTPTransportError>) -> Probe {
        switch answer {
        case .failure(let error): return Probe(reachable: false, message: errors.reader.error(error).message)
        case .success(let response):
            let error = errors.error(response, missing: "call")
            switch response.status {
            case 200..<300, 400, 404, 410, 422: return Probe(reachable: true)
            case 401, 403:
                let hint = Site.hint(at: configuration.origin.host)
                return Probe(
                    reachable: true, authorised: false, message: errors.reader.text.shown("\(error.message); \(hint)"))
            case 402: return Probe(reachable: true, authorised: true, funded: false, message: error.message)
            case 429: return Probe(reachable: true, message: error.message)
            default: return Probe(reachable: false, message: error.message)
            }
        }
    }

    // MARK: How calls are written

    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: HTTPRequest.Body, _ time: HTTPTimeLimits,
        delivery: HTTPRequest.Delivery = .repeatable
    ) -> HTTPRequest {
        HTTPRequest(
            method, configuration.baseURL + path,
            headers: [HTTPHeader("Authorization", "Bearer \(configuration.apiKey.reveal())")], body: body,
            delivery: delivery, egress: configuration.apiEgress, time: time,
            bodyBytesMax: RunningHubLimits.shortReplyBytesMax)
    }

    /// One part of a path: an id that holds a slash must not become another call.
    static func segment(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                return String(UnicodeScalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                return hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }.joined()
    }
}
