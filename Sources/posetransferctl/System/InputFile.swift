import Glibc

/// Reads whole files.
enum InputFile {
    /// A file of the result's name is compared with it up to this size.
    static let comparedBytesMax = 256 << 20
    /// A picture; the server has a limit of its own, which it names when it refuses.
    static let pictureBytesMax = 64 << 20

    /// Throws `CommandFailure` with `cannotReadFile`: not there, not a regular file, empty where it must not be, or larger than `bytesMax`.
    static func read(_ path: String, bytesMax: Int) throws(CommandFailure) -> [UInt8] {
        // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, reason(errno)) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw failure(path, reason(errno)) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw failure(path, "it is not a regular file") }
        guard facts.st_size <= bytesMax else {
            throw failure(path, "it has \(facts.st_size) bytes and at most \(bytesMax) are taken")
        }
        return try readAll(descriptor, path, bytesMax: bytesMax)
    }

    private static func readAll(_ descriptor: Int32, _ path: String, bytesMax: Int) throws(CommandFailure) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, reason(errno)) }
            guard count > 0 else { return content }
            guard content.count + count <= bytesMax else { throw failure(path, "more than \(bytesMax) bytes came") }
            content += chunk[..<count]
        }
    }

    private static func failure(_ path: String, _ why: String) -> CommandFailure {
        CommandFailure(.cannotReadFile, reason: "FILE_UNREADABLE", "cannot read \(path): \(why)")
    }

    /// The system's own words for an error number.
    static func reason(_ number: Int32) -> String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text)
    }
}
