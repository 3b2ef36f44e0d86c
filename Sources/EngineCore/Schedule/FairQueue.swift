import DequeModule

/// The waiting tasks of one line: callers take turns, and within a caller the higher priority goes first, then the older task.
///
/// A caller with a thousand tasks and one with a single task are served alternately, so nobody starves.
struct FairQueue: Sendable {
    struct Entry: Sendable, Equatable {
        var number: Int64
        var priority: Int32

        func precedes(_ other: Entry) -> Bool {
            (other.priority, number) < (priority, other.number)
        }
    }

    private var lanes: [String: Deque<Entry>] = [:]
    /// Callers with a waiting task, the next to be served first.
    private var turns: Deque<String> = []
    private(set) var count = 0

    init() {}

    mutating func insert(_ entry: Entry, caller: String) {
        if lanes[caller] == nil { turns.append(caller) }
        var lane = lanes.removeValue(forKey: caller) ?? []
        lane.insert(entry, at: Self.rank(of: entry, in: lane))
        lanes[caller] = lane
        count += 1
    }

    /// The next task, and its caller goes to the end of the line.
    mutating func popNext() -> Int64? {
        guard let caller = turns.popFirst(), var lane = lanes.removeValue(forKey: caller), let entry = lane.popFirst()
        else { return nil }
        if !lane.isEmpty {
            lanes[caller] = lane
            turns.append(caller)
        }
        count -= 1
        return entry.number
    }

    /// Whether it was there.
    @discardableResult
    mutating func remove(_ entry: Entry, caller: String) -> Bool {
        // Taken out, so that the lane is changed in its place: a long one is not to be copied for each that leaves it.
        guard var lane = lanes.removeValue(forKey: caller) else { return false }
        let rank = Self.rank(of: entry, in: lane)
        guard rank < lane.count, lane[rank] == entry else {
            lanes[caller] = lane
            return false
        }
        lane.remove(at: rank)
        if !lane.isEmpty { lanes[caller] = lane }
        if lane.isEmpty { turns.removeAll { $0 == caller } }
        count -= 1
        return true
    }

    /// How many tasks would be served up to and with this one, from 1, if nothing else came; nil: not here.
    func position(of entry: Entry, caller: String) -> Int? {
        guard let lane = lanes[caller] else { return nil }
        let rank = Self.rank(of: entry, in: lane)
        guard rank < lane.count, lane[rank] == entry else { return nil }
        var before = rank
        var ownTurnCame = false
        for other in turns {
            if other == caller {
                ownTurnCame = true
            } else {
                before += min(lanes[other]?.count ?? 0, ownTurnCame ? rank : rank + 1)
            }
        }
        return before + 1
    }

    /// The numbers of the first tasks in the order of service.
    func firstInOrder(_ limit: Int) -> [Int64] {
        var copy = self
        var numbers: [Int64] = []
        while numbers.count < limit, let number = copy.popNext() { numbers.append(number) }
        return numbers
    }

    private static func rank(of entry: Entry, in lane: Deque<Entry>) -> Int {
        var low = 0
        var high = lane.count
        while low < high {
            let middle = (low + high) / 2
            if lane[middle].precedes(entry) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
