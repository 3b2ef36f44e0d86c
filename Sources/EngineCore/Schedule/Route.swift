/// Which engines may take a waiting task, in order of preference, and by which rule. Tasks with the same route wait in one line.
struct Route: Sendable, Hashable {
    var engines: [String]
    var strategy: StepDefinition.Strategy

    /// One engine and no other.
    init(only engine: String) {
        engines = [engine]
        strategy = .fallback
    }

    init(_ step: StepDefinition) {
        engines = step.engines
        strategy = step.strategy
    }

    /// Whether `engine`, which has a free slot, may take the next task of this line now. An engine that is not there counts as unusable.
    func offers(_ engine: String, gates: [String: EngineGate], at now: Int64) -> Bool {
        guard let place = engines.firstIndex(of: engine) else { return false }
        switch strategy {
        case .fallback:
            return engines[..<place].allSatisfy { gates[$0]?.isUnusable(at: now) ?? true }
        case .spread:
            let load = { (name: String) in gates[name]?.slotsUsed ?? .max }
            return engines.indices.allSatisfy { other in
                guard gates[engines[other]]?.mayStart(at: now) == true else { return true }
                return (load(engine), place) <= (load(engines[other]), other)
            }
        }
    }
}

/// The waiting tasks of one route.
struct Line: Sendable {
    var queue = FairQueue()
    /// Positions changed since they were last shown.
    var positionsChanged = false
    /// Monotonic milliseconds.
    var positionsShownAt: Int64 = .min / 2
}
