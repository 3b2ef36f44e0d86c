import Glibc

/// What standard output is, and how text gets there.
enum Terminal {
    /// Columns of the terminal that standard output is; nothing where it is a file, a pipe or a terminal without a cursor.
    static func columns() -> Int? {
        guard isatty(STDOUT_FILENO) == 1, let kind = Environment.value("TERM"), kind != "dumb" else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    static func write(_ text: String) { write(text, to: STDOUT_FILENO) }
    static func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Writes all of it, or gives up: whoever reads it has gone, and there is nobody left to tell.
    private static func write(_ text: String, to descriptor: Int32) {
        var rest = ArraySlice(Array(text.utf8))
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// The environment that the program was started with.
enum Environment {
    /// Nothing where it is not set or empty.
    static func value(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}

/// The time of day: events bear it, and elapsed times are told by it.
enum WallClock {
    static func unixMilliseconds() -> Int64 {
        var now = timespec()
        guard clock_gettime(CLOCK_REALTIME, &now) == 0 else { return 0 }
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}
