import EngineCore
import Glibc

/// What is done to folders by their paths.
enum Folders {
    /// Makes a folder of 0700 (whatever the umask says) and those above it that are missing, each entry synced.
    /// A folder that is there stays as it is.
    static func make(_ path: String) throws(StoreError) {
        if mkdir(path, 0o700) == 0 {
            guard chmod(path, 0o700) == 0 else { throw StoreError(errno: errno, "set the rights of \(path)") }
            return try syncParent(of: path)
        }
        let number = errno
        if number == EEXIST { return }
        let parent = parent(of: path)
        guard number == ENOENT, parent != path else { throw StoreError(errno: number, "make the folder \(path)") }
        try make(parent)
        guard mkdir(path, 0o700) == 0, chmod(path, 0o700) == 0 else {
            throw StoreError(errno: errno, "make the folder \(path)")
        }
        try syncParent(of: path)
    }

    /// Puts the folder's entries on stable storage.
    static func sync(_ path: String) throws(StoreError) {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).sync()
    }

    /// The names in a folder, without `.` and `..`.
    static func names(in path: String) throws(StoreError) -> [String] {
        guard let folder = opendir(path) else { throw StoreError(errno: errno, "list \(path)") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // Sound: the kernel ends `d_name` with a NUL, and the entry stays good until the next `readdir`.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// The absolute path without links.
    static func resolve(_ path: String) throws(StoreError) -> String {
        guard let resolved = realpath(path, nil) else { throw StoreError(errno: errno, "find \(path)") }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func parent(of path: String) -> String {
        var rest = Substring(path)
        while rest.count > 1, rest.last == "/" { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return "." }
        return slash == rest.startIndex ? "/" : String(rest[..<slash])
    }

    /// A parent that may be written but not listed cannot be opened, so it cannot be synced either.
    private static func syncParent(of path: String) throws(StoreError) {
        do {
            try sync(parent(of: path))
        } catch  where error.code == .folder {}
    }
}
