import BackendAPI
import EngineCore

/// What a turn lets out.
extension SimulatedWorld {
    mutating func release(_ outcome: EngineLoop.Outcome) {
        for view in outcome.views { auditor.shown(view, on: disk) }
        let puts = outcome.answers.compactMap { answered($0.requester, $0.answer) }
        // What is put and named in one turn was not acknowledged when it was named.
        for put in puts { auditor.imagePut(put.digest, caller: put.caller) }
        for call in outcome.calls {
            auditor.called(call, on: disk)
            if case .submit(let request) = call.kind { submitCalls[call.id] = request.marker }
            trace("call \(call.id) \(Self.describe(call))")
            let delay = random.between(0, cloud.faults.slowReplyMilliseconds)
            schedule(.arrival(call, life: life), at: monotonic + delay)
        }
        for view in outcome.views where view.record.failure?.reason == .submissionUnknown {
            guard random.happens(0.5) else { continue }
            let at = monotonic + random.between(0, 30_000)
            // Some operators press twice.
            for _ in 0...(random.happens(0.3) ? 1 : 0) { schedule(.resolve(view.record.id), at: at) }
        }
        for view in outcome.views where !view.latest.isTransient {
            trace(
                "event \(view.record.id) #\(view.latest.sequence) \(view.latest.state) charged \(view.latest.charged)")
        }
    }

    /// The image that is acknowledged as put.
    mutating func answered(
        _ requester: Requester, _ answer: EngineAnswer
    ) -> (caller: String, digest: ContentDigest)? {
        switch (pendingRequests.removeValue(forKey: requester), answer) {
        case (.submit(let submission), .submitted(let view, _)): submitted(submission, view)
        case (.submit(let submission), .refused(let refusal)):
            trace("refused \(submission.idempotencyKey) \(refusal)")
            if case .imageUnknown = refusal, !clockHasJumped { auditor.namedImageRefused(submission) }
        case (.put(let caller, let digest), .imagePut): return (caller, digest)
        default: break
        }
        return nil
    }

    mutating func submitted(_ submission: Submission, _ view: TaskView) {
        auditor.acknowledged(view, caller: submission.caller, key: submission.idempotencyKey, on: disk)
        if !isCalm, random.happens(0.25) {
            schedule(.cancel(view.record.id, caller: submission.caller), at: monotonic + random.between(0, 25_000))
        }
    }

    static func describe(_ call: BackendCall) -> String {
        switch call.kind {
        case .fetch(let url): "fetch \(url)"
        case .prepare(let image): "prepare \(image.digest.hex.prefix(4))"
        case .submit(let request): "submit \(request.marker)"
        case .observe(let run): "observe \(run)"
        case .cancel(let run): "cancel \(run)"
        case .download(let outputs): "download \(outputs.count)"
        case .probe: "probe"
        }
    }
}
