import EngineConfiguration
import Glibc

/// Files and variables for the configuration, read from this machine.
enum SystemSources {
    static func configurationSources(flags: [FlagSetting]) -> ConfigurationSources {
        ConfigurationSources(variable: variable, file: read, variableNames: variableNames, flags: flags)
    }

    @Sendable static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    @Sendable private static func variableNames() -> [String] {
        var names: [String] = []
        var next = environ
        while let entry = next.pointee {
            names.append(String(String(cString: entry).prefix { $0 != "=" }))
            next = next.successor()
        }
        return names
    }

    /// Reads a regular file whole; a named pipe or a device never makes a start hang.
    @Sendable private static func read(_ path: String, _ bytesMax: Int) -> FileContents {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .unreadable(reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .unreadable(reason: String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .unreadable(reason: "not a regular file") }
        guard status.st_size <= bytesMax else { return .tooLarge }
        return bytes(of: descriptor, bytesMax: bytesMax, isReadableByEveryone: status.st_mode & S_IROTH != 0)
    }

    private static func bytes(of descriptor: Int32, bytesMax: Int, isReadableByEveryone: Bool) -> FileContents {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .unreadable(reason: String(cString: strerror(errno))) }
            if count == 0 { return .bytes(bytes, isReadableByEveryone: isReadableByEveryone) }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > bytesMax { return .tooLarge }
        }
    }
}
