import EngineCore
import NIOCore
import PoseServer
import PoseWire
import Synchronization
import Testing

/// Methods 5, 64 and 70 over a socket.
@Suite(.timeLimit(.minutes(1))) struct ListTasksTests {
    private static func request(
        pageSize: UInt32 = 0, token: String = "", _ change: (inout ListTasksRequest) -> Void = { _ in }
    ) -> ListTasksRequest {
        var request = ListTasksRequest()
        request.pageSize = pageSize
        request.pageToken = token
        change(&request)
        return request
    }

    private static func names(_ page: ListTasksResponse) -> [String] { page.tasks.map(\.latest.taskID) }

    /// Reads pages until there is no more, and gives the names on each.
    private static func pages(
        _ client: RawClient, _ request: ListTasksRequest, firstCall: UInt32 = 1
    ) async throws -> [ListTasksResponse] {
        var (request, pages, call) = (request, [ListTasksResponse](), firstCall)
        repeat {
            let frame = try #require(try await client.ask(.listTasks, call, request))
            let page = try frame.read(ListTasksResponse.self)
            pages.append(page)
            request.pageToken = page.nextPageToken
            call += 1
        } while !request.pageToken.isEmpty
        return pages
    }

    @Test func pagesComeNewestFirstAndHoldEachTaskOnce() async throws {
        try await ServerUnderTest.run { under in
            for number in Int64(1)...7 { under.engine.add(number, caller: "local") }
            under.engine.add(8, caller: "somebody else")
            let client = try await under.welcomed()
            let pages = try await Self.pages(client, Self.request(pageSize: 3))
            #expect(
                pages.map(Self.names) == [["tsk_7", "tsk_6", "tsk_5"], ["tsk_4", "tsk_3", "tsk_2"], ["tsk_1"]])
            #expect(pages.map(\.cursor) == [8, 0, 0])
        }
    }

    @Test func aTaskThatCameBetweenTwoPagesPushesNothingOff() async throws {
        try await ServerUnderTest.run { under in
            for number in Int64(1)...4 { under.engine.add(number, caller: "local") }
            let client = try await under.welcomed()
            let first = try #require(try await client.ask(.listTasks, 1, Self.request(pageSize: 2)))
                .read(ListTasksResponse.self)
            under.engine.add(5, caller: "local")
            let rest = try await Self.pages(
                client,
                Self.request(pageSize: 2, token: first.nextPageToken), firstCall: 2)
            #expect(Self.names(first) + rest.flatMap(Self.names) == ["tsk_4", "tsk_3", "tsk_2", "tsk_1"])
        }
    }

    @Test func statesLabelsAndTimesMustAllHold() async throws {
        try await ServerUnderTest.run { under in
            for number in Int64(1)...6 {
                under.engine.change(number) {
                    $0.createdAt = number * 1_000
                    $0.labels = number % 2 == 0 ? ["team": "a", "x": "y"] : ["team": "b"]
                    $0.state = number > 4 ? .failed : .queued
                }
            }
            let client = try await under.welcomed()
            var call: UInt32 = 0
            func list(_ change: (inout ListTasksRequest) -> Void) async throws -> [String] {
                call += 1
                let frame = try #require(try await client.ask(.listTasks, call, Self.request(change)))
                return Self.names(try frame.read())
            }
            #expect(try await list { $0.states = [.failed] } == ["tsk_6", "tsk_5"])
            #expect(try await list { $0.states = [.failed, .queued, .failed] }.count == 6)
            #expect(try await list { $0.labels = ["team": "a"] } == ["tsk_6", "tsk_4", "tsk_2"])
            #expect(try await list { $0.labels = ["team": "b", "x": "y"] } == [])
            #expect(try await list { $0.createdAfter = 5_000 } == ["tsk_6", "tsk_5"])
            #expect(try await list { $0.createdBefore = 2_000 } == ["tsk_1"])
            var request = Self.request()
            request.states = [.queued]
            request.labels = ["team": "a"]
            request.createdAfter = 3_000
            request.createdBefore = 6_000
            let all = try #require(try await client.ask(.listTasks, call + 1, request)).read(ListTasksResponse.self)
            #expect(Self.names(all) == ["tsk_4"])
        }
    }

    @Test func theNewestProgressIsInEachSnapshot() async throws {
        try await ServerUnderTest.run { under in
            under.engine.change(1) { $0.state = .running }
            under.engine.progress(1, 0.5)
            let onDiskAlone = EventScript.record(2, caller: "local")
            under.engine.reader.state.withLock { $0.records[onDiskAlone.id] = onDiskAlone }
            let client = try await under.welcomed()
            let page = try #require(try await client.ask(.listTasks, 1, Self.request())).read(ListTasksResponse.self)
            #expect(page.tasks.map(\.latest.progress) == [-1, 0.5])
            #expect(page.tasks.map(\.latest.isTransient) == [false, false])
        }
    }

    @Test(arguments: [(UInt32(0), 100), (500, 500)]) func aPageHasAsManyTasksAsAskedFor(size: UInt32, count: Int)
        async throws
    {
        try await ServerUnderTest.run { under in
            for number in Int64(1)...501 { under.engine.add(number, caller: "local") }
            let client = try await under.welcomed()
            let page = try #require(try await client.ask(.listTasks, 1, Self.request(pageSize: size)))
                .read(ListTasksResponse.self)
            #expect(page.tasks.count == count)
            #expect(!page.nextPageToken.isEmpty)
        }
    }

    @Test func aPageNeverExceedsTheClientsFrameAndGoesOnAtTheRightPlace() async throws {
        try await ServerUnderTest.run { under in
            let labels = Dictionary(
                uniqueKeysWithValues: (0..<32).map { ("label \($0)", String(repeating: "v", count: 256)) })
            for number in Int64(1)...200 { under.engine.change(number) { $0.labels = labels } }
            let client = try await under.connect()
            try await client.send(.hello { $0.maxFrameBytes = WireLimits.frameBytesLeast })
            #expect(await client.next()?.kind == FrameKind.welcome.rawValue)
            var (request, seen, call) = (Self.request(pageSize: 200), [String](), UInt32(0))
            repeat {
                call += 1
                let frame = try #require(try await client.ask(.listTasks, call, request))
                #expect(frame.payload.count + 8 <= Int(WireLimits.frameBytesLeast))
                let page = try frame.read(ListTasksResponse.self)
                seen += Self.names(page)
                request.pageToken = page.nextPageToken
            } while !request.pageToken.isEmpty
            #expect(seen == (1...200).reversed().map { "tsk_\($0)" })
            #expect(call == 2)
        }
    }

    @Test func aShortReadIsContinuedUpToABoundAndThenAnsweredWithAToken() async throws {
        try await ServerUnderTest.run { under in
            for number in Int64(1)...40 { under.engine.add(number, caller: number == 1 ? "local" : "another") }
            under.ports.lists.lookAt(rowsPerRead: 2)
            let client = try await under.welcomed()
            let pages = try await Self.pages(client, Self.request(pageSize: 2))
            #expect(pages.map(Self.names) == [[], ["tsk_1"]])
            #expect(under.ports.lists.queries.count == 20)
            #expect(PoseServerLimits.listReadsMax == 16)
        }
    }

    @Test func aFaultOfTheDiskEndsTheCall() async throws {
        try await ServerUnderTest.run { under in
            under.ports.lists.fail(with: StoreError(.io, "broken"))
            let client = try await under.welcomed()
            #expect(try await client.ending(.listTasks, 1, Self.request()) == Ending(1, .internalError, "INTERNAL"))
        }
    }

    // MARK: tokens

    @Test func aTokenOfAnotherListIsRefused() async throws {
        try await ServerUnderTest.run {
            $0.hasCallers("alice", "bob")
            $0.callers[0].isAdmin = true
        } _: { under in
            for number in Int64(1)...4 { under.engine.add(number, caller: number % 2 == 0 ? "alice" : "bob") }
            let alice = try await under.welcomed(token: "alice")
            let first = try #require(try await alice.ask(.listTasks, 1, Self.request(pageSize: 1)))
                .read(ListTasksResponse.self)
            let token = first.nextPageToken
            try #require(!token.isEmpty)
            let refusal = Ending(2, .invalidArgument, "FIELD_INVALID", "page_token")
            let bob = try await under.welcomed(token: "bob")
            #expect(try await bob.ending(.listTasks, 2, Self.request(token: token)) == refusal)
            var all = ListAllTasksRequest()
            all.pageToken = token
            #expect(try await alice.ending(.listAllTasks, 2, all) == refusal)
            let others: [(inout ListTasksRequest) -> Void] = [
                { $0.states = [.queued] }, { $0.labels = ["a": "b"] }, { $0.createdAfter = 1 },
                { $0.createdBefore = 1 },
            ]
            for (index, change) in others.enumerated() {
                let request = Self.request(token: token, change)
                var expected = refusal
                expected.call = UInt32(index + 3)
                #expect(try await alice.ending(.listTasks, expected.call, request) == expected)
            }
            // Another size of page is no other list.
            let request = Self.request(pageSize: 7, token: token)
            #expect(try await alice.ask(.listTasks, 20, request)?.kind == FrameKind.response.rawValue)
        }
    }

    @Test func aTokenThatWasTamperedWithIsRefused() async throws {
        try await ServerUnderTest.run { under in
            for number in Int64(1)...2 { under.engine.add(number, caller: "local") }
            let client = try await under.welcomed()
            let first = try #require(try await client.ask(.listTasks, 1, Self.request(pageSize: 1)))
                .read(ListTasksResponse.self)
            let token = Array(first.nextPageToken.utf8)
            var call: UInt32 = 1
            for place in token.indices {
                var other = token
                other[place] = other[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                call += 1
                let request = Self.request(token: String(decoding: other, as: UTF8.self))
                #expect(
                    try await client.ending(.listTasks, call, request)
                        == Ending(call, .invalidArgument, "FIELD_INVALID", "page_token"))
            }
            for text in ["x", "!", first.nextPageToken + "A", String(first.nextPageToken.dropLast())] {
                call += 1
                #expect(
                    try await client.ending(.listTasks, call, Self.request(token: text))
                        == Ending(call, .invalidArgument, "FIELD_INVALID", "page_token"))
            }
        }
    }

    @Test func aTokenIsGoodAfterARestart() async throws {
        var token = ""
        for number in [Int64(2), 1] {
            try await ServerUnderTest.run { under in
                for number in Int64(1)...2 { under.engine.add(number, caller: "local") }
                let client = try await under.welcomed()
                let request = Self.request(pageSize: 1, token: token)
                let page = try #require(try await client.ask(.listTasks, 1, request)).read(ListTasksResponse.self)
                #expect(Self.names(page) == ["tsk_\(number)"])
                token = page.nextPageToken
            }
        }
    }

    // MARK: refusals

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: ListTasksRequest
        let reason: String
        let field: String

        init(_ reason: String, _ field: String, _ change: (inout ListTasksRequest) -> Void) {
            request = ListTasksTests.request(change)
            self.reason = reason
            self.field = field
            testDescription = "\(reason) \(field)"
        }
    }

    static let refusals: [Case] = [
        Case("FIELD_INVALID", "page_size") { $0.pageSize = 501 },
        Case("FIELD_INVALID", "states[0]") { $0.states = [.unspecified] },
        Case("FIELD_INVALID", "states[1]") { $0.states = [.queued, .init(rawValue: 9)] },
        Case("FIELD_INVALID", "states[0]") { $0.states = [.init(rawValue: -1)] },
        Case("FIELD_INVALID", "labels") { request in for number in 0..<33 { request.labels["l\(number)"] = "" } },
        Case("FIELD_INVALID", "labels.team") { $0.labels = ["team": .init(repeating: "v", count: 257)] },
        Case("TEXT_INVALID", "labels.team") { $0.labels = ["team": "a\0"] },
        Case("FIELD_INVALID", "created_after_unix_ms") { $0.createdAfter = -1 },
        Case("FIELD_INVALID", "created_before_unix_ms") { $0.createdBefore = -1 },
        Case("FIELD_INVALID", "page_token") { $0.pageToken = "nonsense" },
        Case("FIELD_INVALID", "page_token") { $0.pageToken = .init(repeating: "A", count: 513) },
    ]

    @Test(arguments: refusals) func aListThatIsWrongIsRefusedByField(what: Case) async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            let expected = Ending(1, .invalidArgument, what.reason, what.field)
            #expect(try await client.ending(.listTasks, 1, what.request) == expected)
            var all = ListAllTasksRequest()
            all.states = what.request.states
            all.labels = what.request.labels
            all.createdAfter = what.request.createdAfter
            all.createdBefore = what.request.createdBefore
            all.pageSize = what.request.pageSize
            all.pageToken = what.request.pageToken
            #expect(Ending(try await client.ask(.listAllTasks, 2, all)).field == what.field)
            #expect(under.ports.lists.queries.isEmpty)
        }
    }
}
