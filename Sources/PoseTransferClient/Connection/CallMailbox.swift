internal import NIOCore

/// What came for a call and waits for its reader: a value that never grows beyond its limits, however slow the reader is.
struct CallMailbox {
    enum Pressure: Equatable {
        case none
        /// Too many bytes wait: read no further until `take` says so.
        case full
        /// Too many events wait. The mailbox takes no more; the reader gets those that wait, then learns of it.
        case overflowed
    }

    enum Taken {
        /// `resumesReading`: after a `full` there is room again.
        case element(CallElement, resumesReading: Bool)
        case ending(CallEnding)
        case nothing
    }

    private var waiting = CircularBuffer<CallElement>()
    private var bytes = 0
    private var isFull = false
    private(set) var ending: CallEnding?

    mutating func received(_ element: CallElement) -> Pressure {
        guard ending == nil else { return .none }
        switch element {
        case .response: waiting.append(element)
        case .event(let event): return received(event)
        case .data(let chunk):
            waiting.append(element)
            bytes += chunk.readableBytes
            guard bytes >= ClientLimits.waitingResultBytesMax, !isFull else { return .none }
            isFull = true
            return .full
        }
        return .none
    }

    private mutating func received(_ event: StatusEvent) -> Pressure {
        // A transient event is worth nothing once there is a newer one of its task.
        if case .event(let last) = waiting.last, last.isTransient, last.taskID == event.taskID { waiting.removeLast() }
        guard waiting.count < ClientLimits.waitingEventsMax else {
            ending = .overflowed
            return .overflowed
        }
        waiting.append(.event(event))
        return .none
    }

    /// The call is over; what waits is still read. The first ending counts.
    mutating func ended(_ ending: CallEnding) {
        guard self.ending == nil else { return }
        self.ending = ending
    }

    /// The reader wants nothing more.
    mutating func gaveUp(_ error: PoseTransferError) {
        waiting.removeAll()
        bytes = 0
        ended(.gaveUp(error))
    }

    mutating func take() -> Taken {
        guard let element = waiting.popFirst() else {
            guard let ending else { return .nothing }
            return .ending(ending)
        }
        if case .data(let chunk) = element { bytes -= chunk.readableBytes }
        let resumes = isFull && bytes <= ClientLimits.waitingResultBytesLow
        if resumes { isFull = false }
        return .element(element, resumesReading: resumes)
    }
}
