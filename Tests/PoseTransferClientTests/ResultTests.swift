import NIOCore
@testable import PoseTransferClient
import PoseWire
import Testing

@Suite(.timeLimit(.minutes(1))) struct ResultTests {
    private static let picture = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    private static func header(_ request: FakeRequest, of content: [UInt8]) -> ResultHeader {
        var header = ResultHeader()
        header.sizeBytes = UInt64(content.count)
        header.sha256 = ContentDigest(of: content).bytes
        header.mediaType = "image/png"
        header.outputCount = 1
        header.offset = request.message(FetchResultRequest.self).offset
        return header
    }

    /// Sends what is left of `content` from the request's offset, at most `count` chunks; ends well where that is all.
    private static func send(
        _ content: [UInt8], _ request: FakeRequest, _ connection: FakeConnection, chunks: Int = .max
    ) {
        var offset = Int(request.message(FetchResultRequest.self).offset)
        var sent = 0
        while offset < content.count && sent < chunks {
            let end = min(offset + 100_000, content.count)
            connection.data(Array(content[offset..<end]), hasMore: end < content.count, to: request.call)
            offset = end
            sent += 1
        }
        if offset == content.count { connection.endWell(request.call) } else { connection.close() }
    }

    private func fetch(
        _ behave: @escaping @Sendable (FakeConnection, FakeRequest) -> Void
    ) async throws -> Result<[UInt8], PoseTransferError> {
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request): behave(connection, request)
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let outcome: Result<[UInt8], PoseTransferError>
        do throws(PoseTransferError) {
            outcome = .success(try await client.result(of: "t1").bytes)
        } catch {
            outcome = .failure(error)
        }
        await client.shutdown()
        try await server.stop()
        return outcome
    }

    @Test func aResultArrives() async throws {
        let outcome = try await fetch { connection, request in
            connection.respond(Self.header(request, of: Self.picture), to: request.call)
            Self.send(Self.picture, request, connection)
        }
        #expect(try outcome.get() == Self.picture)
    }

    @Test func anEmptyResultArrives() async throws {
        let outcome = try await fetch { connection, request in
            connection.respond(Self.header(request, of: []), to: request.call)
            connection.endWell(request.call)
        }
        #expect(try outcome.get() == [])
    }

    @Test func aBrokenDownloadGoesOnWhereItStopped() async throws {
        let offsets = Log<UInt64>()
        let outcome = try await fetch { connection, request in
            offsets.add(request.message(FetchResultRequest.self).offset)
            connection.respond(Self.header(request, of: Self.picture), to: request.call)
            Self.send(Self.picture, request, connection, chunks: 2)
        }
        #expect(try outcome.get() == Self.picture)
        #expect(offsets.all == [0, 200_000, 400_000])
    }

    @Test func aDownloadThatTheServerEndsForAMomentGoesOn() async throws {
        let outcome = try await fetch { connection, request in
            connection.respond(Self.header(request, of: Self.picture), to: request.call)
            guard request.message(FetchResultRequest.self).offset == 0 else {
                return Self.send(Self.picture, request, connection)
            }
            connection.data(Array(Self.picture[..<1000]), hasMore: true, to: request.call)
            connection.end(request.call, .serverDraining)
        }
        #expect(try outcome.get() == Self.picture)
    }

    @Test func otherBytesThanPromisedAreRefused() async throws {
        let outcome = try await fetch { connection, request in
            connection.respond(Self.header(request, of: Self.picture), to: request.call)
            var other = Self.picture
            other[77] ^= 1
            Self.send(other, request, connection)
        }
        #expect(outcome.error?.code == .resultDamaged)
    }

    @Test func fewerAndMoreBytesThanPromisedAreRefused() async throws {
        for other in [Array(Self.picture.dropLast()), Self.picture + [1]] {
            let outcome = try await fetch { connection, request in
                connection.respond(Self.header(request, of: Self.picture), to: request.call)
                Self.send(other, request, connection)
            }
            #expect(outcome.error?.code == .resultDamaged)
        }
    }

    @Test func aResultThatChangesInBetweenIsRefused() async throws {
        let outcome = try await fetch { connection, request in
            let isFirst = request.message(FetchResultRequest.self).offset == 0
            let content = isFirst ? Self.picture : Self.picture.reversed()
            connection.respond(Self.header(request, of: content), to: request.call)
            Self.send(content, request, connection, chunks: 2)
        }
        #expect(outcome.error?.code == .resultDamaged)
    }

    @Test func aTaskThatFailedHasNoResult() async throws {
        let outcome = try await fetch { connection, request in connection.end(request.call, .taskFailed) }
        #expect(outcome.error?.reason == "TASK_FAILED")
    }

    @Test func aSinkThatCannotTakeItEndsTheDownload() async throws {
        struct NoRoom: Error, Equatable {}
        struct Full: ResultSink {
            func begin(_ result: ResultDescription) {}
            func write(_ bytes: [UInt8]) throws { throw NoRoom() }
        }
        let cancelled = Counter()
        let server = try await FakeServer.start { connection, event in
            switch event {
            case .hello: connection.welcome()
            case .request(let request):
                connection.respond(Self.header(request, of: Self.picture), to: request.call)
                connection.data(Array(Self.picture[..<1000]), hasMore: true, to: request.call)
            case .cancelled: cancelled.increased()
            default: break
            }
        }
        let client = PoseTransferClient(port: server.port)
        let error = await thrown { _ = try await client.fetchResult(of: "t1", into: Full()) }
        #expect(error?.code == .sinkFailed)
        #expect(error?.cause is NoRoom)
        await cancelled.reached(1)
        await client.shutdown()
        try await server.stop()
    }
}

extension Result {
    fileprivate var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
