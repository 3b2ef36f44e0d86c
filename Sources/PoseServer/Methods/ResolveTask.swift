import BackendAPI
import EngineCore
import PoseWire

/// Method 65: what really became of a task that ended SUBMISSION_UNKNOWN; answers when that is on stable storage.
enum ResolveTask {
    static func begin(_ request: ResolveTaskRequest, _ call: Call, _ connection: ConnectionHandler) {
        do throws(WireError) {
            let resolution = try resolution(request.verdict)
            connection.ask(.resolve(task: TaskID(rawValue: request.taskID), resolution), for: call)
        } catch {
            connection.fail(call, error)
        }
    }

    private static func resolution(_ verdict: Verdict) throws(WireError) -> Resolution {
        switch verdict {
        case .none: throw .fieldInvalid("submit_again", "one of adopt_run, not_charged and submit_again is needed")
        case .adoptRun(""): throw .fieldInvalid("adopt_run", "name the provider's run")
        case .adoptRun(let run): .adopted(RunID(rawValue: run))
        case .notCharged: .notCharged
        case .submitAgain: .submittedAgain
        }
    }

    static func answered(_ answer: EngineAnswer, _ call: Call, _ connection: ConnectionHandler) {
        switch answer {
        case .resolved(let view, let followUp):
            var response = ResolveTaskResponse()
            response.task = TaskSnapshot(view)
            response.followUp = followUp.map { TaskSnapshot($0) }
            connection.respond(call, response)
        case .refused(let refusal): connection.fail(call, WireError(refusal))
        default: connection.fail(call, .internalFault)
        }
    }
}
