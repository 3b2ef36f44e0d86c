import BackendAPI
import EngineCore

/// What happens becomes events.
extension SimulatedWorld {
    mutating func handle(_ happening: Happening, _ events: inout [EngineEvent], _ crashes: inout Bool) {
        switch happening {
        case .submit(let submission):
            pendingRequests[Requester(sink: 0, token: nextToken)] = happening
            ask(.submit(submission), &events)
        case .cancel(let task, let caller):
            ask(.cancel(caller: caller, task: task, reason: "not wanted"), &events)
        case .put(let caller, let digest):
            pendingRequests[Requester(sink: 0, token: nextToken)] = happening
            ask(.putImage(caller: caller, Self.image(digest)), &events)
        case .drain: events.append(.drainBegan)
        case .resolve(let task): resolve(task, &events)
        case .pause(let engine, let isPaused): ask(.setEngine(engine, isPaused: isPaused), &events)
        case .arrival(let call, let life): arrived(call, from: life)
        case .reply(let id, let reply, let life):
            if life == self.life { events.append(.replyReceived(id, reply)) }
        case .crash: crashes = true
        case .clockJump(let jump):
            unixOffset += jump
            clockHasJumped = true
        }
    }

    mutating func ask(_ request: EngineRequest, _ events: inout [EngineEvent]) {
        let requester = Requester(sink: 0, token: nextToken)
        nextToken += 1
        events.append(.requestReceived(request, from: requester, lookup: JournalLookup()))
    }

    /// The operator tells the truth: the run that is there, or that there is none.
    mutating func resolve(_ task: TaskID, _ events: inout [EngineEvent]) {
        guard let record = disk.tasks[task] else { return }
        if let run = cloud.run(marker: record.marker) {
            ask(.resolve(task: task, .adopted(run)), &events)
        } else {
            ask(.resolve(task: task, random.happens(0.5) ? .notCharged : .submittedAgain), &events)
        }
    }

    static func image(_ digest: ContentDigest) -> StoredImage {
        StoredImage(digest: digest, sizeBytes: 100, mediaType: "image/png", width: 4, height: 4)
    }
}
