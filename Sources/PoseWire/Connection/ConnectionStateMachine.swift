/// A server's side of one connection, as a value: frames in, decisions out. It never sees a socket, a clock or a payload.
///
/// The runner feeds it each frame in order and does what it says; it tells the machine when a call has had its last frame. An error that is thrown
/// is a protocol error: END on call 0, and the connection is over.
package struct ConnectionStateMachine: Sendable {
    /// -> judgingHello
    /// -> open (helloAccepted) -> goingAway (goAwaySent) -> closed
    /// Any state -> closed.
    private enum State: Sendable, Equatable {
        case awaitingHello
        /// HELLO is with the runner; nothing behind it is taken until it was judged.
        case judgingHello
        case open
        /// GOAWAY was sent: calls up to `lastCall` are finished, later ones end with `refusal`.
        case goingAway(lastCall: UInt32, refusal: WireError)
        case closed
    }

    private struct OpenCall: Sendable {
        var shape: CallShape
        /// An upload that has had its last DATA, or none to come.
        var isWhole: Bool
        /// Counts as a call in work; otherwise as a stream.
        var countsAsCall: Bool { shape == .unary || (shape == .upload && isWhole) }
    }

    private let callsMax: Int
    private let streamsMax: Int
    private var state = State.awaitingHello
    private var calls: [UInt32: OpenCall] = [:]
    private var callsInWork = 0
    private var streams = 0
    private var highestCall: UInt32 = 0
    private var isHealthOnly = false
    private var pings = TokenBucket(burst: 10, perSecond: 1)
    private var cancels: TokenBucket
    private var errors: [Int64] = []

    package init(callsMax: Int, streamsMax: Int) {
        self.callsMax = callsMax
        self.streamsMax = streamsMax
        cancels = TokenBucket(burst: callsMax + streamsMax, perSecond: 200)
    }

    /// The highest call id taken; 0: none.
    package var lastCall: UInt32 { highestCall }
    package var openCalls: [UInt32] { calls.keys.sorted() }
    package var hasOpenCalls: Bool { !calls.isEmpty }
    package var isOpen: Bool { state == .open }
    package var isGoingAway: Bool { if case .goingAway = state { true } else { false } }
    package func isOpen(_ call: UInt32) -> Bool { calls[call] != nil }

    /// Whether the next frame may be taken now. `false`: it stays where it is, and reading pauses until a call ends or HELLO was judged.
    package func mayTake(_ header: FrameHeader) -> Bool {
        switch state {
        case .judgingHello: return false
        case .closed: return false
        case .awaitingHello: return true
        case .open, .goingAway:
            let isCall =
                header.kind == .request && WireMethod(rawValue: header.method)?.shape != .stream
                && WireMethod(rawValue: header.method)?.shape != .download && !header.hasMore
            let makesWhole = header.kind == .data && !header.hasMore && calls[header.call] != nil
            return !(isCall || makesWhole) || callsInWork < callsMax
        }
    }

    package enum OnFrame: Sendable, Equatable {
        /// Judge this payload as HELLO, then `helloAccepted`, or end the connection.
        case judgeHello
        case start(WireMethod)
        /// The call ends at once with this error.
        case refuse(WireError)
        case takeData(isLast: Bool)
        /// The client has lost interest: END CANCELLED, and `callEnded`.
        case cancel
        case sendPong
        /// GOAWAY with this reason, END RESOURCE_EXHAUSTED on call 0, close.
        case goAwayAndClose(WireReason)
        case ignore
    }

    /// `now` in monotonic milliseconds.
    package mutating func frameReceived(_ header: FrameHeader, at now: Int64) throws(WireError) -> OnFrame {
        switch state {
        case .awaitingHello:
            guard header.kind == .hello else {
                throw WireError(.helloExpected, "the first frame must be HELLO, not \(header.kind)")
            }
            state = .judgingHello
            return .judgeHello
        case .judgingHello, .closed: return .ignore
        case .open, .goingAway:
            switch header.kind {
            case .hello: throw WireError(.helloExpected, "a connection has one HELLO")
            case .request: return try requestReceived(header, at: now)
            case .data: return try dataReceived(header)
            case .cancel: return try cancelReceived(header, at: now)
            case .ping: return pings.take(at: now) ? .sendPong : .goAwayAndClose(.tooManyPings)
            case .pong: return .ignore
            case .welcome, .response, .item, .end, .goAway: return .ignore
            }
        }
    }

    // MARK: Calls

    private mutating func requestReceived(_ header: FrameHeader, at now: Int64) throws(WireError) -> OnFrame {
        guard header.call > highestCall else {
            throw WireError(.callID, "call id \(header.call) is not above \(highestCall)")
        }
        highestCall = header.call
        if isHealthOnly, header.method != WireMethod.checkHealth.rawValue {
            return refuse(WireError(.tokenInvalid, "without a token only CheckHealth is answered"), at: now)
        }
        guard let method = WireMethod(rawValue: header.method) else {
            return refuse(WireError(.methodUnknown, "method \(header.method) is not known here"), at: now)
        }
        if case .goingAway(_, let refusal) = state, method != .checkHealth { return refuse(refusal, at: now) }
        if header.hasMore, method.shape != .upload {
            return refuse(WireError(.frameFlags, "MORE is only for uploads"), at: now)
        }
        let call = OpenCall(shape: method.shape, isWhole: !header.hasMore)
        if !call.countsAsCall, streams >= streamsMax {
            return refuse(
                WireError(.tooManyStreams, "at most \(streamsMax) streams, uploads and downloads may be open"), at: now)
        }
        calls[header.call] = call
        if call.countsAsCall { callsInWork += 1 } else { streams += 1 }
        return .start(method)
    }

    private mutating func refuse(_ error: WireError, at now: Int64) -> OnFrame {
        callFailed(error, at: now) ? .goAwayAndClose(.tooManyErrors) : .refuse(error)
    }

    /// A call ended with an error; whether that was one too many (1,000 in a minute that were the client's own fault).
    package mutating func callFailed(_ error: WireError, at now: Int64) -> Bool {
        guard error.code == .invalidArgument || error.code == .unimplemented else { return false }
        errors.append(now)
        if errors.count > 1_000 { errors.removeFirst(errors.count - 1_000) }
        guard errors.count == 1_000, let first = errors.first else { return false }
        return now - first < 60_000
    }

    private mutating func dataReceived(_ header: FrameHeader) throws(WireError) -> OnFrame {
        guard header.call <= highestCall else { throw unknownCall(header) }
        // An id that is not open and not above the highest has ended: its DATA is discarded, whatever its method was.
        guard let call = calls[header.call] else { return .ignore }
        guard call.shape == .upload, !call.isWhole else { throw unknownCall(header) }
        if !header.hasMore {
            calls[header.call]?.isWhole = true
            streams -= 1
            callsInWork += 1
        }
        return .takeData(isLast: !header.hasMore)
    }

    private mutating func cancelReceived(_ header: FrameHeader, at now: Int64) throws(WireError) -> OnFrame {
        guard header.call <= highestCall else { throw unknownCall(header) }
        guard cancels.take(at: now) else { return .goAwayAndClose(.tooManyErrors) }
        return calls[header.call] == nil ? .ignore : .cancel
    }

    private func unknownCall(_ header: FrameHeader) -> WireError {
        WireError(.unknownCall, "\(header.kind) for call \(header.call), which does not take it")
    }

    /// The call has had its last frame.
    package mutating func callEnded(_ call: UInt32) {
        guard let ended = calls.removeValue(forKey: call) else { return }
        if ended.countsAsCall { callsInWork -= 1 } else { streams -= 1 }
    }

    // MARK: Opening and ending

    /// `healthOnly`: no caller, only CheckHealth is answered.
    package mutating func helloAccepted(healthOnly: Bool) {
        guard state == .judgingHello else { return }
        isHealthOnly = healthOnly
        state = .open
    }

    /// GOAWAY is on its way; calls taken so far go on, and later ones end with `error`, which says why. Returns whether it is news.
    package mutating func goAwaySent(_ error: WireError) -> Bool {
        guard state == .open else { return false }
        state = .goingAway(lastCall: highestCall, refusal: error)
        return true
    }

    /// Nothing more is taken; the calls that were open.
    package mutating func closed() -> [UInt32] {
        state = .closed
        defer {
            calls.removeAll()
            callsInWork = 0
            streams = 0
        }
        return openCalls
    }

    package var hasWelcomed: Bool { isOpen || isGoingAway }

    /// Judges a HELLO's fields (wire document, section 2).
    package static func judge(_ hello: Hello) throws(WireError) {
        guard hello.minVersion > 0, hello.minVersion <= hello.maxVersion else {
            throw WireError(.helloInvalid, "min_version must be above 0 and not above max_version")
        }
        let frameBytes = WireLimits.frameBytesLeast...WireLimits.frameBytesMost
        guard hello.maxFrameBytes == 0 || frameBytes.contains(hello.maxFrameBytes) else {
            throw WireError(
                .helloInvalid, "max_frame_bytes must be 0 or from \(frameBytes.lowerBound) to \(frameBytes.upperBound)")
        }
        guard hello.minVersion <= 1 else {
            throw WireError(
                .versionUnsupported, "this server speaks version 1; the client wants \(hello.minVersion) or later")
        }
    }
}
