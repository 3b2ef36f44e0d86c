import EngineCore
import Synchronization
import TaskStore

/// The promises of removal, written down without a thought for cost.
extension MemoryStore: Housekeeper {
    func keepHouse(policy: RetentionPolicy, now: Int64) -> Removal {
        content.withLock { content in
            var removal = Removal()
            let old = content.tasks.values.filter {
                $0.isOver(policy.taskMilliseconds, now)
                    && !($0.failure?.reason == .submissionUnknown && $0.resolution == nil)
            }
            removal.tasks = content.remove(old.sorted { ($0.times.ended, $0.number) < ($1.times.ended, $1.number) })
            if let sweptAt = content.sweptAt, now >= sweptAt, now - sweptAt < policy.sweepMilliseconds {
                return removal
            }
            content.sweptAt = now
            content.sweep(policy, now, &removal)
            content.uploads = content.uploads.filter { $0.value.expiresAt > now }
            content.put = content.put.filter { $0.value.expiresAt > now - policy.graceMilliseconds }
            return removal
        }
    }

    func setAge(of digest: ContentDigest, to moment: Int64) {
        content.withLock { $0.images[digest]?.touchedAt = moment }
    }

    func purge(caller: String) throws(StoreError) -> Removal? {
        content.withLock { content in
            let put = content.put.keys.filter { $0.owner == caller }
            let tasks = content.tasks.values.filter { $0.caller == caller }
            if put.isEmpty && tasks.isEmpty { return nil }
            let ended = tasks.filter(\.state.isTerminal).sorted { $0.number < $1.number }
            let files = ended.flatMap { $0.inputs + $0.results } + put.map(\.digest)
            for key in put { content.put[key] = nil }
            var removal = Removal()
            removal.tasks = content.remove(ended)
            let needed = Set(
                content.tasks.values.flatMap { $0.inputs + $0.results } + content.put.keys.map(\.digest))
            for file in Set(files).subtracting(needed) { content.drop(file, wallClock() - 60_000, &removal) }
            return removal
        }
    }
}

extension MemoryStore.Content {
    fileprivate mutating func remove(_ old: [TaskRecord]) -> [TaskID] {
        if old.isEmpty { return [] }
        removedNumber = max(removedNumber, tasks.keys.max() ?? 0)
        removedCursor = max(removedCursor, events.keys.max() ?? 0)
        for task in old {
            tasks[task.number] = nil
            events = events.filter { $0.value.taskNumber != task.number }
        }
        return old.map(\.id)
    }

    fileprivate mutating func drop(_ file: ContentDigest, _ touchedBy: Int64, _ removal: inout Removal) {
        guard let image = images[file], image.touchedAt <= touchedBy else { return }
        images[file] = nil
        removal.bytes += Int64(image.bytes.count)
    }

    fileprivate mutating func sweep(_ policy: RetentionPolicy, _ now: Int64, _ removal: inout Removal) {
        let all = tasks.values
        let unsettled = all.filter { $0.failure?.reason == .submissionUnknown && $0.resolution == nil }
        let fresh = all.filter { !$0.isOver(policy.inputMilliseconds, now) } + unsettled
        let expiring = put.filter { $0.value.expiresAt > now - policy.graceMilliseconds }
        let needed = Set(fresh.flatMap(\.inputs) + expiring.keys.map(\.digest))
        let shown = all.filter { $0.state.isTerminal && !$0.isOver(policy.resultMilliseconds, now) }
        let results = Set(shown.flatMap(\.results)).subtracting(needed)
        for file in Set(images.keys).subtracting(needed).subtracting(results) {
            drop(file, now - policy.graceMilliseconds, &removal)
        }
        let ends = results.map { file in
            (file, shown.filter { $0.results.contains(file) }.map(\.times.ended).max() ?? 0)
        }
        for (file, _) in ends.sorted(by: { $0.1 < $1.1 }) where policy.bytesMax > 0 {
            if images.values.map({ Int64($0.bytes.count) }).reduce(0, +) <= policy.bytesMax { break }
            drop(file, now - policy.graceMilliseconds, &removal)
        }
    }
}

extension TaskRecord {
    fileprivate var inputs: [ContentDigest] { [source.stored, pose.stored, stepSource].compactMap { $0?.digest } }
    fileprivate var results: [ContentDigest] { outputs.map(\.image.digest) }

    fileprivate func isOver(_ milliseconds: Int64, _ now: Int64) -> Bool {
        state.isTerminal && times.ended <= now - milliseconds
    }
}
