import CPoseProto

/// What an operator found out about a task that ended SUBMISSION_UNKNOWN: exactly one of these.
public enum Verdict: Sendable, Equatable {
    case none
    /// The provider has this run: a new task goes on with it.
    case adoptRun(String)
    /// The provider took nothing, and bills nothing.
    case notCharged
    /// A new task submits once more, whatever became of the first.
    case submitAgain
}

extension Verdict {
    /// A flag that is set to false says nothing.
    init(_ form: Posetransfer__V1__ResolveTaskRequest, at path: String) throws(WireError) {
        switch form.verdict_case {
        case POSETRANSFER__V1__RESOLVE_TASK_REQUEST__VERDICT_ADOPT_RUN:
            self = .adoptRun(try form.adopt_run.text(path + "adopt_run", bytesMax: WireLimits.runBytesMax))
        case POSETRANSFER__V1__RESOLVE_TASK_REQUEST__VERDICT_NOT_CHARGED where form.not_charged != 0: self = .notCharged
        case POSETRANSFER__V1__RESOLVE_TASK_REQUEST__VERDICT_SUBMIT_AGAIN where form.submit_again != 0:
            self = .submitAgain
        default: self = .none
        }
    }

    func build(_ form: inout Posetransfer__V1__ResolveTaskRequest, _ packer: Packer) throws(WireError) {
        switch self {
        case .none: break
        case .adoptRun(let run):
            form.verdict_case = POSETRANSFER__V1__RESOLVE_TASK_REQUEST__VERDICT_ADOPT_RUN
            form.adopt_run = try packer.text(run)
        case .notCharged:
            form.verdict_case = POSETRANSFER__V1__RESOLVE_TASK_REQUEST__VERDICT_NOT_CHARGED
            form.not_charged = 1
        case .submitAgain:
            form.verdict_case = POSETRANSFER__V1__RESOLVE_TASK_REQUEST__VERDICT_SUBMIT_AGAIN
            form.submit_again = 1
        }
    }
}
