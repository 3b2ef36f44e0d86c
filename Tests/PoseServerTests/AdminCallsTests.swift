import BackendAPI
import EngineCore
import NIOCore
import PoseServer
import PoseWire
import Testing

/// Methods 64 to 70 over a socket, and what the audit log says of them.
@Suite(.timeLimit(.minutes(1))) struct AdminCallsTests {
    private static func line(_ method: String, _ outcome: String, _ more: [String: String] = [:]) -> LogLines.Line {
        let metadata = ["caller": "local", "method": method, "note": "", "outcome": outcome]
        return LogLines.Line(message: "admin call", metadata: metadata.merging(more) { _, new in new })
    }

    static let methods: [WireMethod] = WireMethod.allCases.filter(\.isAdministrative)

    @Test(arguments: methods) func anAdminMethodIsClosedToOthersWhateverItsPayloadIs(method: WireMethod) async throws {
        try await ServerUnderTest.run {
            $0.hasCallers("alice")
        } _: { under in
            let client = try await under.welcomed(token: "alice")
            for (call, payload) in [(UInt32(1), [UInt8]()), (2, [0xFF])] {
                try await client.send(RawFrame(kind: 3, method: method.rawValue, call: call, payload: payload))
                #expect(Ending(await client.next()) == Ending(call, .permissionDenied, "ADMIN_ONLY"))
            }
            #expect(under.engine.requests.isEmpty)
            let line = Self.line(method.name, "ADMIN_ONLY", ["caller": "alice"])
            #expect(under.ports.audit.all == [line, line])
        }
    }

    @Test func thereAreSevenAdminMethods() { #expect(Self.methods.map(\.rawValue) == [64, 65, 66, 67, 68, 69, 70]) }

    // MARK: ResolveTask

    private static func resolve(_ verdict: Verdict, note: String = "") -> ResolveTaskRequest {
        var request = ResolveTaskRequest()
        request.taskID = "tsk_1"
        request.verdict = verdict
        request.note = note
        return request
    }

    static let verdicts: [(Verdict, Resolution, [String: String])] = [
        (
            .adoptRun("run 9"), .adopted(RunID(rawValue: "run 9")),
            ["task": "tsk_1", "verdict": "adopt_run", "run": "run 9"]
        ),
        (.notCharged, .notCharged, ["task": "tsk_1", "verdict": "not_charged"]),
        (.submitAgain, .submittedAgain, ["task": "tsk_1", "verdict": "submit_again"]),
    ]

    @Test(arguments: verdicts) func aVerdictGoesToTheEngineAndItsAnswerBack(
        verdict: Verdict, resolution: Resolution, about: [String: String]
    ) async throws {
        try await ServerUnderTest.run { under in
            let engine = under.engine
            engine.script { _ in
                .resolved(
                    engine.change(1) {
                        $0.resolution = resolution
                        $0.followUp = TaskID(rawValue: "tsk_2")
                    },
                    followUp: resolution == .notCharged
                        ? nil : engine.change(2) { $0.follows = TaskID(rawValue: "tsk_1") })
            }
            let client = try await under.welcomed()
            let frame = try #require(
                try await client.ask(.resolveTask, 1, Self.resolve(verdict, note: "seen in the console")))
            let response = try frame.read(ResolveTaskResponse.self)
            #expect(engine.requests == [.resolve(task: TaskID(rawValue: "tsk_1"), resolution)])
            #expect(response.task.resolution == resolution.word)
            #expect(response.task.followUpTaskID == "tsk_2")
            #expect(response.followUp?.followsTaskID == (resolution == .notCharged ? nil : "tsk_1"))
            let line = Self.line("ResolveTask", "OK", about.merging(["note": "seen in the console"]) { $1 })
            #expect(under.ports.audit.all == [line])
        }
    }

    @Test func aVerdictThatIsWrongIsRefusedByField() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            func ending(_ call: UInt32, _ request: ResolveTaskRequest) async throws -> Ending {
                try await client.ending(.resolveTask, call, request)
            }
            func invalid(_ call: UInt32, _ field: String) -> Ending {
                Ending(call, .invalidArgument, "FIELD_INVALID", field)
            }
            #expect(try await ending(1, Self.resolve(.none)) == invalid(1, "submit_again"))
            #expect(try await ending(2, Self.resolve(.adoptRun(""))) == invalid(2, "adopt_run"))
            let long = Self.resolve(.adoptRun(.init(repeating: "r", count: 129)))
            #expect(try await ending(3, long) == invalid(3, "adopt_run"))
            let note = Self.resolve(.notCharged, note: .init(repeating: "n", count: 1_025))
            #expect(try await ending(4, note) == invalid(4, "note"))
            var task = Self.resolve(.notCharged)
            task.taskID = .init(repeating: "t", count: 65)
            #expect(try await ending(5, task) == invalid(5, "task_id"))
            #expect(under.engine.requests.isEmpty)
            under.engine.script { _ in .refused(.taskUnknown) }
            let atTheLimit = Self.resolve(
                .adoptRun(.init(repeating: "r", count: 128)), note: .init(repeating: "n", count: 1_024))
            #expect(try await ending(6, atTheLimit) == Ending(6, .notFound, "TASK_UNKNOWN", "task_id"))
            #expect(
                under.ports.audit.all.map { $0.metadata["outcome"] }
                    == [String?](repeating: "FIELD_INVALID", count: 5) + ["TASK_UNKNOWN"])
        }
    }

    @Test(arguments: [
        (Refusal.taskUnknown, Ending(1, .notFound, "TASK_UNKNOWN", "task_id")),
        (.taskNotUnknown, Ending(1, .failedPrecondition, "TASK_NOT_UNKNOWN", "task_id")),
        (.taskSettled, Ending(1, .failedPrecondition, "TASK_SETTLED", "task_id")),
        (.runTaken, Ending(1, .alreadyExists, "RUN_TAKEN", "adopt_run")),
    ]) func whatTheEngineRefusesToSettleIsTold(refusal: Refusal, ending: Ending) async throws {
        try await ServerUnderTest.run { under in
            under.engine.script { _ in .refused(refusal) }
            let client = try await under.welcomed()
            #expect(try await client.ending(.resolveTask, 1, Self.resolve(.adoptRun("r"))) == ending)
        }
    }

    // MARK: SetEngine

    @Test func anEngineIsPausedAndAnUnknownOneIsTold() async throws {
        try await ServerUnderTest.run { under in
            under.engine.script { request in
                guard case .setEngine("main", let isPaused) = request else { return .refused(.engineUnknown("x")) }
                var standing = EngineStanding(name: "main", type: "t", state: isPaused ? .paused : .serving)
                standing.foreignRuns = 3
                return .engineSet(standing)
            }
            let client = try await under.welcomed()
            var request = SetEngineRequest()
            request.engine = "main"
            request.isPaused = true
            request.note = "key is changed"
            let frame = try #require(try await client.ask(.setEngine, 1, request))
            let health = try frame.read(SetEngineResponse.self).engine
            #expect(health.state == "paused")
            #expect(health.foreignRuns == 3)
            request.engine = "other"
            request.isPaused = false
            request.note = ""
            #expect(try await client.ending(.setEngine, 2, request) == Ending(2, .notFound, "ENGINE_UNKNOWN", "engine"))
            #expect(
                under.ports.audit.all == [
                    Self.line(
                        "SetEngine", "OK", ["engine": "main", "paused": "true", "note": "key is changed"]),
                    Self.line("SetEngine", "ENGINE_UNKNOWN", ["engine": "other", "paused": "false"]),
                ])
        }
    }

    // MARK: PurgeCaller

    @Test func whatACallerHasIsRemovedFromDiskAndBoard() async throws {
        try await ServerUnderTest.run { under in
            under.engine.add(1, caller: "alice")
            under.engine.add(2, caller: "alice")
            under.engine.change(2) {
                $0.state = .succeeded
                $0.outputs = [TaskOutput(name: "image", image: EventScript.image)]
            }
            let client = try await under.welcomed()
            var request = PurgeCallerRequest()
            request.caller = "alice"
            let response = try #require(try await client.ask(.purgeCaller, 1, request)).read(PurgeCallerResponse.self)
            #expect([response.tasks, response.bytes] == [1, 3])
            #expect(under.engine.board.view(TaskID(rawValue: "tsk_1")) != nil)
            #expect(under.engine.board.view(TaskID(rawValue: "tsk_2")) == nil)
            for (call, name) in [(UInt32(2), "nobody"), (3, "")] {
                request.caller = name
                #expect(
                    try await client.ending(.purgeCaller, call, request)
                        == Ending(call, .notFound, "CALLER_UNKNOWN", "caller"))
            }
            #expect(
                under.ports.audit.all == [
                    Self.line("PurgeCaller", "OK", ["target": "alice"]),
                    Self.line("PurgeCaller", "CALLER_UNKNOWN", ["target": "nobody"]),
                    Self.line("PurgeCaller", "CALLER_UNKNOWN", ["target": ""]),
                ])
        }
    }

    @Test func aStreamWhoseTaskIsRemovedBeforeItsEndWasSentIsToldSo() async throws {
        try await ServerUnderTest.run { under in
            under.engine.add(1, caller: "local")
            under.engine.add(2, caller: "local")
            let client = try await under.welcomed()
            var stream = StreamStatusRequest()
            stream.taskIDs = ["tsk_1", "tsk_2", "tsk_2"]
            try await client.send(.request(.streamStatus, 1, stream))
            for _ in 1...2 { #expect(await client.next()?.kind == FrameKind.item.rawValue) }
            under.server.tasksRemoved([TaskID(rawValue: "tsk_2")])
            #expect(Ending(await client.next()) == Ending(1, .notFound, "TASK_UNKNOWN", "task_ids[1]"))
        }
    }

    // MARK: Drain

    @Test func drainIsAnsweredThenAskedFor() async throws {
        try await ServerUnderTest.run { under in
            let client = try await under.welcomed()
            var request = DrainRequest()
            request.note = "new version"
            let frame = try #require(try await client.ask(.drain, 1, request))
            #expect(frame.kind == FrameKind.response.rawValue)
            var requests = under.ports.drainRequests.makeAsyncIterator()
            _ = await requests.next()
            #expect(under.ports.audit.all == [Self.line("Drain", "OK", ["note": "new version"])])
            // Once more, and it is answered; the program is asked once.
            #expect(try await client.ask(.drain, 2, request)?.kind == FrameKind.response.rawValue)
            under.ports.finishDrainRequests()
            #expect(await requests.next() == nil)
            under.server.beginShutdown()
            #expect(await client.next()?.kind == FrameKind.goAway.rawValue)
        }
    }

    // MARK: over all callers

    @Test func everybodysEventsAreWatchedWithTheirCallers() async throws {
        try await ServerUnderTest.run { under in
            under.engine.add(1, caller: "alice")
            under.engine.add(2, caller: "bob")
            let client = try await under.welcomed()
            try await client.send(.request(.watchAll, 1, WatchAllRequest()))
            var seen: [StatusEvent] = []
            for _ in 1...2 { seen.append(try #require(await client.next()).read(StatusEvent.self)) }
            under.engine.change(2) { $0.state = .cancelled }
            seen.append(try #require(await client.next()).read(StatusEvent.self))
            #expect(seen.map(\.caller) == ["alice", "bob", "bob"])
            #expect(seen.map(\.cursor) == [1, 2, 3])
            var later = WatchAllRequest()
            later.afterCursor = 2
            try await client.send(.request(.watchAll, 2, later))
            #expect(try #require(await client.next()).read(StatusEvent.self).cursor == 3)
            later.afterCursor = 4
            #expect(
                try await client.ending(.watchAll, 3, later)
                    == Ending(3, .outOfRange, "SEQUENCE_AHEAD", "after_cursor"))
            #expect(
                under.ports.audit.all == [
                    Self.line("WatchAll", "OK"), Self.line("WatchAll", "OK"), Self.line("WatchAll", "SEQUENCE_AHEAD"),
                ])
        }
    }

    @Test func callersAreShownOnlyToThoseWhoWatchAll() async throws {
        try await ServerUnderTest.run { under in
            under.engine.add(1, caller: "local")
            let client = try await under.welcomed()
            var stream = StreamStatusRequest()
            stream.allMine = true
            let item = try #require(try await client.ask(.streamStatus, 1, stream))
            #expect(try item.read(StatusEvent.self).caller.isEmpty)
        }
    }

    @Test func everybodysTasksAreListedOrThoseOfOne() async throws {
        try await ServerUnderTest.run { under in
            for number in Int64(1)...4 { under.engine.add(number, caller: number % 2 == 0 ? "alice" : "bob") }
            let client = try await under.welcomed()
            var request = ListAllTasksRequest()
            request.pageSize = 3
            let first = try #require(try await client.ask(.listAllTasks, 1, request)).read(ListTasksResponse.self)
            #expect(first.tasks.map(\.caller) == ["alice", "bob", "alice"])
            #expect(first.cursor == 4)
            request.pageToken = first.nextPageToken
            let second = try #require(try await client.ask(.listAllTasks, 2, request)).read(ListTasksResponse.self)
            #expect(second.tasks.map(\.latest.taskID) == ["tsk_1"])
            #expect(second.nextPageToken.isEmpty)
            request.pageToken = ""
            request.caller = "alice"
            let his = try #require(try await client.ask(.listAllTasks, 3, request)).read(ListTasksResponse.self)
            #expect(his.tasks.map(\.caller) == ["alice", "alice"])
            #expect(
                under.ports.audit.all == [
                    Self.line("ListAllTasks", "OK"), Self.line("ListAllTasks", "OK"),
                    Self.line("ListAllTasks", "OK", ["target": "alice"]),
                ])
        }
    }

    @Test func unknownTasksAreListedUntilTheyAreSettled() async throws {
        try await ServerUnderTest.run { under in
            for number in Int64(1)...4 {
                under.engine.change(number, caller: "alice") {
                    $0.state = .failed
                    $0.failure = TaskFailure(number == 1 ? .runFailed : .submissionUnknown, "why")
                    $0.resolution = number == 2 ? .notCharged : nil
                }
            }
            let client = try await under.welcomed()
            var request = ListUnknownRequest()
            request.pageSize = 1
            let first = try #require(try await client.ask(.listUnknown, 1, request)).read(ListUnknownResponse.self)
            #expect(first.tasks.map(\.latest.taskID) == ["tsk_4"])
            request.pageToken = first.nextPageToken
            let second = try #require(try await client.ask(.listUnknown, 2, request)).read(ListUnknownResponse.self)
            #expect(second.tasks.map(\.latest.taskID) == ["tsk_3"])
            request.pageSize = 501
            #expect(
                try await client.ending(.listUnknown, 3, request)
                    == Ending(3, .invalidArgument, "FIELD_INVALID", "page_size"))
        }
    }
}
