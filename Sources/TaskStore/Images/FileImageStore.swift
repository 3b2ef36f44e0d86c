package import EngineCore
import Glibc
import Synchronization

/// Images as files under `images/`, by the first byte of their digest.
///
/// A file has its final name only when all its bytes are on stable storage, so whatever bears a digest's name is whole.
package final class FileImageStore: ImageStore {
    private let folder: DataFolder
    /// Held while a file gets its name or loses it, so that a content which a commit found is not removed under its hands.
    let naming = Mutex(())

    /// Makes the 256 folders, so that a commit has no folder to make and to sync.
    init(folder: DataFolder) throws(StoreError) {
        self.folder = folder
        for byte in UInt8.min...UInt8.max {
            try Self.makeBranch(branch(byte))
        }
        try Folders.sync(folder.images)
    }

    package func makeWriter() throws(StoreError) -> any ImageWriter {
        let name = String(UInt64.random(in: .min ... .max), radix: 16)
        let file = try OpenFile("\(folder.temporary)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
        return FileImageWriter(file: file, store: self)
    }

    package func open(_ digest: ContentDigest) throws(StoreError) -> any ImageReader {
        let file = try OpenFile(path(of: digest), O_RDONLY | O_NOFOLLOW)
        return FileImageReader(file: file, sizeBytes: Int64(try file.status().st_size))
    }

    package func contains(_ digest: ContentDigest) -> Bool { access(path(of: digest), F_OK) == 0 }

    package func path(of digest: ContentDigest) -> String { "\(branch(of: digest))/\(digest.hex)" }

    func branch(_ byte: UInt8) -> String { "\(folder.images)/\(byte < 16 ? "0" : "")\(String(byte, radix: 16))" }

    func branch(of digest: ContentDigest) -> String { "\(folder.images)/\(digest.hex.prefix(2))" }

    private static func makeBranch(_ path: String) throws(StoreError) {
        guard mkdir(path, 0o700) == 0 else {
            if errno == EEXIST { return }
            throw StoreError(errno: errno, "make the folder \(path)")
        }
        guard chmod(path, 0o700) == 0 else { throw StoreError(errno: errno, "set the rights of \(path)") }
    }
}

/// An open descriptor: the bytes stay readable when the file is removed.
final class FileImageReader: ImageReader {
    let sizeBytes: Int64
    private let file: OpenFile

    init(file: OpenFile, sizeBytes: Int64) {
        self.file = file
        self.sizeBytes = sizeBytes
    }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
        guard offset >= 0, offset < sizeBytes else { return 0 }
        return try file.read(at: offset, into: buffer)
    }
}
