import BackendAPI
import BackendConformance
import HTTPTransport
import LoopbackPorts
import ProviderSimulator
import RunningHubBackend
import Testing

@Suite("Against the simulated provider, over real sockets")
struct SimulatorTests {
    private let transport: CurlTransport
    private let server: SimulatorServer
    private let time = ManualTime()
    private let backend: RunningHubBackend
    private let source: Picture
    private let pose: Picture

    init() async throws {
        transport = try CurlTransport()
        source = try Picture("source picture")
        pose = try Picture("pose picture")
        var configuration = SimulatorConfiguration()
        configuration.slots = 1
        configuration.queueTime = 1
        server = try await SimulatorServer.start(configuration, clock: .manual(time))
        backend = RunningHubBackend(
            try RunningHubConfiguration(
                apiKey: Secret(FakeProvider.key), workflowID: "1996080571212349442", baseURL: server.baseURL),
            transport: transport)
    }

    private func prepared() async throws -> RunRequest {
        let images = [
            "raw_image": try await backend.prepare(source.image), "pose_image": try await backend.prepare(pose.image),
        ]
        return RunRequest(images: images, parameters: [:], marker: "m")
    }

    private func started() async throws -> RunID {
        guard case .accepted(let run) = await backend.submit(try await prepared()) else {
            throw BackendError(.permanent, code: "test", message: "not accepted")
        }
        return run
    }

    @Test("a pose transfer from upload to picture: queued, running, succeeded, paid once")
    func wholeRun() async throws {
        let run = try await started()
        #expect(await backend.observe(run) == .queued)
        time.advance(by: .seconds(1))
        #expect(await backend.observe(run) == .running(progress: nil))
        time.advance(by: .seconds(3))
        guard case .succeeded(let outputs, let cost) = await backend.observe(run) else {
            Issue.record("not succeeded")
            return
        }
        #expect(cost?.coins == "17")
        #expect(outputs.map(\.name) == ["image"])
        let sink = KeepingSink()
        try await backend.download(try #require(outputs.first), to: sink)
        let paid = try #require(server.ledger.paid.first)
        #expect(server.ledger.paid.count == 1)
        #expect(paid.runID == run.rawValue)
        #expect(paid.sourceDigest == source.image.sha256)
        #expect(paid.poseDigest == pose.image.sha256)
        let picture = SimulatedResult.png(
            sourceDigest: bytes(paid.sourceDigest), poseDigest: bytes(paid.poseDigest))
        #expect(sink.bytes == picture)
        await server.shutdown()
    }

    @Test("a reply that is lost is unknown; the provider was asked once and is paid")
    func lostReply() async throws {
        let request = try await prepared()
        server.setFaults(try FaultPlan([FaultRule(.create, .lostReply)]))
        #expect(await backend.submit(request).kind == "unknown")
        #expect(server.ledger.calls[.create]?.received == 1)
        #expect(server.ledger.paid.count == 1)
        await server.shutdown()
    }

    @Test("a full provider refuses: nothing is paid")
    func full() async throws {
        _ = try await started()
        let outcome = await backend.submit(try await prepared())
        #expect(outcome.kind == "refused")
        #expect(outcome.error?.errorClass == .backpressure(retryAfterMilliseconds: nil))
        #expect(server.ledger.paid.count == 1)
        await server.shutdown()
    }

    @Test("a provider that is gone: refused, surely nothing was sent")
    func gone() async throws {
        let closed = try ClosedPort()
        let gone = RunningHubBackend(
            try RunningHubConfiguration(
                apiKey: Secret(FakeProvider.key), workflowID: "1996080571212349442",
                baseURL: "http://127.0.0.1:\(closed.number)"),
            transport: transport)
        let outcome = await gone.submit(try await prepared())
        #expect(outcome.kind == "refused")
        #expect(outcome.error?.errorClass == .transient)
        await server.shutdown()
    }

    @Test("a cancelled run has ended there")
    func cancelled() async throws {
        let run = try await started()
        time.advance(by: .seconds(2))
        #expect(await backend.cancel(run) == .accepted)
        guard case .failed = await backend.observe(run) else {
            Issue.record("still alive")
            return
        }
        #expect(server.ledger.paid.first?.outcome == "cancelled")
        #expect(await backend.cancel(RunID(rawValue: "1")) == .unknownThere)
        await server.shutdown()
    }

    @Test("a run that fails tells its reason; one that nobody knows is lost")
    func failed() async throws {
        let request = try await prepared()
        server.setFaults(try FaultPlan([FaultRule(.create, .runFails(message: "out of luck"))]))
        guard case .accepted(let run) = await backend.submit(request) else {
            Issue.record("not accepted")
            return
        }
        time.advance(by: .seconds(9))
        guard case .failed(let error, _) = await backend.observe(run) else {
            Issue.record("not failed")
            return
        }
        #expect(error.message.contains("out of luck"))
        guard case .lost = await backend.observe(RunID(rawValue: "1")) else {
            Issue.record("not lost")
            return
        }
        await server.shutdown()
    }

    @Test("outputs that stay silent are asked about at status")
    func silentOutputs() async throws {
        let run = try await started()
        server.setFaults(try FaultPlan([FaultRule(.outputs, .outputsNull)]))
        #expect(await backend.observe(run) == .queued)
        time.advance(by: .seconds(1))
        #expect(await backend.observe(run) == .running(progress: nil))
        time.advance(by: .seconds(9))
        #expect(await backend.observe(run) == .succeededWithoutOutput)
        await server.shutdown()
    }

    @Test("a result whose link ran out is expired, one on a private host is not read")
    func links() async throws {
        let run = try await started()
        time.advance(by: .seconds(9))
        let link = "https://127.0.0.1/x.png"
        server.setFaults(
            try FaultPlan([FaultRule(.file, .http(403), times: 1), FaultRule(.outputs, .resultLink(link), skip: 1)]))
        for expected in [BackendError.Class.expired, .configuration] {
            guard case .succeeded(let outputs, _) = await backend.observe(run), let output = outputs.first else {
                Issue.record("not succeeded")
                continue
            }
            do throws(BackendError) {
                try await backend.download(output, to: KeepingSink())
                Issue.record("read")
            } catch {
                #expect(error.errorClass == expected)
            }
        }
        await server.shutdown()
    }

    @Test("the account is read")
    func probe() async throws {
        let probe = await backend.probe()
        #expect(
            probe
                == Probe(
                    configured: true, reachable: true, authorised: true, funded: true, workflowValid: true,
                    siteMatches: true, balance: "99999 coins", runsUnderWay: 0,
                    clockAheadMilliseconds: probe.clockAheadMilliseconds))
        await server.shutdown()
    }
}

/// Bytes of hex digits.
func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.utf8.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
}
