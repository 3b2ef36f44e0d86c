import EngineCore
import Glibc
import TaskStore
import Testing

/// Whose folder it is, and which files are ours.
@Suite struct DataFolderTests {
    private let path: String

    init() throws { path = try TemporaryFolder().path + "/data" }

    private func refusal(_ path: String? = nil) -> StoreError? {
        #expect(throws: StoreError.self) { try TaskStore.open(path: path ?? self.path) }
    }

    private func mode(_ path: String) throws -> UInt32 {
        var status = stat()
        try #require(lstat(path, &status) == 0)
        return status.st_mode & 0o7777
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
    }

    @Test func everythingIsForItsOwnerAloneWhateverTheUmask() throws {
        let earlier = umask(0)
        defer { umask(earlier) }
        let store = try TaskStore.open(path: path + "/with/parents")
        try store.journal.commit([.image(caller: "a", Samples.image(1), expiresAt: .max)])
        _ = try store.reader.task(Samples.id(1))
        try store.images.put([1], as: Samples.digest(1))
        let writer = try store.images.makeWriter()
        #expect(store.path == path + "/with/parents")
        for folder in ["", "/images", "/images/01", "/images/ff", "/tmp"] {
            #expect(try mode(store.path + folder) == 0o700)
        }
        #expect(try mode(path) == 0o700 && mode(path + "/with") == 0o700)
        for file in ["/lock", "/tasks.sqlite", "/tasks.sqlite-wal", "/tasks.sqlite-shm"] {
            #expect(try mode(store.path + file) == 0o600, "\(file)")
        }
        #expect(try mode(store.images.path(of: Samples.digest(1))) == 0o600)
        writer.discard()
        store.close()
    }

    @Test func aSecondStoreIsRefusedUntilTheFirstIsClosed() throws {
        let first = try TaskStore.open(path: path)
        let error = refusal()
        #expect(error?.code == .inUse)
        #expect(error?.message.contains("process \(getpid())") == true, "\(error?.message ?? "")")
        // Another process is refused by the same lock.
        #expect(try run("/usr/bin/flock", "-n", "-E", "9", path + "/lock", "/bin/true") == 9)
        first.close()
        #expect(try run("/usr/bin/flock", "-n", "-E", "9", path + "/lock", "/bin/true") == 0)
        try TaskStore.open(path: path).close()
    }

    @Test func aClosedStoreAnswersEverythingWithAnError() throws {
        let store = try TaskStore.open(path: path)
        store.close()
        #expect(throws: StoreError.self) { try store.journal.recover() }
        #expect(throws: StoreError.self) {
            try store.journal.commit([.image(caller: "", Samples.image(1), expiresAt: 1)])
        }
        #expect(throws: StoreError.self) { try store.reader.task(Samples.id(1)) }
        store.close()
    }

    @Test(arguments: [0o750, 0o705, 0o701, 0o777] as [UInt32]) func aFolderThatOthersMayEnterIsRefused(_ mode: UInt32)
        throws
    {
        try #require(mkdir(path, 0o700) == 0 && chmod(path, mode) == 0)
        let error = refusal()
        #expect(error?.code == .folder)
        #expect(error?.message.contains("chmod 700") == true)
        #expect(try run("/bin/rmdir", path) == 0, "nothing was made in it")
    }

    @Test(.enabled(if: geteuid() == 0, "only root may give a folder away")) func aFolderOfAnotherUserIsRefused() throws
    {
        try #require(mkdir(path, 0o700) == 0 && chown(path, 12_345, 12_345) == 0)
        let error = refusal()
        #expect(error?.code == .folder && error?.message.contains("12345") == true)
    }

    @Test func aFolderOfOtherThingsIsRefusedAndLeftAlone() throws {
        try #require(mkdir(path, 0o700) == 0 && mkdir(path + "/tmp", 0o700) == 0)
        try write("mine", to: path + "/tmp/letter")
        #expect(refusal()?.code == .folder)
        #expect(access(path + "/tmp/letter", F_OK) == 0)
    }

    @Test func whatIsNoFolderIsRefused() throws {
        try write("", to: path)
        #expect(refusal()?.code == .folder)
        #expect(refusal(path + "/below")?.code == .folder)
        #expect(refusal("")?.code == .folder)
    }

    @Test func anEmptyFileIsBroughtToThisVersionAndMarkedAsOurs() throws {
        try TaskStore.open(path: path).close()
        let raw = try Raw(path + "/tasks.sqlite")
        #expect(try raw.text("PRAGMA user_version") == "2")
        #expect(try raw.text("PRAGMA application_id") == "\(0x5054_7364)")
        #expect(try raw.text("PRAGMA journal_mode") == "wal")
        #expect(try raw.text("PRAGMA integrity_check") == "ok")
    }

    @Test func aNewerFileIsRefusedAndLeftAsItIs() throws {
        try TaskStore.open(path: path).close()
        try Raw(path + "/tasks.sqlite").execute("PRAGMA user_version = 3")
        let error = refusal()
        #expect(error?.code == .newer && error?.message.contains("format 3") == true)
        try Raw(path + "/tasks.sqlite").execute("PRAGMA user_version = 2")
        try TaskStore.open(path: path).close()
    }

    @Test func aFileOfAnotherProgramIsRefused() throws {
        try TaskStore.open(path: path).close()
        for change in ["PRAGMA application_id = 1", "PRAGMA application_id = 0"] {
            try Raw(path + "/tasks.sqlite").execute(change)
            #expect(refusal()?.code == .corrupt)
        }
        try write(String(repeating: "this is not a database at all ", count: 99), to: path + "/tasks.sqlite")
        #expect(refusal()?.code == .corrupt)
    }

    @Test func whatCannotBeInAColumnIsToldAsCorrupt() throws {
        for change in [
            "state = 99", "charged = 0", "failure_reason = 'X'", "labels = '{'", "outputs = '[{}]'", "attempt = -1",
            "source_digest = x'00'",
        ] {
            let path = try TemporaryFolder().path + "/data"
            let (record, event) = Samples.everyFieldSet()
            var store = try TaskStore.open(path: path)
            try store.journal.commit([.insert(record, event)])
            store.close()
            try Raw(path + "/tasks.sqlite").execute("UPDATE task SET \(change)")
            store = try TaskStore.open(path: path)
            let error = #expect(throws: StoreError.self) { try store.reader.task(record.id) }
            #expect(error?.code == .corrupt, "\(change)")
        }
    }
}
