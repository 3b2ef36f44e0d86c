package import EngineCore
import Glibc
import Synchronization

/// Files that callers name by a path: regular files below folders that the operator named.
///
/// The way down is taken folder by folder from an open one, following no link, so that nothing that is swapped meanwhile leads outside.
/// The operator's folders themselves may be links. Every refusal reads the same, so that nobody learns what is there and what is not.
package struct InputRoots: InputFiles {
    package init() {}

    /// `path` is absolute below a root, or relative: then it is looked for below each root in their order. Names are those of the file
    /// system, one by one: no `.`, no `..`, none empty.
    package func open(_ path: String, below roots: [String]) throws(InputFileError) -> any InputFile {
        guard let names = InputPath(path) else { throw Self.refused(path) }
        for root in roots {
            guard let below = names.below(root), !below.isEmpty else { continue }
            do {
                return try OpenInputFile(try Self.walk(below, from: root))
            } catch {
                if Self.isUnreadable(error.number) { throw Self.unreadable(path) }
            }
        }
        throw Self.refused(path)
    }

    /// O_PATH, which the C module does not show: a folder need not be readable to be walked through.
    private static let pathOnly: Int32 = 0o10_000_000

    /// Opens what lies at the end of `names`; it is a regular file.
    private static func walk(_ names: [String], from root: String) throws(SystemError) -> Descriptor {
        var folder = try Descriptor(Glibc.open(root, pathOnly | O_DIRECTORY | O_CLOEXEC))
        for name in names.dropLast() {
            folder = try Descriptor(openat(folder.number, name, pathOnly | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
        }
        guard let name = names.last else { throw SystemError(number: EISDIR) }
        // Looked at first, as to open a device may do something already; O_NONBLOCK, as what is there now may be another.
        var status = stat()
        guard fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw SystemError(number: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError(number: EISDIR) }
        return try Descriptor(openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC))
    }

    /// Troubles of this machine; all others are told as a refusal.
    private static func isUnreadable(_ number: Int32) -> Bool {
        [EMFILE, ENFILE, ENOMEM, EIO, EINTR, EWOULDBLOCK].contains(number)
    }

    private static func refused(_ path: String) -> InputFileError {
        InputFileError(
            .notAllowed,
            "the path \(shown(path)) is not a regular file below the folders that this server reads from: name one that is, "
                + "with no link and no . or .. on its way")
    }

    private static func unreadable(_ path: String) -> InputFileError {
        InputFileError(.unreadable, "the file \(shown(path)) cannot be read now: try again later")
    }

    /// As it was written, cut, without what would break a line.
    private static func shown(_ path: String) -> String {
        let plain = path.unicodeScalars.prefix(200).map { scalar in
            scalar.properties.generalCategory == .control ? "?" : String(scalar)
        }
        return "'\(plain.joined())\(path.unicodeScalars.count > 200 ? "..." : "")'"
    }
}

/// A path as names, if it can be one.
private struct InputPath {
    private let isAbsolute: Bool
    private let names: [String]

    init?(_ path: String) {
        guard !path.isEmpty, path.utf8.count < 4_096, !path.utf8.contains(0) else { return nil }
        isAbsolute = path.utf8.first == UInt8(ascii: "/")
        names = (isAbsolute ? path.dropFirst() : path[...]).split(separator: "/", omittingEmptySubsequences: false)
            .map(String.init)
        let isEveryNameGood = names.allSatisfy { name in
            !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 255
        }
        guard isEveryNameGood else { return nil }
    }

    /// The names below `root`; nil where the path is absolute and elsewhere.
    func below(_ root: String) -> [String]? {
        guard isAbsolute else { return names }
        let above = root.split(separator: "/").map(String.init)
        // Compared as bytes: two ways to write a letter are two names.
        let isBelow = names.count > above.count && zip(above, names).allSatisfy { Array($0.utf8) == Array($1.utf8) }
        return isBelow ? Array(names.dropFirst(above.count)) : nil
    }
}

private struct SystemError: Error {
    let number: Int32
}

/// A descriptor that is closed with its last owner.
private final class Descriptor: Sendable {
    let number: Int32

    init(_ opened: Int32) throws(SystemError) {
        guard opened >= 0 else { throw SystemError(number: errno) }
        number = opened
    }

    deinit { close(number) }
}

/// Gives the bytes that the file had when it was opened, fewer where it was cut meanwhile.
private final class OpenInputFile: InputFile {
    let sizeBytes: Int64
    private let descriptor: Descriptor
    private let offset = Mutex<Int64>(0)

    init(_ descriptor: Descriptor) throws(SystemError) {
        self.descriptor = descriptor
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw SystemError(number: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError(number: EISDIR) }
        sizeBytes = Int64(status.st_size)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        try offset.withLock { offset throws(InputFileError) in
            let wanted = Int(min(Int64(buffer.count), sizeBytes - offset))
            var filled = 0
            while let start = buffer.baseAddress, filled < wanted {
                let count = pread(descriptor.number, start + filled, wanted - filled, Int(offset) + filled)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else {
                    throw InputFileError(.unreadable, "the file cannot be read to its end: try again later")
                }
                if count == 0 { break }
                filled += count
            }
            offset += Int64(filled)
            return filled
        }
    }
}
