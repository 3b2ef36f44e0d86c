import DequeModule

/// How many of the bytes that wait for the transport are DATA.
///
/// The transport tells only how many wait in all. Frames leave in the order in which they were handed over, so the places of the few DATA
/// among all bytes ever handed over say the rest.
struct Unsent {
    private var handedOver: UInt64 = 0
    private var data: Deque<Range<UInt64>> = []

    mutating func handedOver(bytes: Int, isData: Bool) {
        let start = handedOver
        handedOver += UInt64(max(0, bytes))
        if isData { data.append(start..<handedOver) }
    }

    /// Bytes that have left, when `waiting` have not.
    func sentBytes(waiting: Int) -> UInt64 { handedOver - min(handedOver, UInt64(max(0, waiting))) }

    /// Bytes of frames other than DATA among the `waiting` last ones.
    mutating func replyBytes(waiting: Int) -> Int {
        let sent = sentBytes(waiting: waiting)
        while let first = data.first, first.upperBound <= sent { data.removeFirst() }
        let dataBytes = data.reduce(0) { $0 + Int(clamping: $1.upperBound - max($1.lowerBound, sent)) }
        return max(0, waiting - dataBytes)
    }
}
