package import BackendAPI

/// What happened: the only inputs of `EngineMachine`.
package enum EngineEvent: Sendable {
    /// A server asked. `lookup` is what the journal knows that the machine does not hold in memory.
    case requestReceived(EngineRequest, from: Requester, lookup: JournalLookup)
    case replyReceived(CallID, CallReply)
    /// Time went on.
    case ticked
    /// The program is to end: nothing new is begun, what is under way goes on.
    case drainBegan
}

/// Whom an answer goes to.
package struct Requester: Sendable, Hashable {
    package var sink: Int
    package var token: UInt64
    package init(sink: Int, token: UInt64) {
        self.sink = sink
        self.token = token
    }
}

/// What the loop read from the journal for one request, before the machine saw it.
package struct JournalLookup: Sendable {
    /// The task with the request's idempotency key or id, where it is not in memory.
    package var task: TaskRecord?
    package var source: StoredImage?
    package var pose: StoredImage?
    /// A task that has the run which is to be adopted.
    package var runOwner: TaskRecord?
    /// The task that follows the one found.
    package var followUp: TaskRecord?
    package init() {}
}

package typealias CallID = UInt64

/// One call of a backend that the runner is to make.
package struct BackendCall: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// An image at an address of the caller's, into the store.
        case fetch(url: String)
        case prepare(StoredImage)
        case submit(RunRequest)
        case observe(RunID)
        case cancel(RunID)
        case download([RunOutput])
        case probe
    }

    package var id: CallID
    package var engine: String
    package var kind: Kind
}

package enum CallReply: Sendable, Equatable {
    case fetched(StoredImage)
    /// Of the class `refusedBySink` where the bytes are at fault; the code is then the failure's reason.
    case fetchFailed(BackendError)
    case prepared(PreparedImage)
    case prepareFailed(BackendError)
    case submitted(SubmitOutcome)
    case observed(Observation)
    case cancelled(CancelOutcome)
    case downloaded([TaskOutput])
    case downloadFailed(BackendError)
    case probed(Probe)
}

/// What is to be done. The loop commits every `save` of a turn before it lets any other effect out, so nothing happens outside without the record
/// that must be on disk before it.
package enum Effect: Sendable {
    case save(JournalWrite)
    case call(BackendCall)
    case answer(Requester, EngineAnswer)
    /// A transient event: a newer progress or position.
    case show(TaskView)
}
