import EngineCore
import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import PoseWire
import Testing

@testable import PoseServer

/// The handler on a channel in memory, with a clock that the test moves.
@Suite(.timeLimit(.minutes(1))) struct ConnectionHandlerTests {
    /// One connection that is open and has sent nothing.
    private final class Connection {
        let engine = ScriptedEngine()
        let ports: MemoryPorts
        let pool = NIOThreadPool(numberOfThreads: 1)
        let hub: EventLoopHub
        let handler: ConnectionHandler
        let channel: EmbeddedChannel
        let loop = EmbeddedEventLoop()
        private var received = ByteBuffer()

        init(_ configure: (inout PoseServerConfiguration) -> Void = { _ in }) throws {
            var configuration = PoseServerConfiguration(host: "", port: 0)
            configure(&configuration)
            ports = MemoryPorts(engine)
            let services = ServerServices(
                configuration: configuration, settings: EngineSettings(), ports: ports.all, pool: pool,
                logger: ports.logger, auditLogger: ports.audit.logger("audit"))
            hub = EventLoopHub(eventLoop: loop, services: services)
            hub.register()
            handler = ConnectionHandler(hub: hub)
            channel = EmbeddedChannel(handler: handler, loop: loop)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func receive(_ frames: RawFrame...) throws { try receive(bytes: frames.flatMap(\.bytes)) }

        func receive(bytes: [UInt8]) throws { try channel.writeInbound(ByteBuffer(bytes: bytes)) }

        func pass(milliseconds: Int64) { loop.advanceTime(by: .milliseconds(milliseconds)) }

        /// All frames sent since the last look.
        func sent() throws -> [RawFrame] {
            while var bytes = try channel.readOutbound(as: ByteBuffer.self) { received.writeBuffer(&bytes) }
            var frames: [RawFrame] = []
            while let frame = RawFrame.take(from: &received) { frames.append(frame) }
            return frames
        }

        func welcome() throws {
            try receive(.hello())
            #expect(try sent().map(\.kind) == [FrameKind.welcome.rawValue])
        }
    }

    private static var allMine: StreamStatusRequest {
        var request = StreamStatusRequest()
        request.allMine = true
        return request
    }

    @Test func aHelloThatDoesNotComeInTimeIsToldAndCostsNoMore() throws {
        let connection = try Connection()
        try connection.receive(bytes: Array(RawFrame.hello().bytes.dropLast()))
        connection.pass(milliseconds: 4_999)
        #expect(try connection.sent().isEmpty)
        connection.pass(milliseconds: 2)
        #expect(try connection.sent().map(Ending.init) == [Ending(0, .deadlineExceeded, "HANDSHAKE_TIMEOUT")])
        #expect(!connection.channel.isActive)
        #expect(connection.hub.services.admission.connections == 0)
    }

    @Test func aFrameThatIsNotEndedInTimeEndsTheConnection() throws {
        let connection = try Connection()
        try connection.welcome()
        try connection.receive(bytes: Array(RawFrame.request(.getTask, 1, GetTaskRequest()).bytes.prefix(5)))
        connection.pass(milliseconds: 29_999)
        #expect(try connection.sent().isEmpty)
        connection.pass(milliseconds: 2)
        #expect(try connection.sent().map(Ending.init) == [Ending(0, .deadlineExceeded, "FRAME_TIMEOUT")])
    }

    @Test func anIdleConnectionIsToldToGo() throws {
        let connection = try Connection()
        try connection.welcome()
        connection.pass(milliseconds: 200_000)
        try connection.receive(RawFrame(kind: FrameKind.ping.rawValue, call: 0))
        connection.pass(milliseconds: 99_999)
        #expect(try connection.sent().map(\.kind) == [FrameKind.pong.rawValue])
        connection.pass(milliseconds: 2)
        let goAway = try #require(try connection.sent().first).read(GoAway.self)
        #expect(goAway.reason == "IDLE")
        #expect(goAway.lastCall == 0)
        #expect(!connection.channel.isActive)
    }

    @Test func anOldConnectionEndsItsStreamsSoThatTheyGoOnElsewhere() throws {
        let connection = try Connection { $0.limits.maxConnectionAgeMilliseconds = 10_000 }
        try connection.welcome()
        try connection.receive(.request(.streamStatus, 3, Self.allMine))
        connection.pass(milliseconds: 8_999)
        #expect(try connection.sent().isEmpty)
        connection.pass(milliseconds: 2_002)
        let frames = try connection.sent()
        #expect(frames.count == 2)
        #expect(try frames.first?.read(GoAway.self).reason == "CONNECTION_AGE")
        #expect(try frames.first?.read(GoAway.self).lastCall == 3)
        #expect(Ending(frames.last) == Ending(3, .unavailable, "CONNECTION_AGE"))
    }

    @Test func aRequestAboveAGoAwayIsRefusedWithItsReasonAndTheOthersAreFinished() throws {
        let connection = try Connection { $0.limits.maxConnectionAgeMilliseconds = 10_000 }
        connection.engine.script { _ in nil }
        try connection.welcome()
        try connection.receive(.request(.cancelTask, 1, CancelTaskRequest()))
        connection.pass(milliseconds: 11_001)
        #expect(try connection.sent().map(\.kind) == [FrameKind.goAway.rawValue])
        try connection.receive(.request(.cancelTask, 2, CancelTaskRequest()))
        #expect(try connection.sent().map(Ending.init) == [Ending(2, .unavailable, "CONNECTION_AGE")])
        #expect(connection.engine.requests.count == 1)
        connection.engine.answer(.refused(.taskUnknown))
        connection.loop.run()
        #expect(try connection.sent().map(Ending.init) == [Ending(1, .notFound, "TASK_UNKNOWN", "task_id")])
        #expect(!connection.channel.isActive)
    }

    @Test func aPeerThatSendsAnythingIsNotSilent() throws {
        let connection = try Connection()
        try connection.welcome()
        try connection.receive(.request(.streamStatus, 1, Self.allMine))
        connection.pass(milliseconds: 60_001)
        #expect(try connection.sent().count == 1)
        // No PONG, but other bytes: it is there.
        try connection.receive(.cancel(1))
        #expect(try connection.sent().map(Ending.init) == [Ending(1, .cancelled, "CALL_CANCELLED")])
        connection.pass(milliseconds: 20_001)
        #expect(connection.channel.isActive)
    }

    @Test func cancelsAboveTheBudgetAreTooManyErrors() throws {
        let connection = try Connection {
            $0.limits.maxCalls = 2
            $0.limits.maxStreams = 3
        }
        try connection.welcome()
        try connection.receive(.request(.getTask, 1, GetTaskRequest()))
        #expect(try connection.sent().count == 1)
        for _ in 1...5 { try connection.receive(.cancel(1)) }
        #expect(try connection.sent().isEmpty)
        try connection.receive(.cancel(1))
        let frames = try connection.sent()
        #expect(try frames.first?.read(GoAway.self).reason == "TOO_MANY_ERRORS")
        #expect(Ending(frames.last) == Ending(0, .resourceExhausted, "TOO_MANY_ERRORS"))
    }

    @Test func aSilentPeerWithAStreamIsPingedThenClosed() throws {
        let connection = try Connection()
        try connection.welcome()
        try connection.receive(.request(.streamStatus, 1, Self.allMine))
        connection.pass(milliseconds: 60_001)
        #expect(try connection.sent() == [RawFrame(kind: FrameKind.ping.rawValue, call: 0)])
        try connection.receive(RawFrame(kind: FrameKind.pong.rawValue, call: 0))
        connection.pass(milliseconds: 60_001)
        #expect(try connection.sent() == [RawFrame(kind: FrameKind.ping.rawValue, call: 0)])
        connection.pass(milliseconds: 20_001)
        #expect(!connection.channel.isActive)
    }

    @Test func aDrainEndsStreamsFinishesCallsAndRefusesNewOnes() throws {
        let connection = try Connection()
        connection.engine.script { _ in nil }
        try connection.welcome()
        var cancel = CancelTaskRequest()
        cancel.taskID = "tsk_1"
        try connection.receive(.request(.streamStatus, 1, Self.allMine), .request(.cancelTask, 2, cancel))
        let drained = connection.hub.drain(closingAfter: 60_000)
        var frames = try connection.sent()
        let goAway = try #require(frames.first).read(GoAway.self)
        #expect(goAway.lastCall == 2)
        #expect(goAway.reason == "SERVER_DRAINING")
        #expect(goAway.retryAfterMilliseconds > 0)
        #expect(frames.dropFirst().map(Ending.init) == [Ending(1, .unavailable, "SERVER_DRAINING")])
        try connection.receive(.request(.cancelTask, 3, cancel), .request(.checkHealth, 4, CheckHealthRequest()))
        frames = try connection.sent()
        #expect(Ending(frames.first) == Ending(3, .unavailable, "SERVER_DRAINING"))
        #expect(try #require(frames.last).read(CheckHealthResponse.self).isServing == false)
        #expect(connection.channel.isActive)
        connection.engine.answer(.refused(.taskUnknown))
        connection.loop.run()
        #expect(try connection.sent().map(Ending.init) == [Ending(2, .notFound, "TASK_UNKNOWN", "task_id")])
        #expect(!connection.channel.isActive)
        try drained.wait()
    }

    @Test func whatIsOpenWhenTheDrainIsOverEndsUnavailable() throws {
        let connection = try Connection()
        connection.engine.script { _ in nil }
        try connection.welcome()
        try connection.receive(.request(.cancelTask, 1, CancelTaskRequest()))
        let drained = connection.hub.drain(closingAfter: 60_000)
        connection.pass(milliseconds: 19_999)
        #expect(try connection.sent().map(\.kind) == [FrameKind.goAway.rawValue])
        connection.pass(milliseconds: 2)
        #expect(try connection.sent().map(Ending.init) == [Ending(1, .unavailable, "SERVER_DRAINING")])
        try drained.wait()
    }

    @Test func aConnectionWithoutWelcomeIsEndedByADrain() throws {
        let connection = try Connection()
        let drained = connection.hub.drain(closingAfter: 60_000)
        #expect(try connection.sent().map(Ending.init) == [Ending(0, .unavailable, "SERVER_DRAINING")])
        try drained.wait()
    }

    @Test func aBatchOfRequestsIsAnsweredInOneWrite() throws {
        let connection = try Connection()
        connection.engine.add(1, caller: "local")
        try connection.welcome()
        var request = GetTaskRequest()
        request.taskID = "tsk_1"
        try connection.receive(bytes: (1...50).flatMap { RawFrame.request(.getTask, UInt32($0), request).bytes })
        var bytes = try #require(try connection.channel.readOutbound(as: ByteBuffer.self))
        var answers = 0
        while RawFrame.take(from: &bytes) != nil { answers += 1 }
        #expect(answers == 50)
        #expect(try connection.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func callsAboveTheLimitWaitWithoutBeingReadAndGoOnByThemselves() throws {
        let connection = try Connection { $0.limits.maxCalls = 2 }
        connection.engine.script { _ in nil }
        try connection.welcome()
        try connection.receive(
            bytes: (1...5).flatMap { RawFrame.request(.cancelTask, UInt32($0), CancelTaskRequest()).bytes })
        #expect(connection.engine.requests.count == 2)
        #expect(!connection.handler.mayRead)
        for answered in 1...5 {
            connection.engine.answer(.refused(.taskUnknown))
            connection.loop.run()
            #expect(connection.engine.requests.count == min(5, answered + 2))
        }
        #expect(try connection.sent().map(\.call) == [1, 2, 3, 4, 5])
        #expect(connection.handler.mayRead)
    }

    @Test func aLargeFrameWaitsForTheMemoryOfOthers() throws {
        let connection = try Connection { $0.requestBytesMax = 100_000 }
        try connection.welcome()
        let admission = connection.hub.services.admission
        admission.count(90_000)
        var request = GetTaskRequest()
        request.taskID = .init(repeating: "x", count: 20_000)
        let bytes = RawFrame.request(.getTask, 1, request).bytes
        try connection.receive(bytes: Array(bytes.prefix(12)))
        #expect(!connection.handler.mayRead)
        admission.release(90_000)
        connection.loop.run()
        #expect(connection.handler.mayRead)
        #expect(admission.requestBytes > 20_000)
        try connection.receive(bytes: Array(bytes.dropFirst(12)))
        #expect(try connection.sent().map(Ending.init) == [Ending(1, .invalidArgument, "FIELD_INVALID", "task_id")])
        #expect(admission.requestBytes == 0)
    }

    @Test func aConnectionThatIsLostGivesBackAllItHeld() throws {
        let connection = try Connection()
        connection.engine.script { _ in nil }
        try connection.welcome()
        var request = GetTaskRequest()
        request.taskID = .init(repeating: "x", count: 20_000)
        try connection.receive(
            .request(.streamStatus, 1, Self.allMine), .request(.cancelTask, 2, CancelTaskRequest()))
        try connection.receive(bytes: Array(RawFrame.request(.getTask, 3, request).bytes.prefix(2_000)))
        #expect(connection.hub.services.admission.requestBytes > 0)
        try connection.channel.close().wait()
        #expect(connection.hub.services.admission.requestBytes == 0)
        #expect(connection.hub.services.admission.connections == 0)
        connection.engine.answer(.refused(.taskUnknown))
        connection.engine.add(1, caller: "local")
        connection.loop.run()
        #expect(try connection.sent().isEmpty)
    }

    @Test func anOperatorsCallWhoseConnectionIsLostIsInTheAuditLogToo() throws {
        let connection = try Connection()
        connection.engine.script { _ in nil }
        try connection.welcome()
        var request = SetEngineRequest()
        request.engine = "main"
        try connection.receive(.request(.setEngine, 1, request))
        #expect(connection.ports.audit.all.isEmpty)
        try connection.channel.close().wait()
        connection.engine.answer(.refused(.engineUnknown("main")))
        connection.loop.run()
        #expect(connection.ports.audit.all.map { $0.metadata["outcome"] } == ["CONNECTION_LOST"])
    }

    @Test func bytesInAnyPiecesGiveTheSameAnswers() throws {
        let frames = [
            RawFrame.hello(), .request(.getTask, 1, GetTaskRequest()), .request(.checkHealth, 2, CheckHealthRequest()),
        ]
        let bytes = frames.flatMap(\.bytes)
        for size in 1...bytes.count {
            let connection = try Connection()
            var rest = bytes[...]
            while !rest.isEmpty {
                try connection.receive(bytes: Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(try connection.sent().map(\.call) == [0, 1, 2], "pieces of \(size) bytes")
        }
    }

    /// Small messages of valid form: a tag of a field up to 9, varints and texts, with a broken one now and then.
    private static func payload(_ random: inout SplitMix) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<random.next() % 4 {
            let field = UInt8(1 + random.next() % 9)
            if random.next() % 2 == 0 {
                bytes += [field << 3, UInt8(random.next() % 128)]
            } else {
                let text = (0..<random.next() % 6).map { _ in UInt8(truncatingIfNeeded: random.next() % 130) }
                bytes += [field << 3 | 2, UInt8(text.count)] + text
            }
        }
        if random.next() % 8 == 0 { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
        return bytes
    }

    @Test func everyCallOfEveryUnaryMethodEndsWithExactlyOneFrameWhateverItsPayloadIs() throws {
        let methods = WireMethod.allCases.filter { $0.shape == .unary }.map(\.rawValue) + [0, 10, 63, 71]
        for seed in UInt64(1)...100 {
            var random = SplitMix(seed)
            let connection = try Connection()
            connection.engine.script { _ in .refused(.internalFault) }
            try connection.welcome()
            for call in UInt32(1)...50 {
                let method = methods[Int(random.next() % UInt64(methods.count))]
                try connection.receive(
                    RawFrame(kind: 3, method: method, call: call, payload: Self.payload(&random)))
                connection.loop.run()
                let frames = try connection.sent()
                #expect(frames.map(\.call) == [call], "seed \(seed), method \(method)")
                #expect(
                    frames.allSatisfy { $0.kind == FrameKind.response.rawValue || $0.kind == FrameKind.end.rawValue })
            }
            let admin = connection.ports.audit.all
            #expect(admin.allSatisfy { $0.message == "admin call" && $0.metadata["outcome"]?.isEmpty == false })
            try connection.channel.close().wait()
            #expect(connection.hub.services.admission.requestBytes == 0, "seed \(seed)")
        }
    }

    @Test func randomBytesNeverDoMoreThanEndTheConnection() throws {
        for seed in UInt64(1)...300 {
            var random = SplitMix(seed)
            let connection = try Connection()
            try connection.welcome()
            for _ in 0..<20 where connection.channel.isActive {
                let count = Int(random.next() % 40)
                var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                if random.next() % 2 == 0, count > 12 {
                    // A likely header, so that some get past it.
                    bytes.replaceSubrange(0..<4, with: [0, 0, 0, UInt8(count - 4)])
                    bytes[4] = UInt8(random.next() % 12)
                    bytes[5] = UInt8(random.next() % 2)
                    bytes[6] = 0
                }
                try connection.receive(bytes: bytes)
            }
            if connection.channel.isActive { try connection.channel.close().wait() }
            #expect(connection.hub.services.admission.requestBytes == 0, "seed \(seed)")
        }
    }
}
