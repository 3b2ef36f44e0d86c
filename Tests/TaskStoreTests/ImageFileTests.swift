import EngineCore
import Glibc
import TaskStore
import Testing

/// What lies on the disk of an image, and when.
@Suite struct ImageFileTests {
    private let store: TaskStore

    init() throws { store = try TaskStore.open(path: try TemporaryFolder().path + "/data") }

    private func isEmpty(_ folder: String) throws -> Bool {
        // Fails where anything is in it.
        try run("/bin/sh", "-c", "test -z \"$(ls -A '\(store.path)/\(folder)')\"") == 0
    }

    @Test func aWriterThatIsDroppedOrDiscardedLeavesNothing() throws {
        try store.images.makeWriter().write([1, 2, 3])
        #expect(try isEmpty("tmp"))
        let writer = try store.images.makeWriter()
        try writer.write([1, 2, 3])
        #expect(try !isEmpty("tmp"))
        writer.discard()
        #expect(try isEmpty("tmp"))
        withExtendedLifetime(writer) {}
    }

    @Test func aCommitLeavesOneFileAndNoTemporary() throws {
        for _ in 0..<2 { try store.images.put([1, 2, 3], as: Samples.digest(1)) }
        #expect(try isEmpty("tmp"))
        let path = store.images.path(of: Samples.digest(1))
        #expect(path == "\(store.path)/images/01/\(Samples.digest(1).hex)")
        #expect(try run("/bin/sh", "-c", "test \"$(find '\(store.path)/images' -type f)\" = '\(path)'") == 0)
    }

    @Test func leftoversGoAtTheNextStart() throws {
        let writer = try store.images.makeWriter()
        try writer.write([1])
        store.close()
        let next = try TaskStore.open(path: store.path)
        #expect(try isEmpty("tmp"))
        // What was begun before the close cannot come into the folder any more.
        #expect(throws: StoreError.self) { try writer.commit(as: Samples.digest(1)) }
        #expect(!next.images.contains(Samples.digest(1)))
    }

    @Test func aReaderStaysGoodWhenTheImageIsRemoved() throws {
        try store.images.put([1, 2, 3], as: Samples.digest(1))
        let reader = try store.images.open(Samples.digest(1))
        try #require(unlink(store.images.path(of: Samples.digest(1))) == 0)
        #expect(try reader.all() == [1, 2, 3])
        #expect(!store.images.contains(Samples.digest(1)))
    }

    @Test func aFileOfAnotherSizeUnderTheNameIsReplaced() throws {
        try store.images.put([], as: Samples.digest(1))
        try store.images.put([1, 2, 3], as: Samples.digest(1))
        #expect(try store.images.open(Samples.digest(1)).all() == [1, 2, 3])
    }

    @Test func imagesMayBeWrittenByManyAtOnce() async throws {
        let images = store.images
        try await withThrowingTaskGroup(of: Void.self) { group in
            for byte in 0..<64 as Range<UInt8> {
                group.addTask {
                    try images.put([UInt8](repeating: byte % 8, count: 5_000), as: Samples.digest(byte % 8))
                }
            }
            try await group.waitForAll()
        }
        for byte in 0..<8 as Range<UInt8> {
            #expect(try images.open(Samples.digest(byte)).all() == [UInt8](repeating: byte, count: 5_000))
        }
        #expect(try isEmpty("tmp"))
    }
}
