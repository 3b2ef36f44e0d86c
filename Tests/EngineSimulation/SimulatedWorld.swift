import BackendAPI
package import EngineCore

/// One run of the production core against a simulated world: clock, chance, provider and disk are simulated, single-threaded, and the same
/// seed gives the same run, byte for byte.
///
/// A run has a stormy part, with faults and crashes at any step, and a calm one, in which everything must come to its end.
package struct SimulatedWorld {
    package struct Report: Sendable {
        package var seed: UInt64
        package var violation: String?
        package var tasks = 0
        package var crashes = 0
        package var submitsInFlightAtCrash = 0
        package var creates = 0
        package var turns = 0
        package var ends: [String: Int] = [:]
        package var trace: [String] = []
    }

    private enum Happening {
        case submit(Submission)
        case cancel(TaskID, caller: String)
        /// An operator who looked at the provider's call records.
        case resolve(TaskID)
        case pause(String, Bool)
        case put(caller: String, ContentDigest)
        /// The process is asked to end; the crash that follows is its end.
        case drain
        /// A call reaches the provider.
        case arrival(BackendCall, life: Int)
        /// Its answer reaches the engine that asked.
        case reply(CallID, CallReply, life: Int)
        case crash
        case clockJump(Int64)
    }

    private struct Scheduled {
        var at: Int64
        var order: Int
        var happening: Happening
    }

    private static let turnsMax = 50_000
    private static let callers = ["ann", "bob", "cleo"]

    private let canary: Canary?
    private let keepsTrace: Bool
    private var random: SeededRandom
    private let source: SeededSource
    private let disk: SimulatedDisk
    private var cloud: SimulatedCloud
    /// As the last start found it.
    private var settings: EngineSettings
    private let configuration: SimulatedConfiguration
    private var loop: EngineLoop
    private var agenda: [Scheduled] = []
    private var nextOrder = 0
    private var monotonic: Int64 = 1_000
    private var unixOffset: Int64 = 1_700_000_000_000
    /// How many times the process was started: replies of an earlier life never arrive.
    private var life = 0
    private var crashProbability = 0.0
    private var pendingRequests: [Requester: Happening] = [:]
    private var nextToken: UInt64 = 1
    /// The markers of this life's submits.
    private var submitCalls: [CallID: String] = [:]
    private var fullDiskProbability = 0.0
    private var clockHasJumped = false
    private var auditor: Auditor
    private var report: Report
    private var isCalm = false
    private var checked = Progress(commits: -1, creates: -1)

    /// What the invariants depend on.
    private struct Progress: Equatable {
        var commits: Int
        var creates: Int
    }

    package init(seed: UInt64, canary: Canary? = nil, keepsTrace: Bool = false) {
        self.canary = canary
        self.keepsTrace = keepsTrace
        var random = SeededRandom(seed: seed)
        let slots = Int(random.between(1, 4))
        var faults = SimulatedCloud.Faults()
        let wildness = [0.0, 0.02, 0.1, 0.3][Int(random.next() % 4)]
        faults.lostReply = random.happens(0.5) ? wildness : 0
        faults.backpressure = random.happens(0.4) ? wildness * 2 : 0
        faults.transient = random.happens(0.5) ? wildness : 0
        faults.permanent = random.happens(0.3) ? wildness : 0
        faults.auth = random.happens(0.2) ? wildness : 0
        faults.unknown = random.happens(0.4) ? wildness : 0
        faults.runFails = random.happens(0.4) ? wildness : 0
        faults.runLost = random.happens(0.2) ? wildness / 2 : 0
        faults.downloadFails = random.happens(0.4) ? wildness : 0
        if random.happens(0.15) {
            let from = random.between(2_000, 30_000)
            faults.outage = from...(from + random.between(1_000, 400_000))
        }
        faults.slowReplyMilliseconds = random.pick([20, 300, 5_000]) ?? 20
        faults.falseProbe = random.happens(0.2) ? wildness : 0
        faults.silentProbe = random.happens(0.2) ? wildness : 0
        configuration = SimulatedConfiguration(slots: canary == .exceedsSlots ? slots + 1 : slots, &random)
        settings = configuration.settings
        cloud = SimulatedCloud(faults: faults, slots: random.happens(0.3) ? max(1, slots - 1) : 2 * slots)
        crashProbability = random.pick([0.0, 0.01, 0.04]) ?? 0
        fullDiskProbability = random.happens(0.2) ? 0.03 : 0
        self.random = random
        source = SeededSource(seed: seed ^ 0xABCD)
        disk = SimulatedDisk(canary: canary)
        loop = EngineLoop(settings: settings, random: source, journal: disk)
        auditor = Auditor(
            slotsLimits: Dictionary(uniqueKeysWithValues: SimulatedConfiguration.engines.map { ($0, slots) }))
        report = Report(seed: seed)
    }

    /// What lies at an address of this world.
    static func image(at url: String) -> StoredImage {
        image(digest(UInt8(url.split(separator: "/").last ?? "0") ?? 0))
    }

    package static func digest(_ number: UInt8) -> ContentDigest {
        guard let digest = ContentDigest(bytes: Array(repeating: number, count: 32)) else {
            preconditionFailure("32 bytes are a digest")
        }
        return digest
    }

    // MARK: The run

    package mutating func run() -> Report {
        plan()
        start()
        while report.violation == nil, let time = nextTime() {
            guard report.turns < Self.turnsMax else {
                report.violation = "the run did not come to an end"
                break
            }
            monotonic = max(monotonic, time)
            turn()
            check()
        }
        if report.violation == nil { finish() }
        return report
    }

    /// The stormy part: submits, cancels, crashes and clock jumps at times drawn from the seed.
    private mutating func plan() {
        let tasks = random.between(3, 14)
        for index in 0..<Int(tasks) {
            let happening = Happening.submit(submission(index))
            let at = monotonic + random.between(0, 30_000)
            schedule(happening, at: at)
            if random.happens(0.2) { schedule(happening, at: at + random.between(0, 3_000)) }
        }
        for number in 1...19 where random.happens(0.3) {
            let caller = random.pick(Self.callers) ?? "ann"
            schedule(.put(caller: caller, Self.digest(UInt8(number))), at: monotonic + random.between(0, 5_000))
        }
        if random.happens(0.2) {
            let at = monotonic + random.between(1, 40_000)
            schedule(.drain, at: at)
            schedule(.crash, at: at + random.between(1, 20_000))
        }
        if random.happens(0.2) {
            let engine = random.pick(SimulatedConfiguration.engines) ?? "cloud"
            let at = monotonic + random.between(0, 30_000)
            schedule(.pause(engine, true), at: at)
            schedule(.pause(engine, false), at: at + random.between(1, 60_000))
        }
        for _ in 0..<Int(random.between(0, 4)) { schedule(.crash, at: monotonic + random.between(1, 60_000)) }
        if random.happens(0.3) {
            let jump: Int64 =
                random.pick([1_000, -1_000, 3_600_000, -3_600_000, 315_360_000_000, -315_360_000_000]) ?? 0
            schedule(.clockJump(jump), at: monotonic + random.between(1, 40_000))
        }
    }

    private mutating func submission(_ index: Int) -> Submission {
        let source = random.between(1, 9)
        let pose = random.between(10, 19)
        var submission = Submission(
            caller: random.pick(Self.callers) ?? "ann",
            pipeline: random.pick(SimulatedConfiguration.pipelines) ?? "pose_change",
            source: input(source), pose: input(pose))
        submission.idempotencyKey = "key-\(index)"
        submission.priority = Int32(random.between(-2, 2))
        return submission
    }

    private mutating func input(_ number: Int64) -> Submission.Image {
        if random.happens(0.2) { return .url("https://pictures/\(number)") }
        return random.happens(0.15)
            ? .named(Self.digest(UInt8(number))) : .stored(Self.image(Self.digest(UInt8(number))))
    }

    private mutating func schedule(_ happening: Happening, at time: Int64) {
        agenda.append(Scheduled(at: time, order: nextOrder, happening: happening))
        nextOrder += 1
    }

    private func nextTime() -> Int64? {
        [agenda.map(\.at).min(), loop.machine.nextTimerAt].compactMap { $0 }.min()
    }

    private var now: EngineTime { EngineTime(monotonic: monotonic, unix: monotonic + unixOffset) }

    private mutating func turn() {
        report.turns += 1
        let due = agenda.filter { $0.at <= monotonic }.sorted { ($0.at, $0.order) < ($1.at, $1.order) }
        agenda.removeAll { $0.at <= monotonic }
        var events: [EngineEvent] = []
        var crashes = false
        for item in due { handle(item.happening, &events, &crashes) }
        if crashes {
            crash("by plan")
            return
        }
        if !isCalm, random.happens(crashProbability) {
            disk.crashPoint = random.happens(0.5) ? .beforeCommit : .afterCommit
        }
        if !isCalm, random.happens(fullDiskProbability) { disk.fullCommits = Int(random.between(1, 3)) }
        take(events.isEmpty ? [.ticked] : events)
        calmDown()
    }

    private mutating func take(_ events: [EngineEvent]) {
        let commits = disk.commits
        var outcome: EngineLoop.Outcome?
        var problem: StoreError?
        do {
            outcome = try loop.turn(canary == .ignoresDrain ? Self.withoutDrain(events) : events, at: now)
        } catch {
            if error.code == .full { (outcome, problem) = waitForRoom() } else { problem = error }
        }
        disk.crashPoint = nil
        if disk.commits > commits || problem == nil { learned(from: events) }
        if let outcome { release(outcome) }
        if let problem {
            crash(problem.message)
        } else if !isCalm, random.happens(crashProbability / 2) {
            crash("after the effects were let out")
        } else if events.contains(where: { if case .drainBegan = $0 { true } else { false } }) {
            auditor.isDraining = true
        }
    }

    private static func withoutDrain(_ events: [EngineEvent]) -> [EngineEvent] {
        events.filter { if case .drainBegan = $0 { false } else { true } }
    }

    /// What waits for room is kept, or lost with the process.
    private mutating func waitForRoom() -> (EngineLoop.Outcome?, StoreError?) {
        while true {
            if random.happens(0.2) { return (nil, StoreError(.full, "while the disk was full")) }
            monotonic += random.between(500, 5_000)
            do { return (try loop.commitAgain(), nil) } catch {
                if !loop.hasUnsavedTurn { return (nil, error) }
            }
        }
    }

    /// The engine has kept that these submits surely were not taken.
    private mutating func learned(from events: [EngineEvent]) {
        for case .replyReceived(let call, .submitted(.refused)) in events {
            submitCalls[call].map { auditor.refused(marker: $0) }
        }
    }

    private mutating func handle(_ happening: Happening, _ events: inout [EngineEvent], _ crashes: inout Bool) {
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

    private mutating func ask(_ request: EngineRequest, _ events: inout [EngineEvent]) {
        let requester = Requester(sink: 0, token: nextToken)
        nextToken += 1
        events.append(.requestReceived(request, from: requester, lookup: JournalLookup()))
    }

    /// The operator tells the truth: the run that is there, or that there is none.
    private mutating func resolve(_ task: TaskID, _ events: inout [EngineEvent]) {
        guard let record = disk.tasks[task] else { return }
        if let run = cloud.run(marker: record.marker) {
            ask(.resolve(task: task, .adopted(run)), &events)
        } else {
            ask(.resolve(task: task, random.happens(0.5) ? .notCharged : .submittedAgain), &events)
        }
    }

    private static func image(_ digest: ContentDigest) -> StoredImage {
        StoredImage(digest: digest, sizeBytes: 100, mediaType: "image/png", width: 4, height: 4)
    }

    /// A call is at the provider: it has its effect there, whatever becomes of the answer.
    private mutating func arrived(_ call: BackendCall, from life: Int) {
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
    private func tamperedWith(_ call: BackendCall) -> BackendCall {
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
    private static func unanswered(_ call: BackendCall) -> CallReply {
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

    // MARK: What a turn lets out

    private mutating func release(_ outcome: EngineLoop.Outcome) {
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
    private mutating func answered(
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

    private mutating func submitted(_ submission: Submission, _ view: TaskView) {
        auditor.acknowledged(view, caller: submission.caller, key: submission.idempotencyKey, on: disk)
        if !isCalm, random.happens(0.25) {
            schedule(.cancel(view.record.id, caller: submission.caller), at: monotonic + random.between(0, 25_000))
        }
    }

    private static func describe(_ call: BackendCall) -> String {
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

    // MARK: Crash and calm

    /// The process dies: what was on its way to the provider may still arrive; no answer does; waiting clients repeat with their keys.
    private mutating func crash(_ why: String) {
        report.crashes += 1
        trace("crash \(why)")
        disk.crashPoint = nil
        for item in agenda {
            guard case .arrival(let call, _) = item.happening else { continue }
            if case .submit = call.kind { report.submitsInFlightAtCrash += 1 }
        }
        let arrives = random.next()
        var index: UInt64 = 0
        agenda.removeAll { item in
            guard case .arrival = item.happening else { return false }
            index += 1
            return (arrives >> (index % 64)) & 1 == 0
        }
        for requester in pendingRequests.keys.sorted(by: { $0.token < $1.token }) {
            guard let happening = pendingRequests[requester] else { continue }
            schedule(happening, at: monotonic + random.between(1, 5_000))
        }
        pendingRequests.removeAll()
        monotonic += random.between(1, 20_000)
        life += 1
        start()
    }

    private mutating func start() {
        if life > 0 { settings = configuration.changed(&random) }
        auditor.started(with: settings)
        submitCalls = [:]
        disk.fullCommits = 0
        loop = EngineLoop(settings: settings, random: source, journal: disk)
        do {
            var found = Recovery()
            let outcome = try loop.start(at: now) { found = $0 }
            auditor.recovered(found)
            release(outcome)
        } catch {
            report.violation = "a start failed: \(error.message)"
        }
    }

    /// Once the storm has passed the provider heals, and everything must end.
    private mutating func calmDown() {
        guard !isCalm, monotonic > 90_000 || report.turns > 4_000 else { return }
        isCalm = true
        cloud.heal()
        for engine in SimulatedConfiguration.engines { schedule(.pause(engine, false), at: monotonic) }
        trace("calm")
    }

    private mutating func check() {
        report.violation = auditor.violation ?? disk.violation
        if report.violation == nil, checked != Progress(commits: disk.commits, creates: cloud.ledger.count) {
            checked = Progress(commits: disk.commits, creates: cloud.ledger.count)
            report.violation = auditor.check(disk, cloud)
        }
        trace("turn \(report.turns) at \(monotonic)")
    }

    private mutating func finish() {
        report.tasks = disk.order.count
        report.creates = cloud.ledger.count
        for id in disk.order {
            guard let record = disk.tasks[id] else { continue }
            report.ends[record.failure?.reason.rawValue ?? "\(record.state)", default: 0] += 1
        }
        report.violation = auditor.checkEnd(
            disk, cloud, standings: loop.machine.standings,
            cancels: settings.engines.values.allSatisfy { $0.capabilities.cancels })
    }

    private mutating func trace(_ line: String) {
        if keepsTrace { report.trace.append("\(monotonic) \(line)") }
    }
}
