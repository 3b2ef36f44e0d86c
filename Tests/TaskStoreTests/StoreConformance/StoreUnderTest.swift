import EngineCore
import Glibc
import Synchronization
import TaskStore
import Testing

/// The stores that every conformance case runs against.
enum StoreKind: String, CaseIterable, Sendable {
    case sqlite, memory
}

/// One fresh store behind the three ports.
struct StoreUnderTest {
    let journal: any TaskJournal
    let reader: any TaskReader
    let lists: any TaskLists
    let images: any ImageStore
    let housekeeper: any Housekeeper
    /// One round of removal at a moment.
    let keepHouse: @Sendable (RetentionPolicy, Int64) throws -> Removal
    /// Makes a file look as if it had been stored at a moment.
    let age: @Sendable (ContentDigest, Int64) throws -> Void

    init(_ kind: StoreKind) throws {
        switch kind {
        case .sqlite:
            let store = try TaskStore.open(path: try TemporaryFolder().path + "/data")
            (journal, reader, lists, images) = (store.journal, store.reader, store.reader, store.images)
            housekeeper = store.housekeeper
            keepHouse = { try store.keepHouse(policy: $0, now: $1) }
            age = { try setAge(of: store.images.path(of: $0), to: $1) }
        case .memory:
            let store = MemoryStore()
            (journal, reader, lists, images) = (store, store, store, store)
            housekeeper = store
            keepHouse = { store.keepHouse(policy: $0, now: $1) }
            age = { store.setAge(of: $0, to: $1) }
        }
    }
}

/// Sets the time of a file's last change, in Unix milliseconds.
func setAge(of path: String, to moment: Int64) throws {
    let time = timespec(tv_sec: Int(moment / 1_000), tv_nsec: Int(moment % 1_000) * 1_000_000)
    try #require(utimensat(AT_FDCWD, path, [time, time], AT_SYMLINK_NOFOLLOW) == 0)
}

func wallClock() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
}

/// A fresh folder that goes with the process: a test cannot lose it by its last mention of it.
struct TemporaryFolder {
    let path: String

    private static let made: Mutex<[String]> = {
        atexit { _ = try? run("/bin/rm", ["-rf"] + TemporaryFolder.made.withLock { $0 }) }
        return Mutex([])
    }()

    init() throws {
        var template = Array("/tmp/task-store-XXXXXX".utf8CString)
        let path = String(cString: try #require(mkdtemp(&template)))
        Self.made.withLock { $0.append(path) }
        self.path = path
    }
}

/// Runs a program to its end and gives its exit status.
func run(_ program: String, _ arguments: String...) throws -> Int32 { try run(program, arguments) }

private func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    var child = pid_t()
    let words = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    try #require(posix_spawn(&child, program, nil, nil, words + [nil], environ) == 0)
    var status: Int32 = 0
    try #require(waitpid(child, &status, 0) == child)
    return status >> 8 & 0xFF
}
