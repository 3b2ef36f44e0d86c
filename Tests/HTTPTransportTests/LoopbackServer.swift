import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A TCP server on loopback that reads HTTP/1.1 requests to their last byte and answers by a script, byte for byte.
final class LoopbackServer: Sendable {
    struct Seen: Sendable {
        var connection: Int
        var head: String
        var body: [UInt8]

        var target: String { head.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
        func header(_ name: String) -> String? {
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
                .map { String($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }
        }
    }

    enum Step: Sendable {
        case send(String)
        case bytes(Int)
        case close
        case reset
        /// Says nothing; the connection stays.
        case hold
    }

    struct Script: Sendable {
        /// At once when a connection is there.
        var connected: [Step] = []
        /// When a request's headers are there; `nil` waits for its body.
        var head: @Sendable (String) -> [Step]? = { _ in nil }
        /// When a request is complete.
        var request: @Sendable (Seen) -> [Step]
    }

    fileprivate struct State {
        var seen: [Seen] = []
        var heads = 0
        var connections = 0
        var closed = 0
        var waiters: [(test: @Sendable (borrowing State) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    fileprivate let state = Mutex(State())
    private let channel: any Channel

    static func start(_ script: Script) async throws -> LoopbackServer {
        ProxyTrap.set()
        let box = Mutex<LoopbackServer?>(nil)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 1_024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let server = box.withLock { $0 }
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(server, script))
                }
            }
            .childChannelOption(.autoRead, value: true)
            .bind(host: "127.0.0.1", port: 0).get()
        let server = LoopbackServer(channel)
        box.withLock { $0 = server }
        return server
    }

    static func start(_ request: @escaping @Sendable (Seen) -> [Step]) async throws -> LoopbackServer {
        try await start(Script(request: request))
    }

    private init(_ channel: any Channel) { self.channel = channel }

    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "http://127.0.0.1:\(port)" }
    var seen: [Seen] { state.withLock { $0.seen } }
    var connections: Int { state.withLock { $0.connections } }

    func stop() async throws { try await channel.close() }

    func waitForRequests(_ count: Int) async { await wait { $0.seen.count >= count } }
    func waitForHeads(_ count: Int) async { await wait { $0.heads >= count } }
    func waitForClosed(_ count: Int) async { await wait { $0.closed >= count } }

    private func wait(_ test: @escaping @Sendable (borrowing State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isTrue = state.withLock { state in
                if test(state) { return true }
                state.waiters.append((test, continuation))
                return false
            }
            if isTrue { continuation.resume() }
        }
    }

    fileprivate func note(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            let waiters = state.waiters
            state.waiters = waiters.filter { !$0.test(state) }
            return waiters.filter { $0.test(state) }.map(\.continuation)
        }
        for continuation in ready { continuation.resume() }
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: LoopbackServer?
    private let script: LoopbackServer.Script
    private var number = 0
    private var input: [UInt8] = []
    private var head: String?

    init(_ server: LoopbackServer?, _ script: LoopbackServer.Script) {
        self.server = server
        self.script = script
    }

    func channelActive(context: ChannelHandlerContext) {
        server?.note {
            $0.connections += 1
            number = $0.connections
        }
        perform(script.connected, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        server?.note { $0.closed += 1 }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        input += unwrapInboundIn(data).readableBytesView
        while takeHead(context) || takeBody(context) {}
    }

    private func takeHead(_ context: ChannelHandlerContext) -> Bool {
        guard head == nil, let end = input.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
        let text = String(decoding: input[..<end.lowerBound], as: UTF8.self)
        input.removeSubrange(..<end.upperBound)
        head = text
        server?.note { $0.heads += 1 }
        if let steps = script.head(text) { perform(steps, context) }
        return true
    }

    private func takeBody(_ context: ChannelHandlerContext) -> Bool {
        guard let head else { return false }
        var seen = LoopbackServer.Seen(connection: number, head: head, body: [])
        let length = seen.header("Content-Length").flatMap { Int($0) } ?? 0
        guard input.count >= length else { return false }
        seen.body = Array(input.prefix(length))
        input.removeFirst(length)
        self.head = nil
        server?.note { $0.seen.append(seen) }
        perform(script.request(seen), context)
        return true
    }

    private func perform(_ steps: [LoopbackServer.Step], _ context: ChannelHandlerContext) {
        for step in steps {
            switch step {
            case .send(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .bytes(let count):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(repeating: 0x61, count: count)), promise: nil)
            case .close: context.close(promise: nil)
            case .reset:
                let abort = linger(l_onoff: 1, l_linger: 0)
                let channel = context.channel as? any SocketOptionProvider
                channel?.setSoLinger(abort).whenComplete {
                    [loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)] _ in
                    loopBound.value.close(promise: nil)
                }
            case .hold: break
            }
        }
    }
}

/// Every test runs with proxy variables that point to a port where nobody listens: a transport that obeyed one would fail them all.
enum ProxyTrap {
    static let names = ["http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"]
    private static let isSet: Bool = {
        for name in names { setenv(name, "http://127.0.0.1:9", 1) }
        unsetenv("no_proxy")
        unsetenv("NO_PROXY")
        return true
    }()
    static func set() { _ = isSet }
}
