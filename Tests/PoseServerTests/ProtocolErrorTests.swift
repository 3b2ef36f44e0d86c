import Crypto
import NIOCore
import PoseServer
import PoseWire
import Testing

/// What is wrong with a connection: END on call 0 with the reason, then the server's side ends (wire protocol, sections 1, 2 and 6).
@Suite(.timeLimit(.minutes(1))) struct ProtocolErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let frames: [RawFrame]
        let reason: String
        let field: String

        init(_ reason: String, _ description: String, field: String = "", _ frames: RawFrame...) {
            self.reason = reason
            self.field = field
            self.frames = frames
            testDescription = "\(reason): \(description)"
        }
    }

    private static func getTask(_ call: UInt32) -> RawFrame { .request(.getTask, call, GetTaskRequest()) }

    static let afterWelcome: [Case] = [
        Case("FRAME_LENGTH", "CANCEL with a payload", RawFrame(kind: 8, call: 1, payload: [0])),
        Case(
            "FRAME_LENGTH", "PING above 64 bytes", RawFrame(kind: 9, call: 0, payload: .init(repeating: 0, count: 65))),
        Case(
            "FRAME_LENGTH", "PONG above 64 bytes", RawFrame(kind: 10, call: 0, payload: .init(repeating: 0, count: 65))),
        Case(
            "FRAME_LENGTH", "DATA above 256 KiB", .data(1, .init(repeating: 0, count: 256 * 1_024 + 1), hasMore: true)),
        Case("FRAME_LENGTH", "an empty DATA with MORE", .data(1, [], hasMore: true)),
        Case("FRAME_KIND", "kind 0", RawFrame(kind: 0, call: 0)),
        Case("FRAME_KIND", "kind 12", RawFrame(kind: 12, call: 0)),
        Case("FRAME_KIND", "WELCOME from a client", RawFrame(kind: 2, call: 0)),
        Case("FRAME_KIND", "RESPONSE from a client", RawFrame(kind: 4, call: 1)),
        Case("FRAME_KIND", "ITEM from a client", RawFrame(kind: 5, call: 1)),
        Case("FRAME_KIND", "END from a client", RawFrame(kind: 7, call: 0)),
        Case("FRAME_KIND", "GOAWAY from a client", RawFrame(kind: 11, call: 0)),
        Case("FRAME_FLAGS", "flag 2", RawFrame(kind: 3, flags: 2, method: 3, call: 1)),
        Case("FRAME_FLAGS", "MORE in a CANCEL", RawFrame(kind: 8, flags: 1, call: 1)),
        Case("FRAME_FLAGS", "MORE in a PING", RawFrame(kind: 9, flags: 1, call: 0)),
        Case("FRAME_METHOD", "a method in a PING", RawFrame(kind: 9, method: 1, call: 0)),
        Case("FRAME_METHOD", "a method in DATA", RawFrame(kind: 6, method: 6, call: 1, payload: [1])),
        Case("CALL_ID", "REQUEST of call 0", RawFrame(kind: 3, method: 3, call: 0)),
        Case("CALL_ID", "PING of call 1", RawFrame(kind: 9, call: 1)),
        Case("CALL_ID", "DATA of call 0", .data(0, [1], hasMore: false)),
        Case("CALL_ID", "CANCEL of call 0", RawFrame(kind: 8, call: 0)),
        Case("UNKNOWN_CALL", "CANCEL above the highest", .cancel(1)),
        Case("UNKNOWN_CALL", "DATA above the highest", .data(1, [1], hasMore: false)),
        Case("HELLO_EXPECTED", "a second HELLO", .hello()),
    ]

    @Test(arguments: afterWelcome) func anErrorBehindWelcomeEndsTheConnection(what: Case) async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            try await client.send(what.frames)
            #expect(Ending(await client.next()) == Ending(0, .invalidArgument, what.reason))
            #expect(await client.next() == nil)
        }
    }

    static let inPlaceOfHello: [Case] = [
        Case("HELLO_EXPECTED", "a REQUEST first", getTask(1)),
        Case("HELLO_EXPECTED", "a PING first", RawFrame(kind: 9, call: 0)),
        Case(
            "FRAME_LENGTH", "a first frame above 64 KiB",
            RawFrame(kind: 1, call: 0, payload: .init(repeating: 0, count: 65_537))),
        Case("HELLO_INVALID", "no message", RawFrame(kind: 1, call: 0, payload: [0xFF])),
        Case("HELLO_INVALID", "min_version 0", .hello { $0.minVersion = 0 }),
        Case("HELLO_INVALID", "min_version above max_version", .hello { $0.minVersion = 2 }),
        Case(
            "HELLO_INVALID", "client_name of 129 bytes", field: "client_name",
            .hello { $0.clientName = .init(repeating: "a", count: 129) }),
        Case(
            "HELLO_INVALID", "token of 4,097 bytes", field: "token",
            .hello { $0.token = .init(repeating: "a", count: 4_097) }),
        Case("HELLO_INVALID", "text with NUL", field: "client_name", .hello { $0.clientName = "a\0b" }),
        Case("HELLO_INVALID", "max_frame_bytes too low", .hello { $0.maxFrameBytes = 1_048_576 + 7 }),
        Case("HELLO_INVALID", "max_frame_bytes too high", .hello { $0.maxFrameBytes = 64 * 1_048_576 + 9 }),
    ]

    @Test(arguments: inPlaceOfHello) func anErrorInPlaceOfHelloEndsTheConnection(what: Case) async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.connect()
            // What is behind a HELLO that is refused has no effect.
            try await client.send(what.frames + [Self.getTask(9)])
            #expect(Ending(await client.next()) == Ending(0, .invalidArgument, what.reason, what.field))
            #expect(await client.next() == nil)
        }
    }

    @Test(arguments: [0, 7, 16 * 1_048_576 + 9]) func aLengthOutOfBoundsIsRefusedFromTheHeaderAlone(length: UInt32)
        async throws
    {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            var header = ByteBuffer()
            header.writeMultipleIntegers(length, UInt8(3), UInt8(0), UInt16(3), UInt32(1))
            try await client.send(bytes: Array(header.readableBytesView))
            #expect(Ending(await client.next()) == Ending(0, .invalidArgument, "FRAME_LENGTH"))
        }
    }

    @Test func anOldOrNewVersionIsTold() async throws {
        try await ServerUnderTest.run { under in
            let newer = try await under.connect()
            try await newer.send(
                .hello {
                    $0.minVersion = 2
                    $0.maxVersion = 3
                })
            #expect(Ending(await newer.next()) == Ending(0, .failedPrecondition, "VERSION_UNSUPPORTED"))
            let both = try await under.connect()
            try await both.send(.hello { $0.maxVersion = 3 })
            #expect(try #require(await both.next()).read(Welcome.self).version == 1)
        }
    }

    @Test(arguments: ["", "nobody"]) func aTokenThatIsNobodysIsRefusedAndRequestsBehindItHaveNoEffect(token: String)
        async throws
    {
        try await ServerUnderTest.run {
            $0.hasCallers("alice")
            $0.healthWithoutToken = .nobody
        } _: { under in
            let client = try await under.connect()
            var cancel = CancelTaskRequest()
            cancel.taskID = "tsk_1"
            try await client.send(.hello(token: token), .request(.cancelTask, 1, cancel))
            #expect(Ending(await client.next()) == Ending(0, .unauthenticated, "TOKEN_INVALID"))
            #expect(await client.next() == nil)
            #expect(under.engine.requests.isEmpty)
        }
    }

    @Test func aCallIDThatDoesNotGrowEndsTheConnection() async throws {
        for second in [UInt32(4), 5] {
            try await ServerUnderTest.run { under in
                let client = try await under.welcomed()
                _ = try await client.ask(.getTask, 5, GetTaskRequest())
                try await client.send(Self.getTask(second))
                #expect(Ending(await client.next()) == Ending(0, .invalidArgument, "CALL_ID"))
            }
        }
    }

    @Test func dataForAnOpenCallThatIsNoUploadEndsTheConnection() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            var stream = StreamStatusRequest()
            stream.allMine = true
            try await client.send(.request(.streamStatus, 1, stream), .data(1, [1], hasMore: false))
            #expect(Ending(await client.next()) == Ending(0, .invalidArgument, "UNKNOWN_CALL"))
        }
    }

    @Test func dataBehindTheLastDataOfAnOpenUploadEndsTheConnection() async throws {
        try await ServerUnderTest.run { under in
            under.engine.script { _ in nil }
            let client = try await under.welcomed()
            var put = PutImageRequest()
            put.sha256 = Array(SHA256.hash(data: TestImages.png))
            put.sizeBytes = UInt64(TestImages.png.count)
            try await client.send(
                .request(.putImage, 1, put, hasMore: true), .data(1, TestImages.png, hasMore: false),
                .data(1, [1], hasMore: false))
            #expect(Ending(await client.next()) == Ending(0, .invalidArgument, "UNKNOWN_CALL"))
            #expect(await client.next() == nil)
        }
    }

    @Test func dataForACallThatHasEndedIsThrownAway() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            #expect(Ending(try await client.ask(.getTask, 3, GetTaskRequest())).reason == "TASK_UNKNOWN")
            try await client.send(.data(3, [1], hasMore: true), .data(2, [1], hasMore: false), .cancel(3))
            #expect(try await client.ending(.getTask, 4, GetTaskRequest()).call == 4)
        }
    }

    @Test func theConnectionAboveTheLimitIsToldToComeLater() async throws {
        try await ServerUnderTest.run {
            $0.connectionsMax = 1
        } _: { under in
            let first = try await under.welcomed()
            let second = try await under.connect()
            let frame = await second.next()
            #expect(Ending(frame) == Ending(0, .resourceExhausted, "TOO_MANY_CONNECTIONS"))
            #expect(frame?.status.retryAfterMilliseconds == PoseServerLimits.connectionRetryMilliseconds)
            #expect(await second.next() == nil)
            #expect(try await first.ending(.getTask, 1, GetTaskRequest()).reason == "TASK_UNKNOWN")
        }
    }

    @Test func tooManyPingsAreToldByGoAwayAndEnd() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            try await client.send((0..<11).map { _ in RawFrame(kind: FrameKind.ping.rawValue, call: 0) })
            for _ in 0..<10 { #expect(await client.next()?.kind == FrameKind.pong.rawValue) }
            let goAway = try #require(await client.next())
            #expect(try goAway.read(GoAway.self).reason == "TOO_MANY_PINGS")
            #expect(Ending(await client.next()) == Ending(0, .resourceExhausted, "TOO_MANY_PINGS"))
            #expect(await client.next() == nil)
        }
    }

    @Test func tooManyErrorsAreToldByGoAwayAndEnd() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            try await client.send((1...1_000).map { RawFrame(kind: 3, method: 999, call: UInt32($0)) })
            var frame = await client.next()
            var endings = 0
            while let end = frame, end.kind == FrameKind.end.rawValue {
                endings += 1
                frame = await client.next()
            }
            #expect(endings == 999)
            #expect(try #require(frame).read(GoAway.self).reason == "TOO_MANY_ERRORS")
            #expect(Ending(await client.next()) == Ending(0, .resourceExhausted, "TOO_MANY_ERRORS"))
        }
    }

    @Test func anotherProtocolIsEnded() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.connect()
            try await client.send(bytes: Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            #expect(Ending(await client.next()).call == 0)
            #expect(await client.next() == nil)
        }
    }
}
