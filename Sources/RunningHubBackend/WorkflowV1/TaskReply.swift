import BackendAPI
import HTTPTransport

/// What `GET /v1/tasks/{id}` says about a run.
struct TaskReply {
    let errors: StatusErrors
    let outputs: [RunningHubConfiguration.Output]

    func observation(_ answer: Result<HTTPResponse, HTTPTransportError>) -> Observation {
        switch answer {
        case .failure(let error): return .noAnswer(errors.reader.error(error))
        case .success(let response) where [404, 410].contains(response.status):
            var error = errors.error(response, missing: "task")
            error.errorClass = .permanent
            return .lost(error)
        case .success(let response) where !response.isSuccess:
            return .noAnswer(errors.error(response, missing: "task"))
        case .success(let response):
            guard let answer = LooseJSON(response.body), let word = answer.text("status") else {
                return .noAnswer(errors.reader.unreadable(status: response.status))
            }
            return observation(word, answer)
        }
    }

    private func observation(_ word: String, _ answer: LooseJSON) -> Observation {
        let end = RunEnd(errors: errors.reader, outputs: outputs)
        switch word.lowercased() {
        case "pending", "queued": return .queued
        case "running", "processing": return .running(progress: Self.progress(answer))
        case "completed", "success", "finished", "succeeded":
            return end.succeeded(ListedFiles.all(in: answer), isImage: Self.isImage, cost: nil)
        case "failed", "error":
            return end.failed(answer.reason ?? "the provider gave no reason", code: "failed", cost: nil)
        case "cancelled", "canceled": return .cancelled(cost: nil)
        default:
            let message = errors.reader.text.shown("the provider calls the run's state '\(word)', which is not known")
            return .noAnswer(BackendError(.transient, code: "unknown state", message: message))
        }
    }

    /// Nothing but the name says that it is a picture; an address without an ending is given the benefit of the doubt.
    private static func isImage(_ file: ListedFile) -> Bool {
        file.isImage || (file.type.isEmpty && file.ending.isEmpty)
    }

    /// Of 1 or of 100: both were thought of.
    private static func progress(_ answer: LooseJSON) -> Double? {
        guard let value = answer.text("progress").flatMap({ Double($0) }), value.isFinite, value >= 0 else {
            return nil
        }
        return min(1, value > 1 ? value / 100 : value)
    }
}
