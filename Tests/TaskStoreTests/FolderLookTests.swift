import EngineCore
import Glibc
import TaskStore
import Testing

/// A look says what an opening would, and leaves everything as it was.
@Suite struct FolderLookTests {
    private let parent: String
    private var path: String { parent + "/data" }

    init() throws { parent = try TemporaryFolder().path }

    @Test func aFolderThatIsNotThereCanBeMadeAndIsNot() {
        let look = FolderLook(at: path + "/a/b")
        #expect(!look.exists && look.fault == nil && look.isWritable == true && look.holder == nil)
        #expect(look.freeBytes ?? 0 > 0)
        #expect(access(path, F_OK) != 0)
    }

    @Test func anEmptyFolderStaysEmpty() throws {
        #expect(mkdir(path, 0o700) == 0)
        let look = FolderLook(at: path)
        #expect(look.exists && look.fault == nil && look.isWritable == true && look.holder == nil)
        #expect(rmdir(path) == 0, "something was left behind")
    }

    @Test func aFolderInUseTellsByWhomAndStaysInUse() throws {
        let store = try TaskStore.open(path: path)
        #expect(FolderLook(at: path).holder == "process \(getpid())")
        #expect(throws: StoreError.self) { try TaskStore.open(path: path) }
        store.close()
        #expect(FolderLook(at: path).holder == nil)
        try TaskStore.open(path: path).close()
    }

    @Test func whatAnOpeningWouldRefuseIsAFault() throws {
        #expect(mkdir(path, 0o755) == 0)
        #expect(FolderLook(at: path).fault?.contains("chmod 700") == true)
        #expect(chmod(path, 0o700) == 0)
        let other = try #require(fopen(path + "/thesis.txt", "w"))
        fclose(other)
        #expect(FolderLook(at: path).fault?.contains("thesis.txt") == true)
        #expect(FolderLook(at: path + "/thesis.txt").fault != nil)
        #expect(FolderLook(at: path + "/thesis.txt/below").fault?.contains("not a folder") == true)
        #expect(FolderLook(at: "").fault?.contains("empty") == true)
    }
}
