import BackendAPI
import EngineCore

/// Calls on their way to the provider and back.
extension SimulatedWorld {
    /// A call is at the provider: it has its effect there, whatever becomes of the answer.
    mutating func arrived(_ call: BackendCall, from life: Int) {
        let call = tamperedWith(call)
        if case .probe = call.kind, random.happens(cloud.faults.silentProbe) { return }
        var reply = cloud.take(call, at: monotonic, &random)
        var isLost = random.happens(cloud.faults.lostReply)
        if isLost, canary == .repeatsSubmit, case .submit = call.kind {
            reply = cloud.take(call, at: monotonic, &random)
            isLost = false
        }
        if canary == .mixesResults, case .downloaded = reply, random.happens(0.3) {
            reply = .downloaded([TaskOutput(name: "image", image: Self.image(Self.digest(99)))])
        }
        if canary == .tellsUnknownAsRefused, case .submitted(.unknown(let error)) = reply {
            reply = .submitted(.refused(error))
        }
        let delay = random.between(1, cloud.faults.slowReplyMilliseconds)
        schedule(.reply(call.id, isLost ? Self.unanswered(call) : reply, life: life), at: monotonic + delay)
    }

    /// A planted bug on the way to the provider.
    func tamperedWith(_ call: BackendCall) -> BackendCall {
        guard canary == .submitsOwnSourceAgain, case .submit(var request) = call.kind,
            let record = disk.tasks.values.first(where: { $0.marker == request.marker }), record.stepSource != nil,
            let own = record.source.stored
        else { return call }
        request.images[RunRequest.sourceInput]?.handle = "api/\(own.digest)"
        var tampered = call
        tampered.kind = .submit(request)
        return tampered
    }

    /// What a transport says when the answer was lost after the request had been written.
    static func unanswered(_ call: BackendCall) -> CallReply {
        let error = BackendError(.transient, code: "reset", message: "the connection was reset after the request")
        switch call.kind {
        case .fetch: return .fetchFailed(error)
        case .prepare: return .prepareFailed(error)
        case .submit: return .submitted(.unknown(error))
        case .observe: return .observed(.noAnswer(error))
        case .cancel: return .cancelled(.noAnswer(error))
        case .download: return .downloadFailed(error)
        case .probe: return .probed(Probe(reachable: false))
        }
    }
}
