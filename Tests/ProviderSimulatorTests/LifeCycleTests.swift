import Testing

@testable import ProviderSimulator

@Suite("Life cycle of a run")
struct LifeCycleTests {
    @Test("A run is queued, runs, ends, and its result depends on both pictures")
    func happyPath() throws {
        var harness = ProviderHarness {
            $0.queueTime = 1
            $0.runTime = 2
        }
        let created = harness.create()
        #expect(created.code == 0)
        #expect(created.data?["taskStatus"] == "QUEUED")
        #expect(created.data?["netWssUrl"] == .null)
        let id = try #require(created.taskID)
        #expect(id.count == 19)
        #expect(harness.ask("status", id).data == "QUEUED")
        #expect(harness.ask("outputs", id).code == 813)
        harness.now = .milliseconds(1_500)
        #expect(harness.ask("status", id).data == "RUNNING")
        #expect(harness.ask("outputs", id).code == 804)
        harness.now = .seconds(3)
        #expect(harness.ask("status", id).data == "SUCCESS")
        let items = try #require(harness.ask("outputs", id).data?.array)
        #expect(items.map { $0["nodeId"] } == ["10", "11"])
        #expect(items.first?["consumeCoins"] == "17")
        #expect(items.first?["taskCostTime"] == "2")
        let expected = SimulatedResult.png(
            sourceDigest: Digest.sha256(Picture.source), poseDigest: Digest.sha256(Picture.pose))
        #expect(harness.download(items.first) == expected)
        #expect(harness.download(items.last) != expected)
    }

    @Test("A create beyond the slots is refused with 421, makes nothing, and works again once a run has ended")
    func concurrencyLimit() {
        var harness = ProviderHarness { $0.slots = 2 }
        #expect(harness.create().code == 0)
        #expect(harness.create().code == 0)
        let refused = harness.create()
        #expect(refused.code == 421)
        #expect(refused.message == "TASK_QUEUE_MAXED")
        #expect(refused.data == .null)
        #expect(harness.ledger.paid.count == 2)
        #expect(harness.ledger.refused == [Ledger.RefusedCreate(seconds: 0, code: 421)])
        #expect(harness.create(key: "key-of-somebody-else").code == 0, "slots are counted by key")
        harness.now = .seconds(3)
        #expect(harness.create().code == 0)
        #expect(harness.ledger.highestConcurrency == 2)
    }

    @Test("With no slot every create is refused")
    func noSlots() {
        var harness = ProviderHarness { $0.slots = 0 }
        #expect(harness.create().code == 421)
        #expect(harness.ledger.paid.isEmpty)
    }

    @Test("Cancel ends a run, frees its slot and gives back the share that was not used")
    func cancelRunning() throws {
        var harness = ProviderHarness {
            $0.slots = 1
            $0.runTime = 10
            $0.cost = 100
        }
        let id = try #require(harness.create().taskID)
        harness.now = .seconds(4)
        #expect(harness.ask("cancel", id).code == 0)
        #expect(harness.ask("status", id).data == "FAILED")
        let outputs = harness.ask("outputs", id)
        #expect(outputs.code == 805)
        #expect(outputs.data?["failedReason"]?["exception_message"] == "the task was cancelled")
        #expect(harness.ledger.paid.map(\.outcome) == ["cancelled"])
        #expect(harness.ledger.paid.map(\.cost) == [40])
        #expect(harness.create().code == 0)
    }

    @Test("Cancel of a queued run costs nothing; cancel of an ended run changes nothing")
    func cancelAtTheEdges() throws {
        var harness = ProviderHarness { $0.queueTime = 5 }
        let queued = try #require(harness.create().taskID)
        #expect(harness.ask("cancel", queued).code == 0)
        let ended = try #require(harness.create().taskID)
        harness.now = .seconds(8)
        #expect(harness.ask("cancel", ended).code == 0)
        #expect(harness.ask("status", ended).data == "SUCCESS")
        #expect(harness.ledger.paid.map(\.cost) == [0, 17])
        #expect(harness.ledger.paid.map(\.outcome) == ["cancelled", "succeeded"])
    }

    @Test("An empty purse is told with 416 and nothing is made")
    func emptyPurse() {
        var harness = ProviderHarness {
            $0.balance = 33
            $0.cost = 17
        }
        #expect(harness.create().code == 0)
        #expect(harness.create().code == 416)
        #expect(harness.ledger.paid.count == 1)
        let account = harness.post("/uc/openapi/accountStatus", ["apikey": .string(ProviderHarness.key)])
        #expect(account.data?["remainCoins"] == "16")
        #expect(account.data?["currentTaskCounts"] == "1")
    }

    @Test("Result links live as long as configured and cannot be guessed before the end")
    func linkTime() throws {
        var harness = ProviderHarness { $0.linkTime = 60 }
        let id = try #require(harness.create().taskID)
        harness.now = .seconds(3)
        let item = harness.ask("outputs", id).data?.array?.first
        harness.now = .seconds(3) + .seconds(60) - .milliseconds(1)
        #expect(harness.getFile(item).reply.status == 200)
        harness.now = .seconds(63)
        #expect(harness.getFile(item).reply.status == 403)
        #expect(harness.get("/files/0000/ComfyUI_00001_.png").reply.status == 404)
    }

    @Test("A file name prefix is the run's marker: in the ledger and in the link")
    func marker() throws {
        var harness = ProviderHarness()
        let id = harness.create(nodes: [ProviderHarness.node("10", "filename_prefix", "attempt-7f")]).taskID
        harness.now = .seconds(3)
        #expect(harness.ledger.paid.map(\.marker) == ["attempt-7f"])
        let link = try #require(harness.ask("outputs", id).data?.array?.first?["fileUrl"]?.string)
        #expect(link.hasSuffix("/attempt-7f_00001_.png"))
    }

    @Test("Equal configurations and equal calls give equal bytes; another seed gives other ids")
    func determinism() {
        func replies(seed: UInt64) -> [String] {
            var harness = ProviderHarness { $0.seed = seed }
            let created = harness.create()
            harness.now = .seconds(3)
            let outputs = harness.ask("outputs", created.taskID)
            return [created.text, outputs.text, harness.ledger.json.text]
        }
        #expect(replies(seed: 7) == replies(seed: 7))
        #expect(replies(seed: 7)[0] != replies(seed: 8)[0])
        #expect(replies(seed: 7)[1] != replies(seed: 8)[1])
    }
}

extension ProviderHarness {
    mutating func getFile(_ item: JSONValue?) -> Received {
        let link = item?["fileUrl"]?.string ?? ""
        return get(String(link.dropFirst("http://127.0.0.1".count)))
    }

    mutating func download(_ item: JSONValue?) -> [UInt8] { getFile(item).bytes }
}
