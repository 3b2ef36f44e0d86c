import Crypto
import EngineCore
import Logging
import NIOCore
import PoseServer
import PoseWire
import Testing

/// A real server on a loopback port, over a scripted engine.
struct ServerUnderTest {
    let engine: ScriptedEngine
    let ports: MemoryPorts
    var images: MemoryImageStore { ports.images }
    let server: PoseServer
    let port: Int

    /// Runs `body` with a server, then shuts it down and waits for its end.
    static func run(
        settings: EngineSettings = EngineSettings(), _ configure: (inout PoseServerConfiguration) -> Void = { _ in },
        _ body: (ServerUnderTest) async throws -> Void
    ) async throws {
        var configuration = PoseServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.eventLoops = 2
        configuration.build = "test"
        configuration.instanceID = "instance"
        configure(&configuration)
        let engine = ScriptedEngine()
        let ports = MemoryPorts(engine)
        let server = PoseServer(
            configuration: configuration, settings: settings, ports: ports.all, logger: ports.logger,
            auditLogger: ports.audit.logger("audit"))
        let port = try await server.listen()
        async let running: Void = server.run()
        do {
            try await body(ServerUnderTest(engine: engine, ports: ports, server: server, port: port))
        } catch {
            server.beginShutdown()
            try await running
            throw error
        }
        server.beginShutdown()
        try await running
    }

    func connect(reads: Bool = true) async throws -> RawClient {
        try await RawClient.connect(port: port, reads: reads)
    }

    /// A connection that has had its WELCOME.
    func welcomed(token: String = "") async throws -> RawClient {
        let client = try await connect()
        try await client.send(.hello(token: token))
        let frame = try #require(await client.next())
        try #require(frame.kind == FrameKind.welcome.rawValue, "\(frame.status)")
        return client
    }
}

/// Everything that a server works on, in memory.
struct MemoryPorts: Sendable {
    let engine: ScriptedEngine
    let images = MemoryImageStore()
    let inputFiles = MemoryInputFiles()
    let lists: MemoryLists
    let audit = LogLines()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let drains = AsyncStream.makeStream(of: Void.self)

    init(_ engine: ScriptedEngine) {
        self.engine = engine
        lists = MemoryLists(engine.reader)
    }

    /// Each call of `requestDrain`.
    var drainRequests: AsyncStream<Void> { drains.stream }

    func finishDrainRequests() { drains.continuation.finish() }

    var all: ServerPorts {
        ServerPorts(
            engine: engine, reader: engine.reader, lists: lists, housekeeper: MemoryHousekeeper(engine.reader),
            images: images, inputFiles: inputFiles, imageFetcher: ExampleFetcher(), clock: FixedClock(),
            requestDrain: { [continuation = drains.continuation] in continuation.yield() })
    }
}

struct FixedClock: EngineClock {
    static let unix: Int64 = 1_700_000_000_000
    func now() -> EngineTime { EngineTime(monotonic: 0, unix: Self.unix) }
}

extension PoseServerConfiguration {
    /// Two callers, each with a token that is the name.
    mutating func hasCallers(_ names: String...) {
        callers = names.map { CallerIdentity(name: $0, tokenDigests: [Array(SHA256.hash(data: Array($0.utf8)))]) }
    }
}

/// Frames made of messages, and messages out of frames.
extension RawFrame {
    static func make(
        _ message: some WireMessage, _ kind: FrameKind, method: UInt16 = 0, call: UInt32 = 0, hasMore: Bool = false
    ) -> RawFrame {
        var buffer = ByteBuffer()
        do {
            try WireCodec().write(message, as: kind, to: &buffer)
        } catch {
            Issue.record("\(error)")
        }
        let payload = Array(buffer.readableBytesView.dropFirst(WireLimits.headerBytes))
        return RawFrame(kind: kind.rawValue, flags: hasMore ? 1 : 0, method: method, call: call, payload: payload)
    }

    static func hello(token: String = "", _ change: (inout Hello) -> Void = { _ in }) -> RawFrame {
        var hello = Hello()
        hello.minVersion = 1
        hello.maxVersion = 1
        hello.clientName = "test"
        hello.token = token
        change(&hello)
        return make(hello, .hello)
    }

    static func request(_ method: WireMethod, _ call: UInt32, _ message: some WireMessage, hasMore: Bool = false)
        -> RawFrame
    {
        make(message, .request, method: method.rawValue, call: call, hasMore: hasMore)
    }

    static func data(_ call: UInt32, _ bytes: [UInt8], hasMore: Bool) -> RawFrame {
        RawFrame(kind: FrameKind.data.rawValue, flags: hasMore ? 1 : 0, call: call, payload: bytes)
    }

    static func cancel(_ call: UInt32) -> RawFrame { RawFrame(kind: FrameKind.cancel.rawValue, call: call) }

    func read<Message: WireMessage>(_ type: Message.Type = Message.self) throws -> Message {
        try WireCodec().unpack(type, from: ByteBuffer(bytes: payload))
    }

    /// For an END: its status; for any other frame one that says what it is.
    var status: Status {
        guard kind == FrameKind.end.rawValue, let status = try? read(Status.self) else {
            return Status(code: StatusCode(rawValue: -1), message: "a frame of kind \(kind)", reason: "")
        }
        return status
    }
}

/// What a test compares of a Status: all that programs go by.
struct Ending: Equatable, CustomStringConvertible {
    var call: UInt32
    var code: StatusCode
    var reason: String
    var field: String

    init(_ call: UInt32, _ code: StatusCode, _ reason: String = "", _ field: String = "") {
        self.call = call
        self.code = code
        self.reason = reason
        self.field = field
    }

    init(_ frame: RawFrame?) {
        let status = frame?.status ?? Status(code: StatusCode(rawValue: -2), message: "", reason: "no frame")
        self.init(frame?.call ?? 0, status.code, status.reason, status.field)
    }

    var description: String { "call \(call): \(code) \(reason) \(field)" }
}

extension RawClient {
    /// Sends one request and gives the first frame that comes back.
    func ask(_ method: WireMethod, _ call: UInt32, _ message: some WireMessage) async throws -> RawFrame? {
        try await send(.request(method, call, message))
        return await next()
    }

    func ending(_ method: WireMethod, _ call: UInt32, _ message: some WireMessage) async throws -> Ending {
        Ending(try await ask(method, call, message))
    }
}
