package import BackendAPI
package import EngineCore

/// What survives a crash, with a journal in front of it that can crash before or after a commit.
package final class SimulatedDisk: TaskJournal {
    package enum CrashPoint: Sendable {
        case beforeCommit
        case afterCommit
    }

    /// A planted bug: what this disk does wrong on purpose.
    let canary: Canary?
    private(set) var tasks: [TaskID: TaskRecord] = [:]
    private(set) var order: [TaskID] = []
    private(set) var events: [TaskID: [TaskEvent]] = [:]
    private(set) var lastCursor: UInt64 = 0
    private var keys: [String: TaskID] = [:]
    private var uploads: [String: UploadRecord] = [:]
    private var pausedEngines: Set<String> = []
    private var images: [String: (image: StoredImage, expiresAt: Int64)] = [:]
    /// The next commit ends the process at this point.
    var crashPoint: CrashPoint?
    /// So many commits find no room.
    var fullCommits = 0
    private(set) var commits = 0
    /// What a commit that breaks the journal's own rules did.
    private(set) var violation: String?

    package init(canary: Canary?) { self.canary = canary }

    package func recover() throws(StoreError) -> Recovery {
        var recovery = Recovery()
        if canary == .sendsAdoptedRunAgain { forgetAdoptedRuns() }
        recovery.openTasks = order.compactMap { tasks[$0] }.filter { !$0.state.isTerminal }
        if canary == .losesCancelWish {
            for index in recovery.openTasks.indices { recovery.openTasks[index].cancelRequested = false }
        }
        recovery.uploads = uploads.keys.sorted().compactMap { uploads[$0] }
        recovery.pausedEngines = pausedEngines
        recovery.highestNumber = Int64(order.count)
        recovery.highestCursor = lastCursor
        return recovery
    }

    private func forgetAdoptedRuns() {
        for id in order where tasks[id]?.follows != nil && tasks[id]?.state == .running {
            tasks[id]?.state = .queued
            tasks[id]?.run = nil
        }
    }

    package func commit(_ writes: [JournalWrite]) throws(StoreError) {
        if fullCommits > 0 {
            fullCommits -= 1
            throw StoreError(.full, "no space left")
        }
        let point = crashPoint
        crashPoint = nil
        if point == .beforeCommit { throw StoreError(.io, "crash before the commit") }
        commits += 1
        for write in writes { apply(write) }
        if point == .afterCommit { throw StoreError(.io, "crash after the commit") }
    }

    private func apply(_ write: JournalWrite) {
        switch write {
        case .insert(let record, let event):
            if tasks[record.id] != nil { violation = "task \(record.id) was inserted twice" }
            if record.number != Int64(order.count + 1) { violation = "task numbers have a hole" }
            order.append(record.id)
            if !record.idempotencyKey.isEmpty {
                let key = "\(record.caller)/\(record.idempotencyKey)"
                if keys[key] != nil { violation = "key \(key) has two tasks" }
                keys[key] = record.id
            }
            put(record, event)
        case .update(let record, let event):
            if canary == .losesIntent, record.state == .submitting { return }
            if canary == .losesTerminalEvent, record.state == .succeeded { return }
            var record = record
            if canary == .losesStepPicture { record.stepSource = nil }
            put(record, event)
        case .upload(let upload): uploads["\(upload.engine)/\(upload.digest)"] = upload
        case .image where canary == .forgetsPutImages: break
        case .image(let caller, let image, let expiresAt): images["\(caller)/\(image.digest)"] = (image, expiresAt)
        case .settle(let record):
            if tasks[record.id]?.state.isTerminal != true { violation = "\(record.id) was settled before its end" }
            if tasks[record.id]?.resolution != nil { violation = "\(record.id) was settled twice" }
            tasks[record.id]?.resolution = record.resolution
            tasks[record.id]?.followUp = record.followUp
        case .pause(let engine, let isPaused):
            if isPaused { pausedEngines.insert(engine) } else { pausedEngines.remove(engine) }
        }
    }

    private func put(_ record: TaskRecord, _ event: TaskEvent) {
        if let earlier = tasks[record.id] {
            if earlier.state.isTerminal {
                violation = "\(record.id): \(record.state) follows terminal \(earlier.state)"
            }
            if !record.state.mayFollow(earlier.state) {
                violation = "\(record.id): \(record.state) follows \(earlier.state)"
            }
            if earlier.charged == .yes, record.charged != .yes { violation = "\(record.id): charged fell from YES" }
            if earlier.cancelRequested, !record.cancelRequested {
                violation = "\(record.id): the wish to cancel is lost"
            }
            if record.lastEventAt < earlier.lastEventAt { violation = "\(record.id): time fell" }
        }
        if event.sequence != UInt64(events[record.id, default: []].count + 1), canary == nil {
            violation = "\(record.id): sequence \(event.sequence) after \(events[record.id, default: []].count)"
        }
        if event.cursor <= lastCursor { violation = "\(record.id): cursor \(event.cursor) after \(lastCursor)" }
        lastCursor = max(lastCursor, event.cursor)
        tasks[record.id] = record
        events[record.id, default: []].append(event)
    }

    package func task(caller: String, idempotencyKey: String) throws(StoreError) -> TaskRecord? {
        keys["\(caller)/\(idempotencyKey)"].flatMap { tasks[$0] }
    }

    package func task(_ id: TaskID) throws(StoreError) -> TaskRecord? { tasks[id] }

    package func task(run: RunID, engine: String) throws(StoreError) -> TaskRecord? {
        order.lazy.compactMap { self.tasks[$0] }.first { $0.run == run && $0.engine == engine }
    }

    package func image(caller: String, digest: ContentDigest, now: Int64) throws(StoreError) -> StoredImage? {
        guard let row = images["\(caller)/\(digest)"], row.expiresAt > now else { return nil }
        return row.image
    }
}

/// A bug planted on purpose: the simulation must find each, or it proves nothing.
package enum Canary: String, Sendable, CaseIterable {
    /// The store says that it has the intent to submit, and has not.
    case losesIntent
    /// The store says that it has the terminal event, and has not.
    case losesTerminalEvent
    /// The transport sends a submit again when its answer is lost, as libcurl does on a kept-alive connection.
    case repeatsSubmit
    /// A result is handed to the task of another run.
    case mixesResults
    /// The second step is submitted with the task's own source.
    case submitsOwnSourceAgain
    /// What the first step made is not saved with the second.
    case losesStepPicture
    /// A submit that may have been taken is told as one that surely was not.
    case tellsUnknownAsRefused
    /// A start takes an adopted run for a task that waits.
    case sendsAdoptedRunAgain
    /// One slot more is used than the operator gave.
    case exceedsSlots
    /// A start finds no wish to cancel.
    case losesCancelWish
    /// A put image is acknowledged and not kept.
    case forgetsPutImages
    /// The word to drain does not arrive.
    case ignoresDrain
}
