internal import Glibc

/// A folder for one service, removed with everything in it when the service has ended.
struct TemporaryFolder {
    let path: String

    /// Below TMPDIR, else /tmp; for its owner alone.
    init() throws(PoseTransferServiceError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/posetransfer-kit.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw PoseTransferServiceError(description: "no folder can be made in \(parent): error \(errno)")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes it; what cannot be removed stays.
    func remove() { Self.remove(path) }

    private static func remove(_ path: String) {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            var facts = stat()
            let child = "\(path)/\(name)"
            guard lstat(child, &facts) == 0 else { continue }
            if facts.st_mode & S_IFMT == S_IFDIR { remove(child) } else { unlink(child) }
        }
        closedir(folder)
        rmdir(path)
    }
}
