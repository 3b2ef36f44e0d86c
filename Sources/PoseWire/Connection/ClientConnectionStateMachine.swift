/// A client's side of one connection, as a value. An error that is thrown is the server's protocol error: the client just closes.
package struct ClientConnectionStateMachine: Sendable {
    /// awaitingWelcome -> open -> goingAway -> closed; any state -> closed.
    private enum State: Sendable, Equatable {
        case awaitingWelcome
        case open
        case goingAway(lastCall: UInt32)
        case closed
    }

    private struct OpenCall: Sendable {
        var shape: CallShape
        /// A download whose RESPONSE has come.
        var hasBegun = false
    }

    private var state = State.awaitingWelcome
    private var calls: [UInt32: OpenCall] = [:]
    private var nextCall: UInt32 = 1

    package init() {}

    package var openCalls: [UInt32] { calls.keys.sorted() }
    package var isOpen: Bool { state == .open }
    package var isClosed: Bool { state == .closed }
    /// Whether a new call may be started here.
    package var takesCalls: Bool { state == .awaitingWelcome || state == .open }

    /// The new call's id; nil when the connection takes no more calls: use another one.
    package mutating func startCall(_ shape: CallShape) -> UInt32? {
        guard takesCalls, nextCall < UInt32.max else { return nil }
        defer { nextCall += 1 }
        calls[nextCall] = OpenCall(shape: shape)
        return nextCall
    }

    package func isOpen(_ call: UInt32) -> Bool { calls[call] != nil }

    /// The caller gave a call up (after CANCEL): what still comes for it is passed over.
    package mutating func abandon(_ call: UInt32) { calls[call] = nil }

    package enum OnFrame: Sendable, Equatable {
        case welcomed
        /// The payload answers the call. `ends`: it was its last frame.
        case response(ends: Bool)
        case item
        case data
        /// The payload is the call's Status; nothing more comes for it.
        case end
        /// The payload is the connection's Status; every open call has an unknown outcome.
        case connectionEnded
        case sendPong
        case pong
        /// The payload is a GoAway: see `goAwayReceived`.
        case goAway
        case ignore
    }

    package mutating func frameReceived(_ header: FrameHeader) throws(WireError) -> OnFrame {
        if header.kind == .end, header.call == 0 {
            state = .closed
            return .connectionEnded
        }
        if state == .awaitingWelcome {
            guard header.kind == .welcome else {
                throw WireError(.frameKind, "the server's first frame must be WELCOME")
            }
            state = .open
            return .welcomed
        }
        guard state != .closed else { return .ignore }
        switch header.kind {
        case .welcome: throw WireError(.frameKind, "a second WELCOME")
        case .ping: return .sendPong
        case .pong: return .pong
        case .goAway: return .goAway
        case .response, .item, .data, .end: return try callFrame(header)
        case .hello, .request, .cancel: throw WireError(.frameKind, "\(header.kind) from a server")
        }
    }

    private mutating func callFrame(_ header: FrameHeader) throws(WireError) -> OnFrame {
        guard header.call < nextCall else {
            throw WireError(.unknownCall, "\(header.kind) for a call that was never made")
        }
        guard let call = calls[header.call] else { return .ignore }
        switch (header.kind, call.shape) {
        case (.response, .unary), (.response, .upload):
            calls[header.call] = nil
            return .response(ends: true)
        case (.response, .download) where !call.hasBegun:
            calls[header.call]?.hasBegun = true
            return .response(ends: false)
        case (.item, .stream): return .item
        case (.data, .download) where call.hasBegun: return .data
        case (.end, _):
            calls[header.call] = nil
            return .end
        default: throw WireError(.frameKind, "\(header.kind) does not belong to a \(call.shape) call")
        }
    }

    /// The calls above the last one taken have had no effect: they may be made again elsewhere at once.
    package mutating func goAwayReceived(lastCall: UInt32) -> [UInt32] {
        guard state == .open else { return [] }
        state = .goingAway(lastCall: lastCall)
        let refused = openCalls.filter { $0 > lastCall }
        for call in refused { calls[call] = nil }
        return refused
    }

    /// The connection is over; the calls whose outcome is unknown.
    package mutating func closed() -> [UInt32] {
        state = .closed
        defer { calls.removeAll() }
        return openCalls
    }
}
