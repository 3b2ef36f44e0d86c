import EngineCore

/// What will happen, drawn from the seed.
extension SimulatedWorld {
    /// The stormy part: submits, cancels, crashes and clock jumps at times drawn from the seed.
    mutating func plan() {
        let tasks = random.between(3, 14)
        for index in 0..<Int(tasks) {
            let happening = Happening.submit(submission(index))
            let at = monotonic + random.between(0, 30_000)
            schedule(happening, at: at)
            if random.happens(0.2) { schedule(happening, at: at + random.between(0, 3_000)) }
        }
        for number in 1...19 where random.happens(0.3) {
            let caller = random.pick(Self.callers) ?? "ann"
            schedule(.put(caller: caller, Self.digest(UInt8(number))), at: monotonic + random.between(0, 5_000))
        }
        if random.happens(0.2) {
            let at = monotonic + random.between(1, 40_000)
            schedule(.drain, at: at)
            schedule(.crash, at: at + random.between(1, 20_000))
        }
        if random.happens(0.2) {
            let engine = random.pick(SimulatedConfiguration.engines) ?? "cloud"
            let at = monotonic + random.between(0, 30_000)
            schedule(.pause(engine, true), at: at)
            schedule(.pause(engine, false), at: at + random.between(1, 60_000))
        }
        for _ in 0..<Int(random.between(0, 4)) { schedule(.crash, at: monotonic + random.between(1, 60_000)) }
        if random.happens(0.3) {
            let jump: Int64 =
                random.pick([1_000, -1_000, 3_600_000, -3_600_000, 315_360_000_000, -315_360_000_000]) ?? 0
            schedule(.clockJump(jump), at: monotonic + random.between(1, 40_000))
        }
    }

    mutating func submission(_ index: Int) -> Submission {
        let source = random.between(1, 9)
        let pose = random.between(10, 19)
        var submission = Submission(
            caller: random.pick(Self.callers) ?? "ann",
            pipeline: random.pick(SimulatedConfiguration.pipelines) ?? "pose_change",
            source: input(source), pose: input(pose))
        submission.idempotencyKey = "key-\(index)"
        submission.priority = Int32(random.between(-2, 2))
        return submission
    }

    mutating func input(_ number: Int64) -> Submission.Image {
        if random.happens(0.2) { return .url("https://pictures/\(number)") }
        return random.happens(0.15)
            ? .named(Self.digest(UInt8(number))) : .stored(Self.image(Self.digest(UInt8(number))))
    }

    mutating func schedule(_ happening: Happening, at time: Int64) {
        agenda.append(Scheduled(at: time, order: nextOrder, happening: happening))
        nextOrder += 1
    }
}
