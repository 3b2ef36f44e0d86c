import Glibc
import PoseTransferClient
import ProviderSimulator
import Testing

/// What the replaced backend got wrong, defect by defect (docs/migration.md): the real daemon before the real simulator, judged by its ledger.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ReplacedBackendTests {
    @Test func b1_createIsNeverRepeatedWhenItsAnswerIsLost() async throws {
        try await Stand.with { stand in
            stand.simulator.setFaults(try FaultPlan([FaultRule(.create, .lostReply)]))
            let client = stand.client
            let story = try await stand.story(client, try await stand.submit(client))
            await client.shutdown()
            #expect(story.last?.failure?.reason == "SUBMISSION_UNKNOWN")
            #expect(story.last?.charge == .unknown)
            #expect(stand.simulator.ledger.calls[.create]?.received == 1)
        }
    }

    @Test func b2_aFailedRunIsReportedAtTheNextPoll() async throws {
        try await Stand.with { stand in
            stand.simulator.setFaults(try FaultPlan([FaultRule(.create, .runFails(message: "CUDA out of memory"))]))
            let client = stand.client
            let story = try await stand.story(client, try await stand.submit(client))
            await client.shutdown()
            #expect(story.last?.failure?.reason == "RUN_FAILED")
            #expect(story.last?.message.contains("CUDA out of memory") == true)
            let reads = stand.simulator.ledger.calls[.outputs]?.answered ?? 0
            let later = stand.client
            _ = try await later.checkHealth()
            await later.shutdown()
            #expect(stand.simulator.ledger.calls[.outputs]?.answered == reads, "it is read on after its end")
        }
    }

    @Test func b3_aTimeOutCancelsTheRunAtTheProvider() async throws {
        try await Stand.with(runTime: 600, timeout: 1) { stand in
            let client = stand.client
            let story = try await stand.story(client, try await stand.submit(client))
            await client.shutdown()
            #expect(story.last?.failure?.reason == "TASK_TIMEOUT")
            #expect(stand.simulator.ledger.paid.map(\.outcome) == ["cancelled"])
        }
    }

    @Test func b4_aCrashLosesNoTask() async throws {
        try await Stand.with(runTime: 1) { stand in
            let client = stand.client
            let task = try await stand.submit(client)
            for try await event in client.status(of: task) where event.state == .running { break }
            await stand.kill()
            await client.shutdown()
            try await stand.restart()
            let later = stand.client
            let story = try await stand.story(later, task)
            await later.shutdown()
            #expect(story.last?.state == .succeeded)
            #expect(stand.simulator.ledger.paid.count == 1)
        }
    }

    @Test func b5_asManyRunAtATimeAsTheProviderTakes() async throws {
        try await Stand.with(slots: 3, runTime: 1, concurrency: 3) { stand in
            let client = stand.client
            var tasks: [String] = []
            for number in 1...3 { tasks.append(try await stand.submit(client, UInt8(number))) }
            for task in tasks { _ = try await stand.story(client, task) }
            await client.shutdown()
            #expect(stand.simulator.ledger.highestConcurrency == 3)
        }
    }

    @Test func b6_cancelReachesTheProviderAndTerminalIsTerminal() async throws {
        try await Stand.with(runTime: 600) { stand in
            let client = stand.client
            let task = try await stand.submit(client)
            for try await event in client.status(of: task) where event.state == .running { break }
            let asked = try await client.cancel(task, reason: "not wanted")
            #expect(asked.latest.isCancelRequested)
            let story = try await stand.story(client, task)
            #expect(story.last?.state == .cancelled)
            #expect(stand.simulator.ledger.paid.map(\.outcome) == ["cancelled"])
            let again = try await client.cancel(task, reason: "again")
            #expect(again.latest.state == .cancelled)
            #expect(again.latest.sequence == story.last?.sequence)
            await client.shutdown()
        }
    }

    @Test func b7_healthIsAskedOfTheProvider() async throws {
        try await Stand.with(knownKeys: ["another-key-of-the-simulator"]) { stand in
            let client = stand.client
            #expect(await stand.simulator.waitForCalls(.account, read: 1))
            var engine = try await client.checkHealth().engines.first
            while engine?.isAuthorised == nil { engine = try await client.checkHealth().engines.first }
            await client.shutdown()
            #expect(engine?.isAuthorised == false)
            #expect(engine?.state == "degraded")
            let line = try await stand.daemon.line(with: "engine changed")
            #expect(line.contains("warning") && line.contains("state=degraded") && line.contains("802"), "\(line)")
        }
    }

    @Test func b8_theKeyIsNeverPrintedOrStored() async throws {
        try await Stand.with(logLevel: "trace") { stand in
            let client = stand.client
            _ = try await stand.story(client, try await stand.submit(client))
            await client.shutdown()
            stand.daemon.send(SIGTERM)
            #expect(await stand.daemon.exit() == 0)
            #expect(!stand.daemon.output.contains(Stand.key))
            let search = try ChildProcess("/bin/grep", ["-rlF", Stand.key, "\(stand.folder)/data"], environment: [:])
            #expect(await search.exit() == 1, "the key is in \(search.output)")
            let shown = try ChildProcess(
                "posetransferd", ["config", "--config", "\(stand.folder)/engine_config.yml"],
                environment: [
                    "RUNNINGHUB_API_KEY": Stand.key, "BASE": stand.simulator.baseURL, "DATA": "\(stand.folder)/data",
                ])
            #expect(await shown.exit() == 0)
            #expect(!shown.output.contains(Stand.key))
        }
    }

    @Test func b9_aBrokenFileStopsTheStart() async throws {
        try await Stand.with { stand in
            let file = "\(stand.folder)/broken.yml"
            try Stand.write("engines: [\npipelines: {", to: file)
            let daemon = try ChildProcess("posetransferd", ["serve", "--config", file], environment: [:])
            #expect(await daemon.exit() == 78)
            #expect(daemon.output.contains("broken.yml:"))
        }
    }

    @Test func b10_theResultIsPassedOnAsItIsAndOnlyFromAllowedHosts() async throws {
        try await Stand.with { stand in
            let client = stand.client
            let task = try await stand.submit(client)
            _ = try await stand.story(client, task)
            let (_, picture) = try await client.result(of: task)
            let expected = SimulatedResult.png(
                sourceDigest: ContentDigest(of: Picture.person()).bytes,
                poseDigest: ContentDigest(of: Picture.pose()).bytes)
            #expect(picture == expected, "not the provider's bytes")

            let foreign = Fault.resultLink("http://169.254.169.254/latest/meta-data")
            stand.simulator.setFaults(try FaultPlan([FaultRule(.outputs, foreign)]))
            let story = try await stand.story(client, try await stand.submit(client, 2))
            await client.shutdown()
            #expect(story.last?.failure?.reason == "RESULT_UNAVAILABLE")
            #expect(story.last?.charge == .yes)
        }
    }

    @Test func b11_logsHoldNoPayloads() async throws {
        try await Stand.with(logLevel: "trace") { stand in
            let client = stand.client
            _ = try await stand.story(client, try await stand.submit(client))
            await client.shutdown()
            let lines = stand.daemon.output.split(separator: "\n")
            #expect(lines.contains { $0.contains("task changed") })
            #expect(lines.allSatisfy { $0.utf8.count < 2_000 })
            for forbidden in ["IHDR", "nodeInfoList", "/files/", "PNG\r"] {
                #expect(!stand.daemon.output.contains(forbidden))
            }
        }
    }

    @Test func b12_sigtermDrains() async throws {
        try await Stand.with(runTime: 600) { stand in
            let client = stand.client
            let task = try await stand.submit(client)
            for try await event in client.status(of: task) where event.state == .running { break }
            stand.daemon.send(SIGTERM)
            #expect(await stand.daemon.exit() == 0)
            await client.shutdown()
            #expect(stand.simulator.ledger.paid.map(\.outcome) == ["running"], "a stop cancels nothing")
        }
    }

    @Test func b13_costAndTimesAreToldForEachTask() async throws {
        try await Stand.with { stand in
            let client = stand.client
            let task = try await stand.submit(client)
            let story = try await stand.story(client, task)
            #expect(story.last?.cost?.coins == "17")
            let times = try await client.task(task).times
            let inOrder = [
                times.accepted, times.started, times.uploaded, times.submitted, times.running, times.downloaded,
                times.ended,
            ].compactMap { $0 }
            #expect(inOrder.count == 7)
            #expect(inOrder == inOrder.sorted())
            await client.shutdown()
        }
    }
}

/// A pipeline of two steps, killed between them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TwoStepTests {
    /// The first step is paid for once, whenever the daemon dies after it.
    @Test(arguments: [TaskState.uploading, .running, .downloading])
    func killInTheSecondStepNeverRepeatsTheFirst(_ state: TaskState) async throws {
        try await Stand.with(runTime: 0.3, pipelines: Stand.twoSteps) { stand in
            // Holds the second step before its submit: killed in the middle of that, its end would be unknown, and rightly so.
            if state == .uploading {
                stand.simulator.setFaults(try FaultPlan([FaultRule(.upload, .hang, skip: 2)]))
            }
            let client = stand.client
            let task = try await stand.submit(client)
            for try await event in client.status(of: task) {
                if event.step == "refine", event.state == state { break }
            }
            await stand.kill()
            await client.shutdown()
            stand.simulator.setFaults(FaultPlan())
            let paidBefore = stand.simulator.ledger.paid
            try await stand.restart()
            let later = stand.client
            let story = try await stand.story(later, task)
            let last = try #require(story.last)
            #expect(last.state == .succeeded, "\(last.message)")
            #expect(last.cost?.coins == "34", "both steps' coins")
            let paid = stand.simulator.ledger.paid
            #expect(paid.count == 2)
            #expect(Array(paid.prefix(paidBefore.count)).map(\.runID) == paidBefore.map(\.runID))
            #expect(paid[0].sourceDigest == ContentDigest(of: Picture.person()).description)
            let (_, picture) = try await later.result(of: task)
            await later.shutdown()
            let first = SimulatedResult.png(
                sourceDigest: ContentDigest(of: Picture.person()).bytes,
                poseDigest: ContentDigest(of: Picture.pose()).bytes)
            #expect(
                paid[1].sourceDigest == ContentDigest(of: first).description,
                "the second step's source is the first one's picture")
            #expect(
                picture
                    == SimulatedResult.png(
                        sourceDigest: ContentDigest(of: first).bytes,
                        poseDigest: ContentDigest(of: Picture.pose()).bytes))
        }
    }
}
