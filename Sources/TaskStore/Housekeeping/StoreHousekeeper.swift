package import EngineCore
import Synchronization

/// Removes what is past its time: rows by time, then files by mark and sweep.
///
/// Rows go first, each batch in one transaction; files that no row needs any more go at the next sweep, whatever became of the process
/// meanwhile. The sweep also finds what a crashed submit left. One call works at a time; others wait.
package final class StoreHousekeeper: Housekeeper {
    private struct State {
        var sweptAt: Int64?
        /// What went wrong in a round that removed something, told by the next one.
        var untold: StoreError?
        /// Tasks that a purge removed before it failed: the next round tells them.
        var untoldTasks: [TaskID] = []
    }

    private let journal: SQLiteJournal
    private let reader: SQLiteReader
    private let images: FileImageStore
    private let state = Mutex(State())

    init(journal: SQLiteJournal, reader: SQLiteReader, images: FileImageStore) {
        self.journal = journal
        self.reader = reader
        self.images = images
    }

    /// One round: rows each time, files every `policy.sweepMilliseconds` and at the first round. `now` is in Unix milliseconds.
    ///
    /// An error never hides what was removed: where some was, it is thrown by the next round in place of its work. A full disk keeps rows
    /// from being removed, but not files.
    package func keepHouse(policy: RetentionPolicy, now: Int64) throws(StoreError) -> Removal {
        try state.withLock { state throws(StoreError) in
            if state.untoldTasks.isEmpty, let untold = state.untold.take() { throw untold }
            let moments = RetentionMoments(policy, now: now)
            var (removal, failure) = (Removal(), StoreError?.none)
            swap(&removal.tasks, &state.untoldTasks)
            do throws(StoreError) { try removeRows(moments, &removal) } catch { failure = error }
            if Self.isSweepDue(state.sweptAt, policy, now) {
                do throws(StoreError) {
                    try sweep(moments, bytesMax: policy.bytesMax, &removal)
                    state.sweptAt = now
                    try removeExpired(moments, now: now)
                } catch { failure = failure ?? error }
            }
            guard let failure else { return removal }
            if removal == Removal() { throw failure }
            state.untold = failure
            return removal
        }
    }

    /// Everything of the caller's ended tasks, whatever their age, also where an operator's word is still awaited. Files that others need
    /// stay, and so do, until a later round, those that were stored within the last minute.
    package func purge(caller: String) throws(StoreError) -> Removal? {
        try purge(caller: caller, now: WallClock.milliseconds())
    }

    func purge(caller: String, now: Int64) throws(StoreError) -> Removal? {
        try state.withLock { state throws(StoreError) in
            let number = try journal.use { writer throws(StoreError) in try writer.callerWithAnything(caller) }
            guard let number else { return nil }
            var removal = Removal()
            do throws(StoreError) { try removeAll(ofCaller: number, now: now, &removal) } catch {
                state.untoldTasks += removal.tasks
                throw error
            }
            return removal
        }
    }

    private func removeAll(ofCaller number: Int64, now: Int64, _ removal: inout Removal) throws(StoreError) {
        var files: Set<ContentDigest> = []
        var removed = RemovedRows()
        repeat {
            removed = try journal.use { [last = removed.last] writer throws(StoreError) in
                try writer.removeEndedTasks(ofCaller: number, above: last)
            }
            removal.tasks += removed.tasks
            files.formUnion(removed.files)
        } while !removed.tasks.isEmpty
        files.formUnion(try journal.use { writer throws(StoreError) in try writer.removeImages(ofCaller: number) })
        try remove(files, touchedBy: RetentionMoments.ago(TaskStoreLimits.purgeGraceMilliseconds, now), &removal)
    }

    /// A clock that was set back makes it due as well.
    private static func isSweepDue(_ sweptAt: Int64?, _ policy: RetentionPolicy, _ now: Int64) -> Bool {
        guard let sweptAt, sweptAt <= now else { return true }
        return sweptAt <= RetentionMoments.ago(policy.sweepMilliseconds, now)
    }

    private func removeRows(_ moments: RetentionMoments, _ removal: inout Removal) throws(StoreError) {
        for _ in 0..<TaskStoreLimits.removalsPerRoundMax {
            let removed = try journal.use { writer throws(StoreError) in
                try writer.removeTasks(endedBy: moments.tasksEndedBy)
            }
            removal.tasks += removed.tasks
            if removed.tasks.count < TaskStoreLimits.tasksPerRemovalMax { return }
        }
    }

    private func removeExpired(_ moments: RetentionMoments, now: Int64) throws(StoreError) {
        try journal.use { writer throws(StoreError) in
            try writer.removeExpired(uploadsBy: now, imagesBy: moments.imagesExpiredBy)
        }
    }

    private func remove(_ files: Set<ContentDigest>, touchedBy moment: Int64, _ removal: inout Removal)
        throws(StoreError)
    {
        if files.isEmpty { return }
        let marks = try reader.use { database throws(StoreError) in
            try database.fileMarks(RetentionMoments(keepingAllFilesTouchedAfter: moment))
        }
        for file in files where FileKey(bytes: file.bytes).map(marks.standing) == .unneeded {
            removal.bytes += try images.remove(images.path(of: file), touchedBy: moment) ?? 0
        }
    }

    private func sweep(_ moments: RetentionMoments, bytesMax: Int64, _ removal: inout Removal) throws(StoreError) {
        let marks = try reader.use { database throws(StoreError) in try database.fileMarks(moments) }
        var shelf = ResultShelf(bytesMax: bytesMax)
        try images.forEachFile { path, key throws(StoreError) in
            let standing = marks.standing(of: key)
            if standing == .unneeded, let bytes = try images.remove(path, touchedBy: moments.filesTouchedBy) {
                removal.bytes += bytes
            } else if bytesMax > 0, let file = try images.facts(path) {
                shelf.add(path, bytes: file.bytes, standing)
            }
        }
        for path in shelf.pathsOldestFirst() where shelf.isOverfull {
            guard let bytes = try images.remove(path, touchedBy: moments.filesTouchedBy) else { continue }
            shelf.removed(bytes: bytes)
            removal.bytes += bytes
        }
    }
}

/// The files that a sweep left, where their bytes are bounded.
private struct ResultShelf {
    let bytesMax: Int64
    private var bytes: Int64 = 0
    private var results: [(path: String, endedAt: Int64)] = []

    init(bytesMax: Int64) { self.bytesMax = bytesMax }

    var isOverfull: Bool { bytesMax > 0 && bytes > bytesMax }

    mutating func add(_ path: String, bytes added: Int64, _ standing: FileStanding) {
        bytes += added
        if case .result(let endedAt) = standing { results.append((path, endedAt)) }
    }

    mutating func removed(bytes removed: Int64) { bytes -= removed }

    func pathsOldestFirst() -> [String] {
        results.sorted { ($0.endedAt, $0.path) < ($1.endedAt, $1.path) }.map(\.path)
    }
}
