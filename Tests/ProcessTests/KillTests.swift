import Glibc
import PoseTransferClient
import ProviderSimulator
import Testing

/// kill -9 of the real daemon in each state of a task, then a restart. The judge is the simulator's ledger, never the daemon's own view.
@Suite(.serialized, .timeLimit(.minutes(5))) struct KillTests {
    /// Submits, waits until the task is in `state`, kills, lets `meanwhile` happen, restarts, and returns the task's whole story.
    private func killed(
        _ stand: Stand, in state: TaskState, meanwhile: (Stand) throws -> Void = { _ in }
    ) async throws -> [StatusEvent] {
        var client = stand.client
        var request = TransferRequest(source: .bytes(Picture.person()), pose: .bytes(Picture.pose()))
        request.idempotencyKey = "one-key"
        let task = try await client.submit(request).task.id
        for try await event in client.status(of: task) where event.state == state { break }
        await stand.kill()
        await client.shutdown()
        try meanwhile(stand)
        try await stand.restart()
        client = stand.client
        let again = try await client.submit(request)
        #expect(again.task.id == task, "the same key is the same task after a restart")
        var story: [StatusEvent] = []
        for try await event in client.status(of: task) where !event.isTransient { story.append(event) }
        await client.shutdown()
        #expect(story.map(\.sequence) == (1...UInt64(story.count)).map { $0 }, "sequences have a gap")
        #expect(story.dropLast().allSatisfy { !$0.state.isTerminal }, "something follows a terminal event")
        #expect(story.last?.state.isTerminal == true)
        return story
    }

    private func expectSuccess(_ story: [StatusEvent], _ stand: Stand) async throws {
        let last = try #require(story.last)
        #expect(last.state == .succeeded, "\(last.message)")
        #expect(last.charge == .yes)
        #expect(stand.simulator.ledger.paid.count == 1)
        let client = stand.client
        let (_, picture) = try await client.result(of: last.taskID)
        await client.shutdown()
        let expected = SimulatedResult.png(
            sourceDigest: ContentDigest(of: Picture.person()).bytes, poseDigest: ContentDigest(of: Picture.pose()).bytes
        )
        #expect(picture == expected, "the result is not the one of these two pictures")
    }

    @Test func queued() async throws {
        try await Stand.with(runTime: 3) { stand in
            let client = stand.client
            let first = try await client.submit(
                TransferRequest(source: .bytes(Picture.person(9)), pose: .bytes(Picture.pose(9))))
            for try await event in client.status(of: first.task.id) where event.state == .running { break }
            let story = try await killed(stand, in: .queued)
            #expect(story.last?.state == .succeeded)
            let other = stand.client
            for try await _ in other.status(of: first.task.id) {}
            #expect(try await other.task(first.task.id).latest.state == .succeeded)
            #expect(stand.simulator.ledger.paid.count == 2, "one for each task")
        }
    }

    @Test func uploading() async throws {
        try await Stand.with { stand in
            stand.simulator.setFaults(try FaultPlan([FaultRule(.upload, .hang)]))
            let story = try await killed(stand, in: .uploading) { $0.simulator.setFaults(FaultPlan()) }
            try await expectSuccess(story, stand)
        }
    }

    @Test func submittingAndTaken() async throws {
        try await Stand.with { stand in
            stand.simulator.setFaults(try FaultPlan([FaultRule(.create, .hang, times: 1)]))
            let story = try await killed(stand, in: .submitting) { $0.simulator.setFaults(FaultPlan()) }
            #expect(story.last?.state == .failed)
            #expect(story.last?.failure?.reason == "SUBMISSION_UNKNOWN")
            #expect(story.last?.charge == .unknown)
            #expect(stand.simulator.ledger.calls[.create]?.received ?? 0 <= 1, "never sent again")
            #expect(stand.simulator.ledger.paid.count <= 1)
        }
    }

    @Test func running() async throws {
        try await Stand.with(runTime: 1) { stand in
            let story = try await killed(stand, in: .running)
            try await expectSuccess(story, stand)
        }
    }

    @Test func downloading() async throws {
        try await Stand.with { stand in
            stand.simulator.setFaults(try FaultPlan([FaultRule(.file, .hang)]))
            let story = try await killed(stand, in: .downloading) { $0.simulator.setFaults(FaultPlan()) }
            try await expectSuccess(story, stand)
        }
    }

    @Test func ended() async throws {
        try await Stand.with { stand in
            let story = try await killed(stand, in: .succeeded)
            try await expectSuccess(story, stand)
        }
    }
}

@Suite(.serialized, .timeLimit(.minutes(5))) struct DaemonTests {
    @Test func sigtermDrainsAndExitsZero() async throws {
        try await Stand.with(runTime: 5) { stand in
            let client = stand.client
            let task = try await client.submit(
                TransferRequest(source: .bytes(Picture.person()), pose: .bytes(Picture.pose()))
            ).task.id
            for try await event in client.status(of: task) where event.state == .running { break }
            stand.daemon.send(SIGTERM)
            #expect(await stand.daemon.exit() == 0)
            try await stand.restart()
            let later = stand.client
            var last: StatusEvent?
            for try await event in later.status(of: task) { last = event }
            #expect(last?.state == .succeeded)
            #expect(stand.simulator.ledger.paid.count == 1)
        }
    }

    @Test func secondProcessOnTheSameFolderIsRefused() async throws {
        try await Stand.with { stand in
            let other = try ChildProcess(
                "posetransferd", ["serve", "--config", "\(stand.folder)/engine_config.yml"],
                environment: [
                    "RUNNINGHUB_API_KEY": Stand.key, "BASE": stand.simulator.baseURL, "DATA": "\(stand.folder)/data",
                ])
            #expect(await other.exit() == 74)
            #expect(other.output.contains("STORAGE_IN_USE"))
        }
    }

    @Test func wrongConfigurationStopsTheStartWithEveryErrorAndItsPlace() async throws {
        try await Stand.with { stand in
            let file = "\(stand.folder)/broken.yml"
            try Stand.write(
                "server: { listn: x }\nengines: {}\npipelines: { p: { steps: { s: { engine: nobody } } } }\n", to: file)
            let daemon = try ChildProcess("posetransferd", ["serve", "--config", file], environment: [:])
            #expect(await daemon.exit() == 78)
            #expect(daemon.output.contains("broken.yml:1:"))
            #expect(daemon.output.contains("broken.yml:3:"))
        }
    }

    @Test func openAddressWithoutCallersIsRefused() async throws {
        try await Stand.with { stand in
            let file = "\(stand.folder)/open.yml"
            try Stand.write("server: { listen: \"0.0.0.0:0\" }\nengines: {}\npipelines: {}\n", to: file)
            let daemon = try ChildProcess("posetransferd", ["serve", "--config", file], environment: [:])
            #expect(await daemon.exit() == 78)
            #expect(daemon.output.contains("callers"))
        }
    }

    @Test func healthTellsWhetherItServes() async throws {
        try await Stand.with { stand in
            let good = try ChildProcess(
                "posetransferd", ["health", "--server", "127.0.0.1:\(stand.port)"], environment: [:])
            #expect(await good.exit() == 0)
            await stand.kill()
            let bad = try ChildProcess(
                "posetransferd", ["health", "--server", "127.0.0.1:\(stand.port)"], environment: [:])
            #expect(await bad.exit() == 1)
        }
    }
}
