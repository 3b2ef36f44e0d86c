import BackendAPI
import EngineCore
import TaskStore
import Testing

/// A file of the first version, opened by this one.
@Suite struct MigrationTests {
    private let path: String
    private var records: [TaskRecord] = []
    private var events: [TaskEvent] = []

    /// A task in each state, one of each failure that matters, with all fields in use.
    init() throws {
        path = try TemporaryFolder().path + "/data"
        for (index, state) in TaskState.allCases.enumerated() {
            let number = Int64(index + 1)
            var (record, event) = Samples.accepted(
                number, caller: index % 2 == 0 ? "alice" : "bob", key: "key \(number)")
            event.cursor = UInt64(number) * 10
            events.append(event)
            record.parameters = ["seed": "9007199254740993"]
            record.labels = index % 3 == 0 ? [:] : ["team": "a"]
            if state != .queued {
                (record.run, record.marker) = (RunID(rawValue: "190000000000000000\(number)"), "marker")
                (record.charged, record.cost) = (.yes, RunCost(coins: "3", money: "0.1", currency: "CNY"))
                record.outputs = state == .succeeded ? [TaskOutput(name: "output", image: Samples.image(4))] : []
                record.failure = state == .failed ? TaskFailure(.submissionUnknown, "cannot be known") : nil
                record.times.ended = state.isTerminal ? 1_700_000_100_000 : 0
                (record, event) = Samples.changed(record, to: state, cursor: UInt64(number) * 10 + 1)
                events.append(event)
            } else {
                record.lastCursor = 10
            }
            records.append(record)
        }
    }

    private func open() throws -> TaskStore {
        try TaskStore.open(path: path).close()
        for name in ["tasks.sqlite", "tasks.sqlite-wal", "tasks.sqlite-shm"] {
            #expect(try run("/bin/rm", "-f", "\(path)/\(name)") == 0)
        }
        try VersionOne.write(records, with: events, to: path + "/tasks.sqlite")
        let raw = try Raw(path + "/tasks.sqlite")
        try raw.execute("INSERT INTO upload VALUES('main', x'\(Samples.digest(1).hex)', 'api/1.png', \(Int64.max))")
        try raw.execute("INSERT INTO image VALUES(2, \(VersionOne.values(Samples.image(9))), \(Int64.max))")
        return try TaskStore.open(path: path)
    }

    @Test func everythingReadsBackAsItWas() throws {
        let store = try open()
        for record in records {
            #expect(try store.journal.task(record.id) == record)
            #expect(
                try store.journal.task(caller: record.caller, idempotencyKey: record.idempotencyKey) == record)
            #expect(
                try store.reader.events(task: record.id, afterSequence: 0, limit: 9)
                    == events.filter { $0.task == record.id })
        }
        #expect(try store.reader.events(tasks: nil, caller: nil, after: 0, upTo: .max, limit: 99) == events)
        #expect(try store.reader.image(caller: "bob", digest: Samples.digest(9), now: 0)?.image == Samples.image(9))
        let recovery = try store.journal.recover()
        #expect(recovery.openTasks == records.filter { !$0.state.isTerminal })
        #expect(recovery.uploads.map(\.handle) == ["api/1.png"])
        #expect(recovery.highestNumber == 8 && recovery.highestCursor == 81 && recovery.pausedEngines == [])
    }

    @Test func whatIsNewWorksOnOldRows() throws {
        let store = try open()
        #expect(try store.reader.list(TaskListQuery(caller: nil, limit: 99)).tasks == records.reversed())
        var query = TaskListQuery(caller: nil, limit: 9)
        query.isUnknownOnly = true
        let unknown = try #require(try store.reader.list(query).tasks.first)
        #expect(unknown.state == .failed)
        let run = try #require(records[3].run)
        #expect(try store.journal.task(run: run, engine: "main") == records[3])
        var settled = unknown
        settled.resolution = .notCharged
        try store.journal.commit([.settle(settled), .pause(engine: "main", true)])
        let (next, event) = Samples.changed(records[0], to: .uploading, cursor: 90)
        try store.journal.commit([.update(next, event)])
        let removal = try store.keepHouse(policy: RetentionPolicy(), now: 1_700_000_100_000 + 30 * 86_400_000)
        #expect(Set(removal.tasks) == Set(records.filter(\.state.isTerminal).map(\.id)))
        #expect(try store.reader.list(TaskListQuery(caller: nil, limit: 99)).tasks.count == 5)
    }

    @Test func theInstanceStaysAndTheFileIsWhole() throws {
        let store = try open()
        let instance = store.instanceID
        store.close()
        let raw = try Raw(path + "/tasks.sqlite")
        #expect(try raw.text("PRAGMA user_version") == "2")
        #expect(try raw.text("PRAGMA integrity_check") == "ok")
        #expect(try raw.text("SELECT value FROM meta WHERE key = 'instance_id'") == instance)
        #expect(try TaskStore.open(path: path).instanceID == instance)
    }

    /// A migration that breaks off leaves the file as it was.
    @Test func aMigrationThatCannotEndChangesNothing() throws {
        try open().close()
        for name in ["tasks.sqlite", "tasks.sqlite-wal", "tasks.sqlite-shm"] {
            #expect(try run("/bin/rm", "-f", "\(path)/\(name)") == 0)
        }
        try VersionOne.write(records, with: events, to: path + "/tasks.sqlite")
        try Raw(path + "/tasks.sqlite").execute("CREATE TABLE paused_engine(x)")
        #expect(throws: StoreError.self) { try TaskStore.open(path: path) }
        let raw = try Raw(path + "/tasks.sqlite")
        #expect(try raw.text("PRAGMA user_version") == "1")
        #expect(try raw.text("SELECT count(*) FROM pragma_table_info('task') WHERE name = 'follows'") == "0")
        #expect(try raw.text("SELECT count(*) FROM task") == "8")
    }
}
