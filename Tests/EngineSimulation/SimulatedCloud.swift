import BackendAPI
import EngineCore

/// The provider as a value: what it really did and billed, whatever it told. The judge of every run is this ledger, never the engine's view.
package struct SimulatedCloud {
    package struct Run: Sendable {
        var id: RunID
        var marker: String
        var images: [String]
        var endsAt: Int64
        var isFailing: Bool
        var isRejected: Bool
        var cancelledAt: Int64?
        var isLost = false
        var outputReads = 0
    }

    /// Probabilities of one run of the world, drawn from its seed, so that runs differ in kind.
    package struct Faults: Sendable {
        var lostReply = 0.0
        var backpressure = 0.0
        var transient = 0.0
        var permanent = 0.0
        var auth = 0.0
        var unknown = 0.0
        var runFails = 0.0
        var runLost = 0.0
        var downloadFails = 0.0
        /// A probe says that the key is refused or the workflow is not there.
        var falseProbe = 0.0
        /// A probe never comes back.
        var silentProbe = 0.0
        var slowReplyMilliseconds: Int64 = 200
        /// Monotonic milliseconds in which nothing is reached.
        var outage: ClosedRange<Int64>?
        package static let none = Faults()
    }

    var faults: Faults
    let slots: Int
    private(set) var runs: [RunID: Run] = [:]
    /// Every paid create, in order.
    private(set) var ledger: [(marker: String, run: RunID)] = []
    private(set) var createsReceived = 0

    init(faults: Faults, slots: Int) {
        self.faults = faults
        self.slots = slots
    }

    private func running(at now: Int64) -> Int {
        runs.values.count { $0.endsAt > now && $0.cancelledAt == nil && !$0.isLost }
    }

    /// What the provider does with a call when it arrives, and what it answers.
    mutating func take(_ call: BackendCall, at now: Int64, _ random: inout SeededRandom) -> CallReply {
        if let outage = faults.outage, outage.contains(now) { return Self.unreachable(call) }
        return switch call.kind {
        case .fetch(let url): fetch(url, &random)
        case .prepare(let image): prepare(image, &random)
        case .submit(let request): .submitted(create(request, at: now, &random))
        case .observe(let run): .observed(observe(run, at: now, &random))
        case .cancel(let run): .cancelled(cancel(run, at: now, &random))
        case .download(let outputs): download(outputs, &random)
        case .probe: .probed(probe(&random))
        }
    }

    private func probe(_ random: inout SeededRandom) -> Probe {
        if random.happens(faults.falseProbe) {
            return random.happens(0.5)
                ? Probe(reachable: true, authorised: false, message: "key refused")
                : Probe(reachable: true, authorised: true, workflowValid: false, message: "no such node")
        }
        return Probe(configured: true, reachable: true, authorised: true, funded: true)
    }

    /// Nothing was sent.
    private static func unreachable(_ call: BackendCall) -> CallReply {
        let error = BackendError(.transient, code: "connect", message: "connection refused")
        return switch call.kind {
        case .fetch: .fetchFailed(error)
        case .prepare: .prepareFailed(error)
        case .submit: .submitted(.refused(error))
        case .observe: .observed(.noAnswer(error))
        case .cancel: .cancelled(.noAnswer(error))
        case .download: .downloadFailed(error)
        case .probe: .probed(Probe(reachable: false, message: error.message))
        }
    }

    /// Addresses are numbers of pictures: what lies there is known.
    private func fetch(_ url: String, _ random: inout SeededRandom) -> CallReply {
        if random.happens(faults.transient) {
            return .fetchFailed(BackendError(.transient, code: "time-out", message: "no answer"))
        }
        if random.happens(faults.permanent / 2) {
            return .fetchFailed(BackendError(.refusedBySink, code: "IMAGE_FORMAT", message: "no picture"))
        }
        return .fetched(SimulatedWorld.image(at: url))
    }

    private func prepare(_ image: StoredImage, _ random: inout SeededRandom) -> CallReply {
        if random.happens(faults.transient) {
            return .prepareFailed(BackendError(.transient, code: "502", message: "upload failed"))
        }
        if random.happens(faults.auth) {
            return .prepareFailed(BackendError(.auth, code: "802", message: "key refused"))
        }
        if random.happens(faults.permanent / 4) {
            return .prepareFailed(BackendError(.permanent, code: "809", message: "too large"))
        }
        return .prepared(PreparedImage(handle: "api/\(image.digest)", lifetimeSeconds: random.between(1, 86_400)))
    }

    private mutating func create(_ request: RunRequest, at now: Int64, _ random: inout SeededRandom) -> SubmitOutcome {
        createsReceived += 1
        if running(at: now) >= slots || random.happens(faults.backpressure) {
            return .refused(
                BackendError(.backpressure(retryAfterMilliseconds: nil), code: "421", message: "TASK_QUEUE_MAXED"))
        }
        if random.happens(faults.transient) {
            return .refused(BackendError(.transient, code: "connect", message: "nothing was sent"))
        }
        if random.happens(faults.auth) { return .refused(BackendError(.quota, code: "416", message: "no balance")) }
        if random.happens(faults.permanent) {
            return .refused(BackendError(.permanent, code: "803", message: "bad node"))
        }
        let id = RunID(rawValue: "run-\(ledger.count + 1)")
        runs[id] = Run(
            id: id, marker: request.marker,
            images: [RunRequest.sourceInput, RunRequest.poseInput].map { request.images[$0]?.handle ?? "" },
            endsAt: now + random.between(100, 20_000), isFailing: random.happens(faults.runFails),
            isRejected: random.happens(faults.runFails / 4))
        ledger.append((request.marker, id))
        if random.happens(faults.unknown) {
            return .unknown(BackendError(.transient, code: "500", message: "after the run was made"))
        }
        if random.happens(faults.permanent / 4) {
            return .acceptedButInvalid(id, BackendError(.permanent, code: "433", message: "node errors"))
        }
        return .accepted(id)
    }

    private mutating func observe(_ id: RunID, at now: Int64, _ random: inout SeededRandom) -> Observation {
        if random.happens(faults.transient) {
            return .noAnswer(BackendError(.transient, code: "time-out", message: "no answer"))
        }
        if random.happens(faults.auth) { return .noAnswer(BackendError(.auth, code: "802", message: "key refused")) }
        guard var run = runs[id] else { return .lost(BackendError(.permanent, code: "807", message: "unknown")) }
        if random.happens(faults.runLost) { run.isLost = true }
        defer { runs[id] = run }
        if run.isLost { return .lost(BackendError(.permanent, code: "807", message: "unknown")) }
        if let cancelledAt = run.cancelledAt, cancelledAt < run.endsAt {
            return random.happens(0.5)
                ? .cancelled(cost: nil)
                : .failed(BackendError(.permanent, code: "805", message: "cancelled"), cost: nil)
        }
        if now < run.endsAt { return random.happens(0.3) ? .queued : .running(progress: nil) }
        if run.isRejected {
            return .failed(BackendError(.rejected, code: "1501", message: "moderation"), cost: RunCost(coins: "3"))
        }
        if run.isFailing {
            return .failed(BackendError(.permanent, code: "805", message: "KSampler"), cost: RunCost(coins: "9"))
        }
        run.outputReads += 1
        if run.outputReads == 1, random.happens(faults.transient) { return .succeededWithoutOutput }
        let url = "result:\(run.images.joined(separator: "+"))"
        return .succeeded(outputs: [RunOutput(name: "image", url: url, node: "10")], cost: RunCost(coins: "17"))
    }

    private mutating func cancel(_ id: RunID, at now: Int64, _ random: inout SeededRandom) -> CancelOutcome {
        if random.happens(faults.transient) {
            return .noAnswer(BackendError(.transient, code: "502", message: "no answer"))
        }
        guard let run = runs[id], !run.isLost else { return .unknownThere }
        if run.endsAt <= now { return .alreadyEnded }
        runs[id]?.cancelledAt = now
        return .accepted
    }

    private func download(_ outputs: [RunOutput], _ random: inout SeededRandom) -> CallReply {
        if random.happens(faults.downloadFails) {
            let errorClass = random.pick([BackendError.Class.transient, .expired, .refusedBySink]) ?? .transient
            return .downloadFailed(BackendError(errorClass, code: "download", message: "failed"))
        }
        return .downloaded(outputs.map { TaskOutput(name: $0.name, image: Self.result(of: $0.url)) })
    }

    /// The result as a picture that depends on both inputs: a mix-up is seen.
    static func result(of url: String) -> StoredImage {
        let digest = SubmissionContent.digest(
            pipeline: url, source: .named(SimulatedCloud.zero), pose: .named(SimulatedCloud.zero), parameters: [:])
        return StoredImage(digest: digest, sizeBytes: 1_000, mediaType: "image/png", width: 8, height: 8)
    }

    static func expectedResult(source: ContentDigest, pose: ContentDigest) -> StoredImage {
        result(of: "result:api/\(source)+api/\(pose)")
    }

    /// The run that a marker's create made, whatever was told.
    func run(marker: String) -> RunID? { ledger.first { $0.marker == marker }?.run }

    func hasBilled(_ run: RunID) -> Bool { ledger.contains { $0.run == run } }

    static let zero = SimulatedWorld.digest(0)

    func isBilled(marker: String) -> Bool { ledger.contains { $0.marker == marker } }

    mutating func heal() { faults = .none }
}
