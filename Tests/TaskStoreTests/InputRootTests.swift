import EngineCore
import Glibc
import Synchronization
import TaskStore
import Testing

/// Which paths of callers are opened.
@Suite struct InputRootTests {
    /// Two roots and a neighbour that is none.
    ///
    ///     one/a.png  one/deep/b.png  one/both.png  one/link -> outside  one/deep/up -> ..  one/fifo  one/empty ...
    ///     two/both.png  two/only.png  two/deep (a file)
    ///     alias -> one
    ///     one-more/a.png  outside/secret.png
    private let base: String
    private var roots: [String] { [base + "/one", base + "/two"] }

    init() throws {
        base = try TemporaryFolder().path
        let script = """
            set -e; cd '\(base)'; umask 022; mkdir -p one/deep/er two outside one-more one/folder
            printf A > one/a.png; printf B > one/deep/b.png; printf C > one/deep/er/c.png; printf 1 > one/both.png
            printf 2 > two/both.png; printf O > two/only.png; printf D > two/deep; : > one/empty
            printf S > outside/secret.png; printf M > one-more/a.png; printf X > 'one/ a b'; printf Y > one/...; printf Z > one/-rf
            ln -s ../outside one/link; ln -s ../outside/secret.png one/secret.png; ln -s a.png one/inside.png
            ln -s .. one/deep/up; ln -s /dev/zero one/zero; ln -s nowhere one/dangling; ln -s loop one/loop; ln -s one alias
            mkfifo one/fifo; ln -s /proc/self/root one/root; printf U > $(printf 'one/u\\303\\244')
            printf N > "one/$(printf '%0255d' 0)"; ln outside/secret.png one/hard
            """
        #expect(try run("/bin/bash", "-c", script) == 0)
    }

    private func content(_ path: String, _ roots: [String]? = nil) throws -> String {
        let file = try InputRoots().open(path, below: roots ?? self.roots)
        var bytes = [UInt8](repeating: 0, count: 8)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
        #expect(Int64(count) == file.sizeBytes)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    @Test(
        "a regular file below a root is opened, by its absolute path or a relative one",
        arguments: [
            ("a.png", "A"), ("deep/b.png", "B"), ("deep/er/c.png", "C"), ("both.png", "1"), ("only.png", "O"),
            ("empty", ""),
            (" a b", "X"), ("...", "Y"), ("-rf", "Z"), ("u\u{e4}", "U"), (String(repeating: "0", count: 255), "N"),
            ("BASE/one/a.png", "A"), ("BASE/one/deep/er/c.png", "C"), ("BASE/two/both.png", "2"),
            ("BASE/one/both.png", "1"), ("deep", "D"), ("hard", "S"),
        ])
    func opened(_ path: String, _ expected: String) throws {
        #expect(try content(path.replacing("BASE", with: base)) == expected)
    }

    @Test(
        "all else is refused with the same words",
        arguments: [
            "", "/", ".", "..", "a.png/", "./a.png", "/a.png", "deep//b.png", "deep/./b.png", "deep/../a.png",
            "../one/a.png",
            "../outside/secret.png", "deep/../../outside/secret.png", "BASE/one/../outside/secret.png", "BASE/one",
            "BASE/one/",
            "BASE/one//a.png", "BASE//one/a.png", "BASE/outside/secret.png", "BASE/one-more/a.png", "BASE/alias/a.png",
            "BASE/on",
            "/etc/passwd", "etc/passwd", "/proc/self/environ", "/dev/zero", "/dev/stdin", "none.png", "deep/none.png",
            "none/none.png", "link/secret.png", "link", "secret.png", "inside.png", "deep/up/a.png", "deep/up", "zero",
            "dangling", "loop", "loop/a.png", "fifo", "folder", "root/etc/passwd", "a.png/b", "both.png/..", "a.png\0",
            "\0",
            "a.png\0.png", "u\u{61}\u{308}", "A.PNG", "a.png ", "~/a.png", "$HOME", "*", "file:///etc/passwd",
            "C:\\a.png",
            "00000000000000000000000000", "BASE/one/a.png/", "BASE/one/link/secret.png", "BASE/one/fifo",
        ])
    func refused(_ path: String) throws {
        let path = path.replacing("BASE", with: base)
        let error = #expect(throws: InputFileError.self) { try content(path) }
        #expect(error?.code == .notAllowed)
        let shown = String(path.unicodeScalars.map { $0.value < 32 ? "?" : Character($0) })
        #expect(error?.message.hasPrefix("the path '\(shown)' is not a regular file below") == true)
    }

    @Test func namesAndPathsHaveTheSystemsLimits() throws {
        for path in [
            String(repeating: "0", count: 256), String(repeating: "d/", count: 2_047) + "e",
            String(repeating: "d/", count: 2_048), String(repeating: "a", count: 100_000),
        ] {
            let error = #expect(throws: InputFileError.self) { try content(path) }
            #expect(error?.code == .notAllowed && (error?.message.utf8.count ?? .max) < 500)
        }
    }

    @Test func withoutRootsNothingIsOpened() throws {
        for path in ["a.png", base + "/one/a.png", "/etc/passwd"] {
            #expect(throws: InputFileError.self) { try content(path, []) }
        }
        for roots in [[base + "/none"], [base + "/one/a.png"], [base + "/one/fifo"]] {
            #expect(throws: InputFileError.self) { try content("a.png", roots) }
        }
    }

    @Test func aRootMayBeALinkHaveASlashAtItsEndOrBeAllThereIs() throws {
        #expect(try content("a.png", [base + "/alias"]) == "A")
        #expect(try content(base + "/alias/a.png", [base + "/alias"]) == "A")
        #expect(try content(base + "/one/a.png", [base + "/one//"]) == "A")
        #expect(try content(base + "/one/a.png", ["/"]) == "A")
        #expect(
            try content("deep/b.png", [base + "/two", base + "/one"]) == "B",
            "a file of two stands where a folder is asked")
        #expect(try content("both.png", roots.reversed()) == "2")
    }

    @Test func socketsAndDevicesAreNotTouched() throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array("\(base)/one/socket".utf8)) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        try #require(isBound)
        #expect(throws: InputFileError.self) { try content("socket") }
        for device in ["null", "zero", "tty", "shm", "fd/0"] {
            #expect(throws: InputFileError.self) { try content(device, ["/dev"]) }
        }
    }

    @Test func theSizeIsThatOfTheMomentOfOpening() throws {
        let path = base + "/one/grows"
        #expect(try run("/bin/sh", "-c", "printf 12345 > '\(path)'") == 0)
        let (file, cut) = (
            try InputRoots().open("grows", below: roots), try InputRoots().open(path, below: roots)
        )
        #expect(file.sizeBytes == 5)
        #expect(try run("/bin/sh", "-c", "printf 67890 >> '\(path)'") == 0)
        #expect(try read(file, by: 2) == ["12", "34", "5", ""])
        #expect(truncate(path, 3) == 0)
        #expect(try read(cut, by: 9) == ["123", ""])
        #expect(unlink(path) == 0)
    }

    private func read(_ file: any InputFile, by size: Int) throws -> [String] {
        var parts: [String] = []
        repeat {
            var bytes = [UInt8](repeating: 0, count: size)
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
            parts.append(String(decoding: bytes.prefix(count), as: UTF8.self))
        } while parts.last != ""
        return parts
    }

    /// A folder on the way, and the file at its end, are swapped for links all the time: never a byte from outside.
    @Test func whatIsSwappedForALinkMeanwhileLeadsNowhere() async throws {
        let base = base
        let script = """
            set -e; cd '\(base)'; mkdir one/way; printf I > one/way/secret.png; ln -s ../outside one/away
            printf I > one/file; ln -s ../outside/secret.png one/elsewhere
            """
        #expect(try run("/bin/bash", "-c", script) == 0)
        let isOver = Atomic(false)
        let swapper = try Swapper([
            ("\(base)/one/way", "\(base)/one/away"), ("\(base)/one/file", "\(base)/one/elsewhere"),
        ])
        defer { swapper.stop() }
        var (opened, refused) = (0, 0)
        while opened < 2_000 || refused < 200, !isOver.load(ordering: .relaxed) {
            for path in ["way/secret.png", "\(base)/one/way/secret.png", "file"] {
                do {
                    #expect(try content(path) == "I")
                    opened += 1
                } catch {
                    #expect((error as? InputFileError)?.code == .notAllowed)
                    refused += 1
                }
            }
            if opened + refused > 2_000_000 { isOver.store(true, ordering: .relaxed) }
        }
        #expect(opened >= 2_000 && refused >= 200)
    }
}

/// Swaps pairs of names on a thread of its own until it is stopped.
private final class Swapper: Sendable {
    private let isStopped = Atomic(false)
    private let pairs: [(String, String)]

    init(_ pairs: [(String, String)]) throws {
        self.pairs = pairs
        var thread = pthread_t()
        // Sound: the thread holds a reference of its own until its end.
        let result = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Swapper>.fromOpaque(pointer).takeRetainedValue().swap()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        try #require(result == 0)
        pthread_detach(thread)
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func swap() {
        while !isStopped.load(ordering: .relaxed) {
            for (one, other) in pairs {
                rename(one, one + ".away")
                rename(other, one)
                rename(one, other)
                rename(one + ".away", one)
            }
        }
    }
}
