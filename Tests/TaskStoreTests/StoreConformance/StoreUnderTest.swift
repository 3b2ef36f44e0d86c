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

    init(_ kind: StoreKind) throws {
        switch kind {
        case .sqlite:
            let store = try TaskStore.open(path: try TemporaryFolder().path + "/data")
            (journal, reader, lists, images) = (store.journal, store.reader, store.reader, store.images)
        case .memory:
            let store = MemoryStore()
            (journal, reader, lists, images) = (store, store, store, store)
        }
    }
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
