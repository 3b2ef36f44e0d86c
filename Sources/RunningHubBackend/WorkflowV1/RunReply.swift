import BackendAPI
import HTTPTransport

/// What the answer to the one run call of `workflow-v1` proves. The dialect tells trouble by the HTTP status alone.
struct RunReply {
    let errors: StatusErrors
    let isStrict: Bool

    func outcome(_ answer: Result<HTTPResponse, HTTPTransportError>) -> SubmitOutcome {
        switch answer {
        case .failure(let error):
            let shown = errors.reader.error(error)
            return error.sent == .nothingSent ? .refused(shown) : .unknown(shown)
        case .success(let response) where response.isSuccess: return accepted(response)
        case .success(let response): return refused(response)
        }
    }

    private func accepted(_ response: HTTPResponse) -> SubmitOutcome {
        guard let answer = LooseJSON(response.body) else {
            return .unknown(errors.reader.unreadable(status: response.status))
        }
        guard let run = answer.text("task_id", "id", "run_id", "taskId").flatMap(CreateReply.runID) else {
            let said = answer.reason.map { ": \($0)" } ?? ""
            let message = errors.reader.text.shown("the provider answered with success but without a task id\(said)")
            return .unknown(BackendError(.transient, code: "no task id", message: message))
        }
        return .accepted(run)
    }

    private func refused(_ response: HTTPResponse) -> SubmitOutcome {
        let error = errors.error(response, missing: "workflow")
        switch response.status {
        case 300..<400:
            return .unknown(BackendError(error.errorClass, code: "REDIRECTED", message: error.message))
        case 402, 422: return .refused(error)
        case let status where CreateReply.isRefusal(status: status, isStrict: isStrict): return .refused(error)
        default: return .unknown(error)
        }
    }
}

/// Errors of answers whose status is their meaning, with the words that stand in the body.
struct StatusErrors: Sendable {
    let reader: ErrorReader

    /// `missing` is what a 404 says is not there.
    func error(_ response: HTTPResponse, missing: String) -> BackendError {
        var error = reader.error(response)
        if response.status == 404 { error.message = "the provider knows no such \(missing) (HTTP 404)" }
        if let reason = LooseJSON(response.body)?.reason {
            error.message = reader.text.shown("\(error.message): \(reason)")
        }
        return error
    }
}
