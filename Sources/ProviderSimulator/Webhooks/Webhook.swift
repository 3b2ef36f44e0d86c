/// One notice of a run's end: it waits for the end, is delivered, tried again, done. Time is passed in.
struct Webhook: Sendable {
    enum State: String, Sendable {
        /// Then succeeded, retrying or failed.
        case pending = "PENDING"
        /// Then succeeded or failed.
        case retrying = "RETRYING"
        /// Retrying once more if somebody asks for it.
        case succeeded = "SUCCESS"
        case failed = "FAILED"
    }

    let number: Int
    let id: String
    let run: Int
    /// What links in the notice begin with.
    let origin: String
    let createdAt: Duration
    private(set) var target: WebhookTarget
    /// Deliveries that still follow one that succeeded.
    private(set) var copiesLeft: Int
    /// Never delivered, whatever happens.
    let isLost: Bool
    private(set) var state = State.pending
    /// Deliveries begun.
    private(set) var attempts = 0
    private(set) var retries = 0
    private(set) var answer = ""
    private(set) var updatedAt: Duration
    private(set) var isInFlight = false
    /// When the next delivery is due; nil before the run's end, during a delivery, and when there is none to come.
    private(set) var dueAt: Duration?
    /// The outputs reply as text, fixed by the first delivery.
    private(set) var content: String?

    init(
        number: Int, id: String, run: Int, origin: String, target: WebhookTarget, copies: Int, isLost: Bool,
        at now: Duration
    ) {
        self.number = number
        self.id = id
        self.run = run
        self.origin = origin
        self.target = target
        self.isLost = isLost
        copiesLeft = copies
        createdAt = now
        updatedAt = now
    }

    /// Whether it waits for its run to end.
    var awaitsEnd: Bool { state == .pending && attempts == 0 && dueAt == nil && !isLost }

    mutating func runEnded(at end: Duration) {
        if awaitsEnd { dueAt = end }
    }

    mutating func contentFixed(_ content: String) {
        if self.content == nil { self.content = content }
    }

    mutating func deliveryBegun() {
        attempts += 1
        dueAt = nil
        isInFlight = true
    }

    mutating func delivered(answer: String, at now: Duration) {
        finish(answer, at: now)
        state = .succeeded
        if copiesLeft > 0 {
            copiesLeft -= 1
            dueAt = now
        }
    }

    /// Tries again after `pause`, a few times.
    mutating func deliveryFailed(reason: String, pause: Duration, at now: Duration) {
        finish(reason, at: now)
        guard retries < SimulatorLimits.webhookRetriesMax else {
            state = .failed
            return
        }
        retries += 1
        state = .retrying
        dueAt = now + pause
    }

    /// Somebody asked for one more delivery: it is due at once. Nothing changes before the run's end.
    mutating func retryAsked(target: WebhookTarget?, at now: Duration) {
        if let target { self.target = target }
        guard content != nil, !isInFlight else { return }
        retries += 1
        state = .retrying
        updatedAt = now
        dueAt = now
    }

    private mutating func finish(_ answer: String, at now: Duration) {
        self.answer = String(answer.prefix(SimulatorLimits.webhookAnswerCharactersKept))
        updatedAt = now
        isInFlight = false
    }
}

/// What one delivery carries.
struct WebhookDelivery: Equatable, Sendable {
    let number: Int
    let target: WebhookTarget
    let body: String
}

/// How one delivery went.
enum WebhookOutcome: Equatable, Sendable {
    case answered(status: Int, text: String)
    case failed(reason: String)
}

/// All notices. Those that are done are kept to be asked about, but not looked through.
struct WebhookDesk: Sendable {
    private(set) var all: [Webhook] = []
    /// Numbers of those that may still become due.
    private var open: [Int] = []
    private var numbers: [Int: Int] = [:]
    private var inFlight = 0
    /// Grows with each change that may make a delivery due earlier than was known.
    private(set) var revision = 0

    mutating func add(
        id: String, run: Int, origin: String, target: WebhookTarget, copies: Int, isLost: Bool, at now: Duration
    ) {
        let webhook = Webhook(
            number: all.count, id: id, run: run, origin: origin, target: target, copies: copies, isLost: isLost,
            at: now)
        numbers[run] = all.count
        open.append(all.count)
        all.append(webhook)
        revision += 1
    }

    func webhook(ofRun run: Int) -> Webhook? { numbers[run].map { all[$0] } }

    mutating func timesChanged() { revision += 1 }

    /// Takes up what is due, as far as there is room, and says when the next will be due.
    ///
    /// `endTime` gives the end of a run, nil where it has none.
    mutating func take(at now: Duration, endTime: (Int) -> Duration?) -> (due: [Int], next: Duration?) {
        var due: [Int] = []
        var next: Duration?
        for number in open {
            if let end = endTime(all[number].run), end <= now { all[number].runEnded(at: end) }
            guard let time = all[number].dueAt ?? (all[number].awaitsEnd ? endTime(all[number].run) : nil) else {
                continue
            }
            guard time <= now, inFlight < SimulatorLimits.webhookDeliveriesMax else {
                if time > now { next = min(next ?? time, time) }
                continue
            }
            all[number].deliveryBegun()
            inFlight += 1
            due.append(number)
        }
        open.removeAll { !all[$0].awaitsEnd && !all[$0].isInFlight && all[$0].dueAt == nil }
        return (due, next)
    }

    mutating func contentFixed(_ content: String, of number: Int) { all[number].contentFixed(content) }

    mutating func ended(_ number: Int, _ outcome: WebhookOutcome, pause: Duration, at now: Duration) {
        guard all.indices.contains(number), all[number].isInFlight else { return }
        inFlight -= 1
        switch outcome {
        case .answered(let status, let text) where (200..<300).contains(status):
            all[number].delivered(answer: text, at: now)
        case .answered(let status, _):
            all[number].deliveryFailed(reason: "HTTP \(status)", pause: pause, at: now)
        case .failed(let reason): all[number].deliveryFailed(reason: reason, pause: pause, at: now)
        }
        revision += 1
    }

    mutating func retry(_ number: Int, target: WebhookTarget?, at now: Duration) {
        guard all.indices.contains(number) else { return }
        all[number].retryAsked(target: target, at: now)
        if !open.contains(number) { open.append(number) }
        revision += 1
    }
}
