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

    enum Happening {
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

    struct Scheduled {
        var at: Int64
        var order: Int
        var happening: Happening
    }

    static let turnsMax = 50_000
    static let callers = ["ann", "bob", "cleo"]

    let canary: Canary?
    let keepsTrace: Bool
    var random: SeededRandom
    let source: SeededSource
    let disk: SimulatedDisk
    var cloud: SimulatedCloud
    /// As the last start found it.
    var settings: EngineSettings
    let configuration: SimulatedConfiguration
    var loop: EngineLoop
    var agenda: [Scheduled] = []
    var nextOrder = 0
    var monotonic: Int64 = 1_000
    var unixOffset: Int64 = 1_700_000_000_000
    /// How many times the process was started: replies of an earlier life never arrive.
    var life = 0
    var crashProbability = 0.0
    var pendingRequests: [Requester: Happening] = [:]
    var nextToken: UInt64 = 1
    /// The markers of this life's submits.
    var submitCalls: [CallID: String] = [:]
    var fullDiskProbability = 0.0
    var clockHasJumped = false
    var auditor: Auditor
    var report: Report
    var isCalm = false
    var checked = Progress(commits: -1, creates: -1)

    /// What the invariants depend on.
    struct Progress: Equatable {
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

    func nextTime() -> Int64? {
        [agenda.map(\.at).min(), loop.machine.nextTimerAt].compactMap { $0 }.min()
    }

    var now: EngineTime { EngineTime(monotonic: monotonic, unix: monotonic + unixOffset) }

    mutating func turn() {
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

    mutating func take(_ events: [EngineEvent]) {
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

    static func withoutDrain(_ events: [EngineEvent]) -> [EngineEvent] {
        events.filter { if case .drainBegan = $0 { false } else { true } }
    }

    /// What waits for room is kept, or lost with the process.
    mutating func waitForRoom() -> (EngineLoop.Outcome?, StoreError?) {
        while true {
            if random.happens(0.2) { return (nil, StoreError(.full, "while the disk was full")) }
            monotonic += random.between(500, 5_000)
            do { return (try loop.commitAgain(), nil) } catch {
                if !loop.hasUnsavedTurn { return (nil, error) }
            }
        }
    }

    /// The engine has kept that these submits surely were not taken.
    mutating func learned(from events: [EngineEvent]) {
        for case .replyReceived(let call, .submitted(.refused)) in events {
            submitCalls[call].map { auditor.refused(marker: $0) }
        }
    }

    // MARK: Crash and calm

    /// The process dies: what was on its way to the provider may still arrive; no answer does; waiting clients repeat with their keys.
    mutating func crash(_ why: String) {
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

    mutating func start() {
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
    mutating func calmDown() {
        guard !isCalm, monotonic > 90_000 || report.turns > 4_000 else { return }
        isCalm = true
        cloud.heal()
        for engine in SimulatedConfiguration.engines { schedule(.pause(engine, false), at: monotonic) }
        trace("calm")
    }

    mutating func check() {
        report.violation = auditor.violation ?? disk.violation
        if report.violation == nil, checked != Progress(commits: disk.commits, creates: cloud.ledger.count) {
            checked = Progress(commits: disk.commits, creates: cloud.ledger.count)
            report.violation = auditor.check(disk, cloud)
        }
        trace("turn \(report.turns) at \(monotonic)")
    }

    mutating func finish() {
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

    mutating func trace(_ line: String) {
        if keepsTrace { report.trace.append("\(monotonic) \(line)") }
    }
}
