import NIOCore
import Testing

@testable import PoseWire

/// The machines by reference, since `#expect` takes no mutating call.
private final class Server {
    private var machine: ConnectionStateMachine
    init(callsMax: Int, streamsMax: Int) {
        machine = ConnectionStateMachine(callsMax: callsMax, streamsMax: streamsMax)
    }
    func frameReceived(_ header: FrameHeader, at now: Int64) throws -> ConnectionStateMachine.OnFrame {
        try machine.frameReceived(header, at: now)
    }
    func mayTake(_ header: FrameHeader) -> Bool { machine.mayTake(header) }
    func helloAccepted(healthOnly: Bool) { machine.helloAccepted(healthOnly: healthOnly) }
    func callEnded(_ call: UInt32) { machine.callEnded(call) }
    func goAwaySent(_ reason: WireReason) -> Bool { machine.goAwaySent(WireError(reason, "going away")) }
}

private final class Client {
    private var machine = ClientConnectionStateMachine()
    func frameReceived(_ header: FrameHeader) throws -> ClientConnectionStateMachine.OnFrame {
        try machine.frameReceived(header)
    }
    func startCall(_ shape: CallShape) -> UInt32? { machine.startCall(shape) }
    func goAwayReceived(lastCall: UInt32) -> [UInt32] { machine.goAwayReceived(lastCall: lastCall) }
    func closed() -> [UInt32] { machine.closed() }
    var openCalls: [UInt32] { machine.openCalls }
}

private final class Decoder {
    private var decoder = FrameDecoder(from: .client)
    func append(_ bytes: ByteBuffer) {
        var bytes = bytes
        decoder.append(&bytes)
    }
    func next() throws -> Frame? { try decoder.next() }
    func nextHeader() throws -> FrameHeader? { try decoder.nextHeader() }
    var isInsideFrame: Bool { decoder.isInsideFrame }
    var bufferedBytes: Int { decoder.bufferedBytes }
}

/// Reads the 12 bytes of a header alone, as the server would.
private func judged(
    length: UInt32 = 8, kind: UInt8, flags: UInt8 = 0, method: UInt16 = 0, call: UInt32 = 0, isFirst: Bool = false,
    from sender: WireSide = .client, frameBytesMax: UInt32 = WireLimits.frameBytesDefault
) -> WireReason? {
    var buffer = ByteBuffer()
    buffer.writeMultipleIntegers(length, kind, flags, method, call)
    do throws(WireError) {
        _ = try FrameHeader.peek(buffer, from: sender, isFirst: isFirst, frameBytesMax: frameBytesMax)
        return nil
    } catch {
        return error.reason
    }
}

@Suite struct FrameHeaderTests {
    @Test(
        arguments: [
            (0, .frameLength), (7, .frameLength), (8, nil), (16_777_224, nil), (16_777_225, .frameLength),
            (UInt32.max, .frameLength),
        ] as [(UInt32, WireReason?)])
    func lengthIsJudgedFromTheHeaderAlone(length: UInt32, reason: WireReason?) {
        #expect(judged(length: length, kind: 3, method: 1, call: 1) == reason)
    }

    @Test func firstFrameIsAtMost64KiB() {
        #expect(judged(length: 65_544, kind: 1, isFirst: true) == nil)
        #expect(judged(length: 65_545, kind: 1, isFirst: true) == .frameLength)
    }

    @Test func lengthsThatAreWrongForTheKind() {
        #expect(judged(length: 9, kind: 8, call: 1) == .frameLength)
        #expect(judged(length: 8 + 262_144, kind: 6, call: 1) == nil)
        #expect(judged(length: 8 + 262_145, kind: 6, call: 1) == .frameLength)
        #expect(judged(length: 8, kind: 6, flags: 1, call: 1) == .frameLength)
        #expect(judged(length: 8, kind: 6, call: 1) == nil)
        #expect(judged(length: 8 + 64, kind: 9) == nil)
        #expect(judged(length: 8 + 65, kind: 9) == .frameLength)
        #expect(judged(length: 8 + 65, kind: 10) == .frameLength)
    }

    @Test func kindsOfTheOtherSideAndUnknownOnes() {
        for kind in [0, 2, 4, 5, 7, 11, 12, 255] as [UInt8] { #expect(judged(kind: kind) == .frameKind, "\(kind)") }
        for kind in [1, 3, 8] as [UInt8] { #expect(judged(kind: kind, from: .server) == .frameKind, "\(kind)") }
    }

    @Test func flagsMethodAndCallID() {
        #expect(judged(kind: 3, flags: 2, method: 1, call: 1) == .frameFlags)
        #expect(judged(kind: 9, flags: 1) == .frameFlags)
        #expect(judged(kind: 9, method: 1) == .frameMethod)
        #expect(judged(kind: 3, method: 1, call: 0) == .callID)
        #expect(judged(kind: 9, call: 1) == .callID)
        #expect(judged(kind: 8, call: 0) == .callID)
    }

    @Test(arguments: 0..<12) func fewerThanTwelveBytesSayNothingYet(count: Int) throws {
        let buffer = ByteBuffer(repeating: 0xFF, count: count)
        #expect(try FrameHeader.peek(buffer, from: .client, isFirst: false, frameBytesMax: 100) == nil)
    }
}

@Suite struct FrameDecoderTests {
    private func stream() throws -> (bytes: [UInt8], frames: [Frame]) {
        var buffer = ByteBuffer()
        var frames: [Frame] = []
        let sizes: [(FrameKind, Int)] = [
            (.hello, 5), (.request, 300), (.data, 70_000), (.data, 0), (.ping, 64), (.cancel, 0),
        ]
        for (index, (kind, size)) in sizes.enumerated() {
            let call: UInt32 = kind.speaksOf == .connection ? 0 : 7
            let header = FrameHeader(
                kind, hasMore: kind == .data && size > 0, method: kind == .request ? 6 : 0, call: call,
                payloadBytes: size)
            let payload = ByteBuffer(repeating: UInt8(index), count: size)
            header.write(to: &buffer)
            buffer.writeImmutableBuffer(payload)
            frames.append(Frame(header: header, payload: payload))
        }
        return (Array(buffer.readableBytesView), frames)
    }

    @Test(arguments: [1, 2, 3, 11, 12, 13, 100, 65_536, 1_000_000])
    func everyChunkingGivesTheSameFrames(chunk: Int) throws {
        let (bytes, frames) = try stream()
        let decoder = Decoder()
        var seen: [Frame] = []
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            decoder.append(ByteBuffer(bytes: bytes[start..<min(start + chunk, bytes.count)]))
            while let frame = try decoder.next() { seen.append(frame) }
        }
        #expect(seen == frames)
        #expect(!decoder.isInsideFrame)
        #expect(decoder.bufferedBytes == 0)
    }

    @Test func aHeaderIsToldBeforeItsPayloadIsThere() throws {
        let decoder = Decoder()
        var bytes = ByteBuffer()
        FrameHeader(.hello, payloadBytes: 100).write(to: &bytes)
        decoder.append(bytes)
        #expect(try decoder.nextHeader()?.payloadBytes == 100)
        #expect(try decoder.next() == nil)
        #expect(decoder.isInsideFrame)
    }
}

@Suite struct WireCodecTests {
    private let codec = WireCodec()

    private func roundTrip<Message: WireMessage & Equatable>(_ message: Message) throws -> Message {
        var buffer = ByteBuffer()
        try codec.write(message, as: .request, method: 1, call: 1, to: &buffer)
        var decoder = FrameDecoder(from: .client, frameBytesMax: WireLimits.frameBytesMost)
        var first = ByteBuffer()
        FrameHeader(.hello).write(to: &first)
        decoder.append(&first)
        decoder.append(&buffer)
        _ = try decoder.next()
        let next = try decoder.next()
        let frame = try #require(next)
        return try codec.unpack(Message.self, from: frame.payload)
    }

    @Test func everyFieldOfASubmitSurvives() throws {
        var request = SubmitPoseTransferRequest()
        request.context.timeoutMilliseconds = 5
        request.context.traceparent = "00-1-2-01"
        request.pipeline = "pose_change"
        request.sourceImage = .data(ByteBuffer(repeating: 7, count: 1_000_000))
        request.poseImage = .sha256(Array(repeating: 9, count: 32))
        request.parameters = ["seed": "42", "ä": "ö"]
        request.idempotencyKey = "k"
        request.priority = -100
        request.taskTimeoutMilliseconds = .max
        request.startByMilliseconds = 1
        request.labels = ["team": "shop"]
        #expect(try roundTrip(request) == request)
    }

    @Test func everyFieldOfASnapshotSurvives() throws {
        var event = StatusEvent()
        event.taskID = "tsk_1"
        event.sequence = .max
        event.cursor = 3
        event.state = .failed
        event.progress = -1
        event.queuePosition = 4
        event.engine = "e"
        event.step = "s"
        event.attempt = 2
        event.message = "m"
        event.error = WireError(.runFailed, "why", field: "f", retryAfterMilliseconds: 9).status
        event.charged = .unknown
        event.cost = Cost()
        event.cost?.coins = "17"
        event.at = -1
        event.isTransient = true
        event.dropped = 5
        var output = Output()
        output.name = "image"
        output.sha256 = [1, 2]
        event.outputs = [output, Output()]
        event.cancelRequested = true
        var task = TaskSnapshot()
        task.latest = event
        task.labels = ["a": "", "": "b"]
        task.times.endedAt = 12
        #expect(try roundTrip(task) == task)
    }

    @Test func anEmptyPayloadIsAValidMessage() throws {
        #expect(try codec.unpack(GetTaskRequest.self, from: ByteBuffer()) == GetTaskRequest())
    }

    /// field 2 of GetTask (task_id), as raw bytes.
    private func getTask(_ id: [UInt8]) -> ByteBuffer { ByteBuffer(bytes: [0x12, UInt8(id.count)] + id) }

    @Test func textIsUTF8WithoutNULAndWithinItsLimit() {
        let cases: [([UInt8], WireReason?)] = [
            ([0xFF, 0xFE], .textInvalid), ([0x61, 0, 0x62], .textInvalid), (Array(repeating: 0x61, count: 64), nil),
            (Array(repeating: 0x61, count: 65), .fieldInvalid), ([], nil),
        ]
        for (id, reason) in cases {
            var seen: WireError?
            do throws(WireError) { _ = try codec.unpack(GetTaskRequest.self, from: getTask(id)) } catch { seen = error }
            #expect(seen?.reason == reason)
            #expect(reason == nil || seen?.field == "task_id")
        }
    }

    @Test(arguments: [[0x12, 0x05, 0x61], [0x80], [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x13], [0x00]] as [[UInt8]])
    func whatDoesNotParseIsRefused(bytes: [UInt8]) {
        let error = #expect(throws: WireError.self) {
            try codec.unpack(GetTaskRequest.self, from: ByteBuffer(bytes: bytes))
        }
        #expect(error?.reason == .payloadInvalid)
    }

    /// 1 MiB of empty sub-messages would take fifty times as much.
    @Test func memoryBeyondThePayloadsDueIsRefused() {
        var buffer = ByteBuffer()
        for _ in 0..<524_288 { buffer.writeBytes([0x2A, 0x00]) }
        let error = #expect(throws: WireError.self) { try codec.unpack(SubmitPoseTransferRequest.self, from: buffer) }
        #expect(error?.reason == .payloadTooComplex)
    }

    @Test func randomBytesNeverDoMoreThanFail() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        for _ in 0..<5_000 {
            let bytes = (0..<Int(next() % 200)).map { _ in UInt8(truncatingIfNeeded: next()) }
            let buffer = ByteBuffer(bytes: bytes)
            do throws(WireError) {
                _ = try codec.unpack(SubmitPoseTransferRequest.self, from: buffer)
                _ = try codec.unpack(Hello.self, from: buffer)
            } catch {
                #expect(error.code == .invalidArgument, "seed \(seed)")
            }
        }
    }
}

@Suite struct ArenaTests {
    @Test func theLimitIsExact() {
        let arena = Arena(baseBytes: 1_024)
        arena.reset(limit: 4_096)
        #expect(arena.allocate(4_096) != nil)
        #expect(arena.allocate(1) == nil)
        #expect(arena.isExhausted)
        arena.reset(limit: 4_096)
        #expect(!arena.isExhausted)
        #expect(arena.allocate(4_097) == nil)
        arena.reset(limit: 0)
        #expect(arena.allocate(1) == nil)
        #expect(arena.allocate(-1) == nil)
        #expect(arena.allocate(.max) == nil)
    }
}

@Suite struct ServerMachineTests {
    private func open(callsMax: Int = 2, streamsMax: Int = 2, healthOnly: Bool = false) throws -> Server {
        let machine = Server(callsMax: callsMax, streamsMax: streamsMax)
        #expect(try machine.frameReceived(FrameHeader(.hello), at: 0) == .judgeHello)
        #expect(!machine.mayTake(FrameHeader(.request, method: 3, call: 1)))
        machine.helloAccepted(healthOnly: healthOnly)
        return machine
    }

    private func reason(_ body: () throws -> ConnectionStateMachine.OnFrame) -> WireReason? {
        do { if case .refuse(let error) = try body() { return error.reason } else { return nil } } catch {
            return (error as? WireError)?.reason
        }
    }

    @Test func helloComesFirstAndOnce() throws {
        let machine = Server(callsMax: 1, streamsMax: 1)
        #expect(reason { try machine.frameReceived(FrameHeader(.ping), at: 0) } == .helloExpected)
        let second = try open()
        #expect(reason { try second.frameReceived(FrameHeader(.hello), at: 0) } == .helloExpected)
    }

    @Test func callIDsGrow() throws {
        let machine = try open()
        #expect(try machine.frameReceived(FrameHeader(.request, method: 3, call: 5), at: 0) == .start(.getTask))
        #expect(reason { try machine.frameReceived(FrameHeader(.request, method: 3, call: 5), at: 0) } == .callID)
    }

    @Test func callsInWorkPauseReadingAndStreamsAreRefused() throws {
        let machine = try open()
        for call in 1...2 as ClosedRange<UInt32> {
            _ = try machine.frameReceived(FrameHeader(.request, method: 3, call: call), at: 0)
        }
        #expect(!machine.mayTake(FrameHeader(.request, method: 3, call: 3)))
        #expect(machine.mayTake(FrameHeader(.ping)))
        #expect(machine.mayTake(FrameHeader(.request, method: 2, call: 3)))
        for call in 3...4 as ClosedRange<UInt32> {
            #expect(
                try machine.frameReceived(FrameHeader(.request, method: 2, call: call), at: 0) == .start(.streamStatus))
        }
        #expect(
            reason { try machine.frameReceived(FrameHeader(.request, method: 2, call: 5), at: 0) } == .tooManyStreams)
        machine.callEnded(1)
        #expect(machine.mayTake(FrameHeader(.request, method: 3, call: 6)))
    }

    @Test func unknownMethodsAndMOREWhereItDoesNotBelong() throws {
        let machine = try open()
        for (index, method) in [0, 10, 63, 71, 65_535].enumerated() as EnumeratedSequence<[UInt16]> {
            let header = FrameHeader(.request, method: method, call: UInt32(index + 1))
            #expect(reason { try machine.frameReceived(header, at: 0) } == .methodUnknown)
        }
        #expect(
            reason { try machine.frameReceived(FrameHeader(.request, hasMore: true, method: 3, call: 20), at: 0) }
                == .frameFlags)
        #expect(try machine.frameReceived(FrameHeader(.data, call: 20), at: 0) == .ignore)
    }

    @Test func anUploadTakesDataUpToItsLast() throws {
        let machine = try open()
        #expect(
            try machine.frameReceived(FrameHeader(.request, hasMore: true, method: 6, call: 1), at: 0)
                == .start(.putImage))
        #expect(
            try machine.frameReceived(FrameHeader(.data, hasMore: true, call: 1, payloadBytes: 1), at: 0)
                == .takeData(isLast: false))
        #expect(try machine.frameReceived(FrameHeader(.data, call: 1), at: 0) == .takeData(isLast: true))
        #expect(reason { try machine.frameReceived(FrameHeader(.data, call: 1), at: 0) } == .unknownCall)
        machine.callEnded(1)
        #expect(try machine.frameReceived(FrameHeader(.data, call: 1), at: 0) == .ignore)
        #expect(reason { try machine.frameReceived(FrameHeader(.data, call: 2), at: 0) } == .unknownCall)
        #expect(reason { try machine.frameReceived(FrameHeader(.cancel, call: 2), at: 0) } == .unknownCall)
    }

    @Test func pingsHaveABudgetOfTenAndOneASecond() throws {
        let machine = try open()
        for _ in 0..<10 { #expect(try machine.frameReceived(FrameHeader(.ping), at: 0) == .sendPong) }
        #expect(try machine.frameReceived(FrameHeader(.ping), at: 0) == .goAwayAndClose(.tooManyPings))
        #expect(try machine.frameReceived(FrameHeader(.ping), at: 1_000) == .sendPong)
    }

    @Test func aThousandOwnFaultsInAMinuteAreTooMany() throws {
        let machine = try open()
        for call in 1...999 as ClosedRange<UInt32> {
            #expect(
                reason { try machine.frameReceived(FrameHeader(.request, method: 99, call: call), at: 0) }
                    == .methodUnknown)
        }
        #expect(
            try machine.frameReceived(FrameHeader(.request, method: 99, call: 1_000), at: 59_999)
                == .goAwayAndClose(.tooManyErrors))
        let slow = try open()
        for call in 1...1_000 as ClosedRange<UInt32> {
            #expect(
                reason { try slow.frameReceived(FrameHeader(.request, method: 99, call: call), at: Int64(call) * 61) }
                    == .methodUnknown)
        }
    }

    @Test(arguments: [WireReason.serverDraining, .idle, .connectionAge])
    func goingAwayRefusesAllButHealthWithItsOwnReason(goAway: WireReason) throws {
        let machine = try open()
        #expect(machine.goAwaySent(goAway))
        #expect(!machine.goAwaySent(.idle))
        #expect(reason { try machine.frameReceived(FrameHeader(.request, method: 3, call: 1), at: 0) } == goAway)
        #expect(try machine.frameReceived(FrameHeader(.request, method: 8, call: 2), at: 0) == .start(.checkHealth))
    }

    @Test func withoutATokenOnlyHealthIsAnswered() throws {
        let machine = try open(healthOnly: true)
        #expect(reason { try machine.frameReceived(FrameHeader(.request, method: 3, call: 1), at: 0) } == .tokenInvalid)
        #expect(try machine.frameReceived(FrameHeader(.request, method: 8, call: 2), at: 0) == .start(.checkHealth))
    }

    @Test(
        arguments: [
            (0, 1, 0, .helloInvalid), (2, 1, 0, .helloInvalid), (1, 1, 1, .helloInvalid),
            (1, 1, 1_048_583, .helloInvalid),
            (1, 1, 67_108_873, .helloInvalid), (2, 3, 0, .versionUnsupported), (1, 1, 0, nil), (1, 9, 1_048_584, nil),
            (1, 1, 67_108_872, nil),
        ] as [(UInt32, UInt32, UInt32, WireReason?)])
    func helloIsJudged(min: UInt32, max: UInt32, frameBytes: UInt32, reason: WireReason?) {
        var hello = Hello()
        hello.minVersion = min
        hello.maxVersion = max
        hello.maxFrameBytes = frameBytes
        var seen: WireReason?
        do throws(WireError) { try ConnectionStateMachine.judge(hello) } catch { seen = error.reason }
        #expect(seen == reason)
    }
}

@Suite struct ClientMachineTests {
    private func open() throws -> Client {
        let machine = Client()
        #expect(try machine.frameReceived(FrameHeader(.welcome)) == .welcomed)
        return machine
    }

    @Test func eachShapeEndsWithItsLastFrame() throws {
        let machine = try open()
        let unary = try #require(machine.startCall(.unary))
        #expect(try machine.frameReceived(FrameHeader(.response, call: unary)) == .response(ends: true))
        let stream = try #require(machine.startCall(.stream))
        #expect(try machine.frameReceived(FrameHeader(.item, call: stream)) == .item)
        #expect(try machine.frameReceived(FrameHeader(.end, call: stream)) == .end)
        let download = try #require(machine.startCall(.download))
        #expect(throws: WireError.self) { try machine.frameReceived(FrameHeader(.data, call: download)) }
        #expect(try machine.frameReceived(FrameHeader(.response, call: download)) == .response(ends: false))
        #expect(try machine.frameReceived(FrameHeader(.data, call: download)) == .data)
        #expect(try machine.frameReceived(FrameHeader(.end, call: download)) == .end)
        #expect(machine.openCalls.isEmpty)
    }

    @Test func welcomeComesFirstAndOnce() throws {
        var machine = ClientConnectionStateMachine()
        #expect(throws: WireError.self) { try machine.frameReceived(FrameHeader(.response, call: 1)) }
        let second = try open()
        #expect(throws: WireError.self) { try second.frameReceived(FrameHeader(.welcome)) }
    }

    @Test func goAwayGivesBackWhatWasNotTaken() throws {
        let machine = try open()
        let taken = try #require(machine.startCall(.unary))
        let refused = try #require(machine.startCall(.unary))
        #expect(machine.goAwayReceived(lastCall: taken) == [refused])
        #expect(machine.startCall(.unary) == nil)
        #expect(try machine.frameReceived(FrameHeader(.response, call: taken)) == .response(ends: true))
    }

    @Test func theEndOfTheConnectionLeavesOpenCallsUnknown() throws {
        let machine = try open()
        let call = try #require(machine.startCall(.unary))
        #expect(try machine.frameReceived(FrameHeader(.end, call: 0)) == .connectionEnded)
        #expect(machine.closed() == [call])
    }
}

@Suite struct WireReasonTests {
    @Test func theTableIsTheWireDocuments() {
        let table: [StatusCode: [WireReason]] = [
            .invalidArgument: [
                .imageMissing, .imageEmpty, .imageFormat, .imageTooLarge, .fieldInvalid, .parameterUnknown,
                .textInvalid,
                .sizeMismatch, .digestMismatch, .mediaTypeMismatch, .frameFlags, .payloadInvalid, .payloadTooComplex,
                .contentRejected, .runInvalid,
            ],
            .notFound: [.pipelineUnknown, .taskUnknown, .outputUnknown, .resultExpired],
            .failedPrecondition: [
                .pipelineDisabled, .engineDisabled, .imageUnknown, .taskNotEnded, .taskFailed, .taskCancelled,
                .engineAuth, .workflowUnusable,
            ],
            .permissionDenied: [.pathNotAllowed, .urlNotAllowed, .adminOnly],
            .alreadyExists: [.idempotencyKeyReused],
            .resourceExhausted: [
                .queueFull, .storageFull, .callerLimit, .engineQuota, .tooManyStreams, .tooManyConnections,
            ],
            .outOfRange: [.offsetAhead, .sequenceAhead],
            .unavailable: [.serverDraining, .imageFetchFailed, .uploadFailed, .engineUnavailable],
            .deadlineExceeded: [.callTimeout, .startByPassed, .taskTimeout, .handshakeTimeout, .frameTimeout],
            .aborted: [.runFailed, .runLost], .dataLoss: [.resultUnavailable], .unknown: [.submissionUnknown],
            .unimplemented: [.methodUnknown], .unauthenticated: [.tokenInvalid], .cancelled: [.callCancelled],
            .internalError: [.internalFault],
        ]
        for (code, reasons) in table {
            for reason in reasons { #expect(reason.code == code, "\(reason)") }
        }
    }
}
