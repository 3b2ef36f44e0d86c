internal import NIOCore
internal import Synchronization

/// One element of what a server answers.
enum CallElement: Sendable {
    case response(CallResponse)
    case event(StatusEvent)
    case data(ByteBuffer)
}

/// A call on a connection, as its one reader sees it. The connection fills it on its event loop.
final class Call: Sendable {
    enum Next: Sendable {
        case element(CallElement)
        /// Nothing follows. Asked again, the answer is the same.
        case ending(CallEnding)
    }

    private struct State {
        var mailbox = CallMailbox()
        var reader: CheckedContinuation<Next, Never>?
    }

    private let state = Mutex(State())
    private let connection: Connection

    init(connection: Connection) {
        self.connection = connection
    }

    /// Waits for the next element. When `deadline` passes or the calling task is cancelled, the call is given up.
    func next(until deadline: NIODeadline? = nil) async -> Next {
        let timer = deadline.map { deadline in
            connection.eventLoop.scheduleTask(deadline: deadline) { self.giveUp(.deadlineExceeded) }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { enter($0) }
        } onCancel: {
            giveUp(.cancelled)
        }
    }

    private func enter(_ reader: CheckedContinuation<Next, Never>) {
        let taken = state.withLock { state -> CallMailbox.Taken in
            let taken = state.mailbox.take()
            if case .nothing = taken { state.reader = reader }
            return taken
        }
        switch taken {
        case .nothing: break
        case .ending(let ending): reader.resume(returning: .ending(ending))
        case .element(let element, let resumesReading):
            if resumesReading { connection.roomCame(for: self) }
            reader.resume(returning: .element(element))
        }
    }

    /// Ends the call from this side and tells the server. What waited is dropped.
    func giveUp(_ error: PoseTransferError) {
        pass { $0.gaveUp(error) }
        connection.cancel(self)
    }

    /// Whether its end is known.
    var hasEnded: Bool { state.withLock { $0.mailbox.ending != nil } }

    // MARK: For the connection

    func deliver(_ element: CallElement) -> CallMailbox.Pressure {
        pass { $0.received(element) }
    }

    func end(_ ending: CallEnding) {
        pass { $0.ended(ending) }
    }

    /// Changes the mailbox, and hands what is there to a reader that waits.
    private func pass<Value>(_ change: (inout CallMailbox) -> Value) -> Value {
        let (value, reader, next) = state.withLock { state -> (Value, CheckedContinuation<Next, Never>?, Next?) in
            let value = change(&state.mailbox)
            guard let reader = state.reader else { return (value, nil, nil) }
            switch state.mailbox.take() {
            case .nothing: return (value, nil, nil)
            case .ending(let ending):
                state.reader = nil
                return (value, reader, .ending(ending))
            // A reader that waits has taken everything before: the mailbox was not full.
            case .element(let element, _):
                state.reader = nil
                return (value, reader, .element(element))
            }
        }
        if let reader, let next { reader.resume(returning: next) }
        return value
    }
}
