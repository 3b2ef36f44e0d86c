import Glibc
import Synchronization
import SystemPorts

/// A program of ours as a real process: started with its own environment, read line by line, and killed as the world would.
final class ChildProcess: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var lines: [String] = []
        var status: Int32?
        var waiting: [(text: String, continuation: CheckedContinuation<String?, Never>)] = []
        var ending: [CheckedContinuation<Int32, Never>] = []
    }

    let pid: pid_t
    private let state = Mutex(State())

    /// The folder of the programs that this build made.
    static let programs: String = {
        var path = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let bytes = path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 }
    }()

    /// Starts `programs/name`; its output and errors come together.
    init(_ name: String, _ arguments: [String], environment: [String: String]) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(description: "no pipe: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let path = name.hasPrefix("/") ? name : "\(Self.programs)/\(name)"
        var child: pid_t = 0
        let status = Self.withCStrings([path] + arguments) { argv in
            Self.withCStrings(
                environment.map { "\($0.key)=\($0.value)" } + ["PATH=/usr/bin:/bin", "SWIFT_BACKTRACE=enable=no"]
            ) { envp in
                posix_spawn(&child, path, &actions, &attributes, argv, envp)
            }
        }
        close(ends[1])
        guard status == 0 else {
            close(ends[0])
            throw Failure(description: "\(path): \(String(cString: strerror(status)))")
        }
        pid = child
        let reading = ends[0]
        _ = try WorkerThread(name: "child") { [self] in read(reading) }
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("there is a nil at least") }
            return body(base)
        }
    }

    private func read(_ descriptor: Int32) {
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            pending += chunk[..<count]
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                took(String(decoding: pending[..<end], as: UTF8.self))
                pending.removeSubrange(...end)
            }
        }
        if !pending.isEmpty { took(String(decoding: pending, as: UTF8.self)) }
        close(descriptor)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        ended(status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F))
    }

    private func took(_ line: String) {
        let matched = state.withLock { state in
            state.lines.append(line)
            let matched = state.waiting.filter { line.contains($0.text) }
            state.waiting.removeAll { line.contains($0.text) }
            return matched
        }
        for waiter in matched { waiter.continuation.resume(returning: line) }
    }

    private func ended(_ status: Int32) {
        let (waiting, ending) = state.withLock { state in
            state.status = status
            defer {
                state.waiting = []
                state.ending = []
            }
            return (state.waiting, state.ending)
        }
        for waiter in waiting { waiter.continuation.resume(returning: nil) }
        for waiter in ending { waiter.resume(returning: status) }
    }

    /// The first line that holds `text`, now or later.
    func line(with text: String) async throws -> String {
        let line = await withCheckedContinuation { (continuation: CheckedContinuation<String?, Never>) in
            let known: String?? = state.withLock { state in
                if let line = state.lines.first(where: { $0.contains(text) }) { return .some(line) }
                if state.status != nil { return .some(nil) }
                state.waiting.append((text, continuation))
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
        guard let line else { throw Failure(description: "the process ended without saying '\(text)':\n\(output)") }
        return line
    }

    var output: String { state.withLock { $0.lines.joined(separator: "\n") } }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// The exit status, or the negative number of the signal that ended it.
    func exit() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status: Int32? = state.withLock { state in
                if state.status == nil { state.ending.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }
}
