import EngineCore
import Glibc
import Synchronization
import TaskStore
import Testing

/// Removal on a real disk: crashes, crossings, and what the engine notices of it.
@Suite struct HousekeepingTests {
    private static let day: Int64 = 86_400_000
    private static let policy = RetentionPolicy(sweepMilliseconds: 0)

    private let path: String
    private let now = wallClock()

    init() throws { path = try TemporaryFolder().path + "/data" }

    private func put(_ store: TaskStore, _ files: ClosedRange<UInt8>, ago: Int64 = 90 * day) throws {
        for file in files {
            try store.images.put([UInt8](repeating: file, count: 1_000), as: Samples.digest(file))
            try setAge(of: store.images.path(of: Samples.digest(file)), to: now - ago)
        }
    }

    private func ended(_ numbers: ClosedRange<Int64>, in store: TaskStore, ago: Int64 = 31 * day) throws {
        let writes = numbers.flatMap { number -> [JournalWrite] in
            let (record, event) = Samples.accepted(number, cursor: UInt64(number) * 2)
            var (last, lastEvent) = Samples.changed(record, to: .succeeded, cursor: UInt64(number) * 2 + 1)
            last.times.ended = now - ago
            last.outputs = [TaskOutput(name: "output", image: Samples.image(3))]
            lastEvent.outputs = last.outputs
            return [.insert(record, event), .update(last, lastEvent)]
        }
        try store.journal.commit(writes)
    }

    /// The copy is what a kill leaves between the rows and the files.
    @Test func filesWhoseRowsWentBeforeACrashGoAtTheNextSweep() throws {
        let store = try TaskStore.open(path: path)
        let rowsOnly = RetentionPolicy(sweepMilliseconds: .max)
        #expect(try store.keepHouse(policy: rowsOnly, now: now) == Removal())
        try put(store, 1...3)
        try ended(1...1, in: store)
        let removal = try store.keepHouse(policy: rowsOnly, now: now)
        #expect(removal.tasks.count == 1 && removal.bytes == 0)
        #expect(try run("/bin/cp", "-rp", path, path + "-copy") == 0)
        let copy = try TaskStore.open(path: path + "-copy")
        #expect(try copy.journal.recover().highestNumber == 1)
        #expect(try copy.journal.recover().highestCursor == 3)
        #expect(copy.images.contains(Samples.digest(1)))
        #expect(try copy.keepHouse(policy: Self.policy, now: now).bytes == 3_000)
        #expect(!copy.images.contains(Samples.digest(1)))
    }

    @Test func aDownloadThatIsOpenGoesOnWhenItsFileIsRemoved() throws {
        let store = try TaskStore.open(path: path)
        try put(store, 1...1)
        let reader = try store.images.open(Samples.digest(1))
        #expect(try reader.part(at: 0, count: 10).count == 10)
        #expect(try store.keepHouse(policy: Self.policy, now: now).bytes == 1_000)
        #expect(throws: StoreError.self) { try store.images.open(Samples.digest(1)) }
        #expect(try reader.all(chunk: 64) == [UInt8](repeating: 1, count: 1_000))
    }

    @Test func onlyFilesThatADigestNamesAreOurs() throws {
        let store = try TaskStore.open(path: path)
        try put(store, 1...1)
        let hex = Samples.digest(1).hex
        let strangers = ["images/01/\(hex).part", "images/01/\(hex.uppercased())", "images/01/note", "images/README"]
        for name in strangers {
            #expect(try run("/bin/sh", "-c", "echo x > '\(path)/\(name)'; touch -d 2001-01-01 '\(path)/\(name)'") == 0)
        }
        #expect(try run("/bin/mkdir", "\(path)/images/02/\(Samples.digest(2).hex)") == 0)
        #expect(try run("/bin/ln", "-s", "/etc/passwd", "\(path)/images/03/\(Samples.digest(3).hex)") == 0)
        #expect(try store.keepHouse(policy: Self.policy, now: now + 9 * Self.day).bytes == 1_000)
        for name in strangers + ["images/02/\(Samples.digest(2).hex)"] {
            #expect(access("\(path)/\(name)", F_OK) == 0, "\(name)")
        }
    }

    /// Whoever has committed a content finds it there until its grace is over, though a sweep removes the same content all the time.
    @Test func aContentThatIsCommittedWhileItIsSweptIsThereAfterwards() async throws {
        let store = try TaskStore.open(path: path)
        let images = store.images
        let isOver = Flag()
        try await withThrowingTaskGroup(of: Int64.self) { group in
            group.addTask {
                var bytes: Int64 = 0
                while !isOver.value {
                    bytes += try store.keepHouse(policy: Self.policy, now: wallClock()).bytes
                }
                return bytes
            }
            // One writer a content: it alone knows what must be there.
            let writers = (1...4 as ClosedRange<UInt8>).map { file in
                Task {
                    for _ in 0..<150 {
                        try images.put([file, file], as: Samples.digest(file))
                        #expect(try images.open(Samples.digest(file)).all() == [file, file])
                        try setAge(of: images.path(of: Samples.digest(file)), to: wallClock() - 2 * 3_600_000)
                    }
                }
            }
            // Also where a writer failed: the sweep must end either way.
            var outcomes: [Result<Void, any Error>] = []
            for writer in writers { outcomes.append(await writer.result) }
            isOver.set()
            for outcome in outcomes { try outcome.get() }
            let removed = try await group.next() ?? 0
            #expect(removed > 0 && removed % 2 == 0, "the sweep had nothing to do")
        }
    }

    @Test func moreThanOneTransactionsWorthGoesInOneRound() throws {
        let store = try TaskStore.open(path: path)
        for start in stride(from: 1, to: 451, by: 150) as StrideTo<Int64> { try ended(start...start + 149, in: store) }
        try ended(451...452, in: store, ago: 0)
        let removal = try store.keepHouse(policy: Self.policy, now: now)
        #expect(removal.tasks == (1...450).map(Samples.id))
        #expect(try store.keepHouse(policy: Self.policy, now: now) == Removal())
        store.close()
        let raw = try Raw(path + "/tasks.sqlite")
        #expect(try raw.text("SELECT count(*) FROM task") == "2")
        #expect(try raw.text("SELECT count(*) FROM event") == "4")
        #expect(try raw.text("PRAGMA integrity_check") == "ok")
    }

    @Test func aRoundEndsAfterItsTransactionsAndThePurgeAfterAll() throws {
        let store = try TaskStore.open(path: path)
        for start in stride(from: 1, to: 10_400, by: 1_000) as StrideTo<Int64> {
            try ended(start...min(10_401, start + 999), in: store)
        }
        #expect(try store.keepHouse(policy: Self.policy, now: now).tasks.count == 10_000)
        try ended(10_402...10_700, in: store, ago: 0)
        #expect(try store.housekeeper.purge(caller: "alice")?.tasks == (10_001...10_700).map(Samples.id))
        #expect(try store.housekeeper.purge(caller: "alice") == nil)
        #expect(try store.journal.recover().highestNumber == 10_700)
        #expect(try store.journal.recover().highestCursor == 21_401)
    }

    @Test func theEngineCommitsWhileRowsAndFilesAreRemoved() async throws {
        let store = try TaskStore.open(path: path)
        for start in stride(from: 1, to: 3_000, by: 500) as StrideTo<Int64> {
            try ended(start...start + 499, in: store)
        }
        let journal = store.journal
        async let removal = store.keepHouse(policy: Self.policy, now: now)
        for number in 3_001...3_200 as ClosedRange<Int64> {
            let (record, event) = Samples.accepted(number, cursor: UInt64(number) * 2)
            try journal.commit([.insert(record, event)])
        }
        #expect(try await removal.tasks.count == 3_000)
        #expect(try store.journal.recover().openTasks.map(\.number) == Array(3_001...3_200))
        #expect(try store.keepHouse(policy: Self.policy, now: now) == Removal())
    }

    @Test func expiredUploadsGoWithASweep() throws {
        let store = try TaskStore.open(path: path)
        let uploads = [now - 1, now, now + 1].map {
            UploadRecord(engine: "e\($0)", digest: Samples.digest(1), handle: "h", expiresAt: $0)
        }
        try store.journal.commit(uploads.map { .upload($0) })
        _ = try store.keepHouse(policy: Self.policy, now: now)
        #expect(try store.journal.recover().uploads == [uploads[2]])
    }

    @Test func timesBeyondAllClocksKeepEverything() throws {
        let store = try TaskStore.open(path: path)
        try put(store, 1...3)
        try ended(1...3, in: store)
        let policy = RetentionPolicy(
            resultMilliseconds: .max, taskMilliseconds: .max, inputMilliseconds: .max, graceMilliseconds: .max,
            sweepMilliseconds: 0)
        for now in [now, .max, 0, -1, .min] { #expect(try store.keepHouse(policy: policy, now: now) == Removal()) }
    }

    @Test func aRoundThatCouldNotAllTellsWhatWentAndThenWhy() throws {
        let store = try TaskStore.open(path: path)
        try ended(1...3, in: store)
        #expect(try run("/bin/mv", "\(path)/images/07", "\(path)/images/away") == 0)
        #expect(try store.keepHouse(policy: Self.policy, now: now).tasks.count == 3)
        for _ in 0..<2 {
            let error = #expect(throws: StoreError.self) { try store.keepHouse(policy: Self.policy, now: now) }
            #expect(error?.code == .missing && error?.message.contains("images/07") == true)
        }
        #expect(try run("/bin/mv", "\(path)/images/away", "\(path)/images/07") == 0)
        #expect(try store.keepHouse(policy: Self.policy, now: now) == Removal())
    }
}

private final class Flag: Sendable {
    private let flag = Atomic(false)
    var value: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
