/// Decides when a connection has waited too long, and for what. All times in milliseconds of one steady clock.
///
/// What the peer owes (a HELLO, the rest of a frame, the next DATA, a sign of life) is measured in *reading time*, which stands still while
/// the server itself does not read.
struct ConnectionTimers {
    enum Due: Equatable {
        case handshake, frame, write, keepalive, idle, age, drain
        /// Asks for a sign of life.
        case ping
    }

    private let limits: WelcomeLimits
    /// Milliseconds after opening at which the connection is old; nil: never.
    private let oldAfter: Int64?
    private let openedAt: Int64
    private var isWelcomed = false
    private var goneAwayAt: Int64?
    private var pausedAt: Int64?
    private var pausedMilliseconds: Int64 = 0
    /// In reading time.
    private var frameBeganAt: Int64?
    private var lastByteAt: Int64
    private var pingedAt: Int64?
    private var quietSince: Int64
    private var hasOpenCalls = false
    private var sentBytes: UInt64 = 0
    private var waitingBytes = 0
    private var lastSentAt: Int64

    /// `random`: any number; it places the connection's end within a tenth of its age either way, so that connections opened together do not
    /// end together.
    init(limits: WelcomeLimits, random: UInt64, at now: Int64) {
        self.limits = limits
        let age = Int64(limits.maxConnectionAgeMilliseconds)
        oldAfter = age == 0 ? nil : age - age / 10 + Int64(random % UInt64(age / 10 * 2 + 1))
        openedAt = now
        lastByteAt = now
        quietSince = now
        lastSentAt = now
    }

    // MARK: what happened

    /// `now`, less all the time in which nothing was read.
    func readingTime(at now: Int64) -> Int64 {
        now - pausedMilliseconds - (pausedAt.map { now - $0 } ?? 0)
    }

    mutating func readingPaused(at now: Int64) { if pausedAt == nil { pausedAt = now } }

    mutating func readingResumed(at now: Int64) {
        if let pausedAt { pausedMilliseconds += now - pausedAt }
        pausedAt = nil
    }

    mutating func bytesRead(at now: Int64) {
        lastByteAt = readingTime(at: now)
        pingedAt = nil
    }

    mutating func welcomed() { isWelcomed = true }
    mutating func requestTaken(at now: Int64) { quietSince = now }
    mutating func pinged(at now: Int64) { pingedAt = readingTime(at: now) }
    mutating func goneAway(at now: Int64) { goneAwayAt = now }

    /// A frame was taken whole.
    mutating func frameEnded() { frameBeganAt = nil }

    /// All that can be taken has been; `isInsideFrame`: a part of one is left.
    mutating func framesTaken(isInsideFrame: Bool, at now: Int64) {
        if !isInsideFrame {
            frameBeganAt = nil
        } else if frameBeganAt == nil {
            frameBeganAt = readingTime(at: now)
        }
    }

    mutating func callsChanged(hasOpenCalls: Bool, at now: Int64) {
        if self.hasOpenCalls, !hasOpenCalls { quietSince = now }
        self.hasOpenCalls = hasOpenCalls
    }

    /// How much has left for the peer in all, and how much waits.
    mutating func sent(_ bytes: UInt64, waiting: Int, at now: Int64) {
        if bytes != sentBytes || waitingBytes == 0 { lastSentAt = now }
        sentBytes = bytes
        waitingBytes = waiting
    }

    // MARK: what is due

    /// The first of what is due by now.
    func due(at now: Int64) -> Due? {
        var first: (what: Due, at: Int64)?
        forEachDeadline(at: now) { what, at in
            if at <= now, at < first?.at ?? .max { first = (what, at) }
        }
        return first?.what
    }

    /// When to look again; nil: nothing is waited for.
    func next(at now: Int64) -> Int64? {
        var next: Int64?
        forEachDeadline(at: now) { _, at in next = min(at, next ?? .max) }
        return next
    }

    private func forEachDeadline(at now: Int64, _ body: (Due, Int64) -> Void) {
        if pausedAt == nil { forEachReadingDeadline(lag: now - readingTime(at: now), body) }
        if waitingBytes > 0 { body(.write, lastSentAt + Int64(limits.writeTimeoutMilliseconds)) }
        if let goneAwayAt { return body(.drain, goneAwayAt + Int64(limits.drainTimeoutMilliseconds)) }
        if isWelcomed, !hasOpenCalls { body(.idle, quietSince + Int64(limits.idleTimeoutMilliseconds)) }
        if isWelcomed, let oldAfter { body(.age, openedAt + oldAfter) }
    }

    /// A deadline in reading time comes by `lag` later on the clock; while nothing is read it does not come at all.
    private func forEachReadingDeadline(lag: Int64, _ body: (Due, Int64) -> Void) {
        if !isWelcomed { body(.handshake, openedAt + lag + Int64(limits.handshakeTimeoutMilliseconds)) }
        if let frameBeganAt { body(.frame, frameBeganAt + lag + Int64(limits.frameTimeoutMilliseconds)) }
        guard isWelcomed, hasOpenCalls else { return }
        if let pingedAt {
            body(.keepalive, pingedAt + lag + Int64(limits.keepaliveTimeoutMilliseconds))
        } else {
            body(.ping, lastByteAt + lag + PoseServerLimits.pingAfterMilliseconds)
        }
    }
}
