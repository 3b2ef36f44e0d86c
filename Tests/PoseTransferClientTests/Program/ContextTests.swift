import Glibc
import Synchronization
import Testing

@testable import posetransferctl

@Suite struct ContextTests {
    private static let prod = ServerContext(server: "pose.example:7411", token: .file("/etc/token"))

    private static func contexts(current: String? = nil) -> ServerContexts {
        ServerContexts(current: current, named: ["prod": prod, "open": ServerContext(server: "[::1]:9", token: nil)])
    }

    private static func resolve(
        _ given: Destination.Given = Destination.Given(), _ environment: [String: String] = [:], current: String? = nil
    ) throws(CommandFailure) -> Destination {
        let read = { () throws(CommandFailure) in contexts(current: current) }
        return try Destination.resolve(given, environment: { environment[$0] }, contexts: read)
    }

    @Test func withoutAnythingItIsThisMachine() throws {
        #expect(try Self.resolve() == Destination(server: .standard, token: .none))
    }

    @Test func theCommandLineGoesFirst() throws {
        let environment = ["POSETRANSFER_SERVER": "env:1", "POSETRANSFER_CONTEXT": "open"]
        let server = try #require(ServerAddress("flag:2"))
        #expect(try Self.resolve(.init(server: server), environment, current: "prod").server == server)
        let named = try Self.resolve(.init(context: "prod"), environment, current: "open")
        #expect(named.server == ServerAddress("pose.example:7411"))
        #expect(named.token == .file("/etc/token"))
    }

    @Test func theEnvironmentGoesBeforeTheContextInUse() throws {
        #expect(
            try Self.resolve(.init(), ["POSETRANSFER_SERVER": "env:1"], current: "prod")
                == Destination(server: ServerAddress(host: "env", port: 1), token: .none))
        #expect(try Self.resolve(.init(), ["POSETRANSFER_CONTEXT": "open"], current: "prod").context == "open")
    }

    @Test func theContextInUseGoesBeforeThisMachine() throws {
        let destination = try Self.resolve(current: "prod")
        #expect(destination.context == "prod")
        #expect(destination.token == .file("/etc/token"))
    }

    @Test func tokensFollowTheSameOrder() throws {
        let variable = ["POSETRANSFER_TOKEN": "secret"]
        #expect(try Self.resolve(.init(), variable).token == .variable("POSETRANSFER_TOKEN"))
        #expect(try Self.resolve(.init(), variable, current: "prod").token == .variable("POSETRANSFER_TOKEN"))
        #expect(try Self.resolve(.init(context: "prod"), variable).token == .file("/etc/token"))
        #expect(try Self.resolve(.init(context: "open"), variable).token == .variable("POSETRANSFER_TOKEN"))
        #expect(try Self.resolve(.init(context: "prod", token: "flag"), variable).token == .text("flag"))
        #expect(try Self.resolve(.init(context: "prod", tokenFile: "f"), variable).token == .file("f"))
    }

    @Test func aContextsTokenGoesToNoOtherServer() throws {
        let other = try #require(ServerAddress("other:1"))
        #expect(try Self.resolve(.init(server: other), current: "prod").token == .none)
        #expect(try Self.resolve(.init(), ["POSETRANSFER_SERVER": "other:1"], current: "prod").token == .none)
    }

    @Test func anUnknownContextIsToldWithThoseThatThereAre() {
        let failure = #expect(throws: CommandFailure.self) { try Self.resolve(.init(context: "pord")) }
        #expect(failure?.status == .usage)
        #expect(failure?.advice.contains("open, prod") == true)
    }

    @Test func namesAreBounded() {
        #expect(ServerContexts.isName("a-B_1.x"))
        #expect(ServerContexts.isName(String(repeating: "a", count: 64)))
        #expect(!ServerContexts.isName(String(repeating: "a", count: 65)))
        #expect(!ServerContexts.isName(""))
        #expect(!ServerContexts.isName("a b"))
        #expect(!ServerContexts.isName("é"))
    }

    // MARK: The file

    private static func inFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/posetransferctl-test.XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            unlink("\(folder)/posetransferctl/contexts.json")
            rmdir("\(folder)/posetransferctl")
            rmdir(folder)
        }
        try body(folder)
    }

    @Test func whatIsWrittenIsReadAndIsForItsOwnerAlone() throws {
        try Self.inFolder { folder in
            let file = try ContextsFile { $0 == "XDG_CONFIG_HOME" ? folder : nil }
            #expect(try file.read() == ServerContexts())
            var contexts = Self.contexts(current: "prod")
            contexts.named["ci"] = ServerContext(server: "h:1", token: .variable("CI_TOKEN"))
            try file.write(contexts)
            #expect(try file.read() == contexts)
            var facts = stat()
            try #require(stat(file.path, &facts) == 0)
            #expect(facts.st_mode & 0o777 == 0o600)
        }
    }

    @Test func aDamagedFileIsToldAndNotReplaced() throws {
        try Self.inFolder { folder in
            let file = try ContextsFile { $0 == "XDG_CONFIG_HOME" ? folder : nil }
            try file.write(Self.contexts())
            let damaged = try OutputFile(path: file.path)
            try damaged.write(Array("{".utf8))
            try damaged.finish(replacing: true)
            let failure = #expect(throws: CommandFailure.self) { try file.read() }
            #expect(failure?.status == .configuration)
            #expect(failure?.reason == "CONTEXTS_UNREADABLE")
        }
    }

    @Test func theFileStandsBelowTheConfigurationFolder() throws {
        #expect(
            try ContextsFile { $0 == "HOME" ? "/home/u" : nil }.path
                == "/home/u/.config/posetransferctl/contexts.json")
        #expect(
            try ContextsFile { ["HOME": "/home/u", "XDG_CONFIG_HOME": "relative"][$0] }.path
                == "/home/u/.config/posetransferctl/contexts.json")
        #expect(throws: CommandFailure.self) { try ContextsFile { _ in nil } }
    }
}
