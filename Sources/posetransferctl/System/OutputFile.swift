import Glibc

/// A file that is there whole or not at all: it is written under a temporary name beside its place, synced, and then given its
/// name. Nothing that exists is replaced unless the caller says so. What is not finished is removed.
final class OutputFile {
    private let path: String
    private let temporaryPath: String
    private var descriptor: Int32

    /// Opens the temporary file, which shows whether there is a place to write to.
    init(path: String, mode: mode_t = 0o644) throws(CommandFailure) {
        self.path = path
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        temporaryPath = "\(path[..<slash]).\(path[slash...]).\(name).part"
        guard !Self.isFolder(path) else { throw Self.failure(path, "it is a folder") }
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Self.failure(path, InputFile.reason(errno)) }
    }

    /// Throws where no file could be written at `path`: its folder is not there or not ours to write to, or it is a folder itself.
    static func probe(path: String) throws(CommandFailure) {
        var facts = stat()
        if stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { throw failure(path, InputFile.reason(EISDIR)) }
        _ = try OutputFile(path: path)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporaryPath)
    }

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        var rest = ArraySlice(bytes)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(path, InputFile.reason(errno)) }
            rest = rest.dropFirst(count)
        }
    }

    /// Gives the file its name. Throws where something is there already and `replacing` is false.
    func finish(replacing: Bool) throws(CommandFailure) {
        guard fsync(descriptor) == 0 else { throw Self.failure(path, InputFile.reason(errno)) }
        if replacing { try rename() } else { try linkOrRename() }
        close(descriptor)
        descriptor = -1
    }

    private func rename() throws(CommandFailure) {
        guard Glibc.rename(temporaryPath, path) == 0 else { throw Self.failure(path, InputFile.reason(errno)) }
    }

    /// A hard link fails where something is there, in one step: nobody's file can be replaced in between.
    private func linkOrRename() throws(CommandFailure) {
        if link(temporaryPath, path) == 0 {
            unlink(temporaryPath)
            return
        }
        guard errno != EEXIST else { throw Self.exists(path) }
        // A file system without hard links: the look before the rename is the best there is.
        var facts = stat()
        guard lstat(path, &facts) != 0 else { throw Self.exists(path) }
        try rename()
    }

    /// Whether anything is at `path`, a broken link included.
    static func isThere(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0
    }

    private static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    static func exists(_ path: String) -> CommandFailure {
        CommandFailure(
            .cannotWriteFile, reason: "FILE_EXISTS", "\(path) exists and is not the result",
            advice: "Choose another name with -o FILE, or replace it with --force.")
    }

    private static func failure(_ path: String, _ why: String) -> CommandFailure {
        CommandFailure(
            .cannotWriteFile, reason: "FILE_UNWRITABLE", "cannot write \(path): \(why)",
            advice: "Choose another place with -o FILE.")
    }
}
