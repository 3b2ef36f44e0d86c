internal import NIOCore
internal import PoseWire
internal import Synchronization

/// Reads a status stream over as many calls as it takes: performs what `StatusResumption` decides.
final class StatusReader: Sendable {
    private struct State {
        var resumption: StatusResumption
        var trouble: Trouble
        var call: Call?
        var hasEnded = false
    }

    private let client: PoseTransferClient
    /// One task at a time reads, so nothing here is contended; the lock is what lets the reader move between threads.
    private let state: Mutex<State>

    init(client: PoseTransferClient, resumption: StatusResumption) {
        self.client = client
        state = Mutex(State(resumption: resumption, trouble: Trouble(client.configuration)))
    }

    deinit {
        state.withLock { $0.call }?.giveUp(.cancelled)
    }

    func next() async throws(PoseTransferError) -> StatusEvent? {
        do throws(PoseTransferError) {
            while let call = try await openCall() {
                switch await call.next() {
                case .element(.event(let event)):
                    if let event = try received(event) { return event }
                case .element: throw .protocolViolation("an answer of another kind of call in a status stream")
                case .ending(let ending): try await ended(ending)
                }
            }
            return nil
        } catch {
            finish()?.giveUp(.cancelled)
            throw error
        }
    }

    /// The call to read from, opened where there is none; nothing when all is read.
    private func openCall() async throws(PoseTransferError) -> Call? {
        while true {
            let (call, hasEnded) = state.withLock { ($0.call, $0.hasEnded) }
            if hasEnded { return nil }
            if let call { return call }
            let isFirst = !client.keeper.hasConnected
            do throws(PoseTransferError) {
                let connection = try await client.keeper.connection(until: .now() + client.connectPatience)
                open(on: connection)
            } catch {
                guard !isFirst, error.code == .cannotConnect || error.code == .deadlineExceeded || error.isPassing
                else { throw error }
                try await wait(error.retryAfter, error)
            }
        }
    }

    private func open(on connection: Connection) {
        state.withLock { state in
            state.resumption.callOpened()
            state.trouble.callOpened(at: .now())
            state.call = connection.start(state.resumption.request)
        }
    }

    /// Returns the event where its reader is to see it.
    private func received(_ event: StatusEvent) throws(PoseTransferError) -> StatusEvent? {
        let decision = state.withLock { state in
            state.trouble.isOver()
            return state.resumption.eventReceived(event)
        }
        switch decision {
        case .deliver: return event
        case .deliverLast:
            _ = finish()
            return event
        case .skip: return nil
        case .reopen:
            forgetCall()?.giveUp(.cancelled)
            return nil
        case .fail(let error): throw error
        }
    }

    private func ended(_ ending: CallEnding) async throws(PoseTransferError) {
        _ = forgetCall()
        switch state.withLock({ $0.resumption.callEnded(ending) }) {
        case .finish: _ = finish()
        case .fail(let error): throw error
        // A slow reader is no trouble of the connection's.
        case .reopen where ending == .overflowed: break
        case .reopen(let wait): try await self.wait(wait, ending.error)
        }
    }

    private func wait(_ wait: Duration?, _ error: PoseTransferError) async throws(PoseTransferError) {
        let (failures, giveUpAt) = state.withLock { $0.trouble.failed(at: .now()) }
        try await client.pause(wait, failures: failures, until: giveUpAt) { error }
    }

    private func forgetCall() -> Call? {
        state.withLock { state in
            defer { state.call = nil }
            return state.call
        }
    }

    private func finish() -> Call? {
        state.withLock { state in
            defer { (state.call, state.hasEnded) = (nil, true) }
            return state.call
        }
    }
}

extension StatusResumption {
    /// The call that goes on behind the last event seen.
    fileprivate var request: CallRequest {
        var request = StreamStatusRequest()
        switch scope {
        case .task(let id):
            request.taskIDs = [id]
            request.afterSequence = lastSequence
        case .allMine:
            request.allMine = true
            request.afterCursor = lastCursor
        case .allCallers:
            var request = WatchAllRequest()
            request.afterCursor = lastCursor
            return .watchAll(request)
        }
        return .streamStatus(request)
    }
}

extension CallEnding {
    /// Why another call is needed.
    fileprivate var error: PoseTransferError {
        switch self {
        case .refused(let error), .lost(let error, _), .gaveUp(let error): error
        case .ok, .overflowed: .connectionLost("the stream ended early")
        }
    }
}

extension PoseTransferClient {
    var connectPatience: TimeAmount { TimeAmount(configuration.reconnectPatience) }
}
