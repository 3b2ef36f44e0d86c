import BackendAPI

/// What operators ask: to settle a task whose submit had an unknown end, and to pause an engine.
extension EngineMachine {
    /// The ended task's story stays as it is; the verdict stands beside it, and where work goes on, a new task carries it on from the same step.
    mutating func resolved(_ id: TaskID, _ resolution: Resolution, _ lookup: JournalLookup) -> EngineAnswer {
        guard let ended = settledThisTurn[id] ?? record(of: id) ?? lookup.task else { return .refused(.taskUnknown) }
        guard ended.failure?.reason == .submissionUnknown else { return .refused(.taskNotUnknown) }
        if let earlier = ended.resolution {
            guard earlier == resolution else { return .refused(.taskSettled) }
            return .resolved(Self.view(of: ended), followUp: followUp(of: ended, lookup))
        }
        if let refusal = obstacle(to: resolution, ended, lookup) { return .refused(refusal) }
        return settle(ended, resolution)
    }

    private func obstacle(to resolution: Resolution, _ ended: TaskRecord, _ lookup: JournalLookup) -> Refusal? {
        switch resolution {
        case .notCharged: return nil
        case .adopted(let run):
            if gates[ended.engine] == nil { return .engineUnknown(ended.engine) }
            let isTaken = open.values.contains { $0.record.run == run && $0.record.engine == ended.engine }
            return isTaken || lookup.runOwner != nil ? .runTaken : nil
        case .submittedAgain:
            if isDraining { return .draining }
            let isThere = settings.pipelines[ended.pipeline]?.step(named: ended.step) != nil
            return refusal(ofPipeline: ended.pipeline) ?? (isThere ? nil : .pipelineUnknown(ended.pipeline))
        }
    }

    private mutating func settle(_ ended: TaskRecord, _ resolution: Resolution) -> EngineAnswer {
        var settled = ended
        settled.resolution = resolution
        var followUp: TaskView?
        switch resolution {
        case .notCharged: break
        case .submittedAgain:
            var record = continuation(of: ended)
            record.engine = route(of: record).engines.first ?? record.engine
            followUp = accept(record)
        case .adopted(let run): followUp = adopt(run, of: ended)
        }
        settled.followUp = followUp?.record.id
        settledThisTurn[ended.id] = settled
        // A task that ended in this very turn is still in memory.
        if let number = numbersByID[ended.id] { open[number]?.record = settled }
        effects.append(.save(.settle(settled)))
        return .resolved(Self.view(of: settled), followUp: followUp)
    }

    private mutating func adopt(_ run: RunID, of ended: TaskRecord) -> TaskView? {
        let accepted = accept(continuation(of: ended))
        let number = accepted.record.number
        leaveQueue(number)
        gates[ended.engine]?.takeSlot()
        standingsChanged = true
        open[number]?.holdsSlot = true
        runBegan(number, run)
        return open[number]?.view ?? accepted
    }

    /// The same work as a new task: what was paid for and made before the unknown submit is not done again.
    private mutating func continuation(of ended: TaskRecord) -> TaskRecord {
        var asked = Submission(
            caller: ended.caller, pipeline: ended.pipeline, source: .url(""), pose: .url(""))
        asked.parameters = ended.parameters
        asked.priority = ended.priority
        asked.labels = ended.labels
        asked.traceparent = ended.traceparent
        var record = TaskRecord(
            number: nextNumber, id: TaskID(unixMilliseconds: now.unix, random: random.next), submission: asked,
            source: ended.source, pose: ended.pose, contentDigest: ended.contentDigest, step: ended.step,
            engine: ended.engine, taskTimeoutMilliseconds: ended.taskTimeoutMilliseconds,
            startByMilliseconds: ended.startByMilliseconds, createdAt: now.unix)
        nextNumber += 1
        record.isLastStep = ended.isLastStep
        record.stepSource = ended.stepSource
        record.earlierCost = ended.earlierCost
        record.cost = ended.earlierCost
        record.follows = ended.id
        return record
    }

    private func followUp(of ended: TaskRecord, _ lookup: JournalLookup) -> TaskView? {
        guard let id = ended.followUp else { return nil }
        if let number = numbersByID[id] { return open[number]?.view }
        return lookup.followUp.map(Self.view)
    }

    private static func view(of record: TaskRecord) -> TaskView {
        TaskView(record: record, latest: TaskEvent(latestOf: record))
    }

    /// Survives a restart. What runs goes on.
    mutating func engineSet(_ name: String, _ isPaused: Bool) -> EngineAnswer {
        guard let standing = standing(of: name) else { return .refused(.engineUnknown(name)) }
        guard let gate = gates[name] else { return .engineSet(standing) }
        if gate.isPaused != isPaused {
            gates[name]?.isPaused = isPaused
            standingsChanged = true
            effects.append(.save(.pause(engine: name, isPaused)))
        }
        return .engineSet(self.standing(of: name) ?? standing)
    }
}
