extension SimulatedProvider {
    /// When a run of this order may start. Over the limit it is refused with 421, or, on machines of one's own, with 415
    /// unless it asks for their queue (provider sheet 2.9).
    mutating func start(of order: RunOrder, at now: Duration) throws(Refusal) -> Duration {
        let soonest = now + .seconds(configuration.queueTime)
        let unfinished = unfinishedRuns(of: order.account, at: now)
        guard unfinished >= configuration.slots else { return soonest }
        guard configuration.keyKind == .exclusive else { throw Refusal(ProviderCode.queueMaxed) }
        guard order.usesPersonalQueue, configuration.slots > 0 else { throw Refusal(ProviderCode.instanceMaxed) }
        let machinesFree = accounts[order.account].unfinished.map { runs[$0].plannedEnd }.sorted()
        guard machinesFree.count - configuration.slots < capacity.personalQueue else {
            throw Refusal(ProviderCode.personalQueueFull)
        }
        return max(soonest, machinesFree[machinesFree.count - configuration.slots])
    }

    /// Runs of the account that wait, and those that run.
    mutating func load(of account: Int, at now: Duration) -> (queued: Int, running: Int) {
        let all = unfinishedRuns(of: account, at: now)
        let queued = accounts[account].unfinished.filter { runs[$0].state(at: now) == .queued }.count
        return (queued, all - queued)
    }
}
