import NIOCore
import Testing

@testable import ProviderSimulator

@Suite("Faults")
struct FaultTests {
    @Test("A rule skips, counts and is gone; without a count it stays")
    func rules() throws {
        var harness = ProviderHarness()
        try harness.setFaults(
            FaultRule(.create, .code(421), skip: 1, times: 2), FaultRule(.status, .http(503)))
        #expect((0..<4).map { _ in harness.create(nodes: nil).code } == [0, 421, 421, 0])
        #expect((0..<3).map { _ in harness.ask("status", "5").reply.status } == [503, 503, 503])
        #expect(harness.provider.faults.rules.map(\.endpoint) == [.status])
    }

    @Test(
        "A code instead of an answer comes with HTTP 200 and makes nothing",
        arguments: [421, 415, 416, 433, 380, 803, 810, 802, 806, 812, 500, 1003, 804, 814])
    func codes(code: Int) throws {
        var harness = ProviderHarness()
        try harness.setFaults(FaultRule(.create, .code(code), times: 1))
        let reply = harness.create(nodes: nil)
        #expect(reply.reply.status == 200)
        #expect(reply.code == Int64(code))
        #expect(reply.message == ProviderCode.names[code])
        #expect(harness.ledger.paid.isEmpty)
        #expect(harness.ledger.refused.map(\.code) == [code])
    }

    @Test("HTTP errors make nothing unless told so, and carry their headers")
    func http() throws {
        var harness = ProviderHarness()
        try harness.setFaults(
            FaultRule(.create, .http(429, retryAfter: "7"), times: 1),
            FaultRule(.create, .http(502, takesEffect: true), times: 1),
            FaultRule(.create, .http(307, location: "file:///etc/passwd"), times: 1))
        let limited = harness.create(nodes: nil)
        #expect(limited.reply.status == 429)
        #expect(limited.reply.headers == [.init(name: "Retry-After", value: "7")])
        #expect(harness.ledger.paid.isEmpty)
        #expect(harness.create(nodes: nil).reply.status == 502)
        #expect(harness.ledger.paid.count == 1)
        #expect(harness.create(nodes: nil).reply.headers == [.init(name: "Location", value: "file:///etc/passwd")])
        #expect(harness.ledger.paid.count == 1)
    }

    @Test("A lost reply is a paid create that the ledger marks as not answered")
    func lostReply() throws {
        var harness = ProviderHarness()
        try harness.setFaults(FaultRule(.create, .lostReply, times: 1))
        #expect(harness.create(nodes: nil).reply.delivery == .cut(afterBytes: 0))
        #expect(harness.ledger.paid.map(\.replied) == [false])
        #expect(harness.ledger.calls[.create] == Ledger.Calls(received: 1, read: 1, answered: 0))
        #expect(harness.create(nodes: nil).code == 0)
        #expect(harness.ledger.paid.map(\.replied) == [false, true])
    }

    @Test("Faults of the connection: what is sent, and whether the create took effect")
    func connection() throws {
        var cut = Fault.cut(afterBytes: 40)
        cut.takesEffect = false
        let cases: [(Fault, ProviderReply.Delivery, Int)] = [
            (Fault(.closeAfterReading), .close, 0), (Fault(.hang), .never, 1), (cut, .cut(afterBytes: 40), 0),
            (.cut(afterBytes: 40), .cut(afterBytes: 40), 1), (Fault(.closeAfterReply), .wholeThenClose, 1),
            (.slow(seconds: 2), .late(seconds: 2), 1),
            (.drip(bytes: 3, seconds: 0.5), .inPieces(bytes: 3, seconds: 0.5), 1),
        ]
        for (fault, delivery, paid) in cases {
            var harness = ProviderHarness()
            try harness.setFaults(FaultRule(.create, fault, times: 1))
            #expect(harness.create(nodes: nil).reply.delivery == delivery)
            #expect(harness.ledger.paid.count == paid, "\(fault.kind)")
        }
    }

    @Test("Bodies that are no answer: the create is paid all the same")
    func bodies() throws {
        func reply(_ kind: Fault.Kind) throws -> ProviderHarness.Received {
            var harness = ProviderHarness()
            try harness.setFaults(FaultRule(.create, kind, times: 1))
            let reply = harness.create(nodes: nil)
            #expect(harness.ledger.paid.count == 1, "\(kind)")
            return reply
        }
        #expect(try reply(.html).text.hasPrefix("<html>"))
        #expect(try reply(.html).reply.contentType == "text/html")
        #expect(try reply(.emptyBody).bytes.isEmpty)
        #expect(try reply(.truncatedJSON).json == nil)
        #expect(try reply(.truncatedJSON).text.hasPrefix("{\"code\":0"))
        #expect(try reply(.wrongContentType).reply.contentType == "text/html;charset=UTF-8")
        #expect(try reply(.wrongContentType).code == 0)
        #expect(try String(validating: reply(.badUTF8).bytes, as: UTF8.self) == nil)
        #expect(try reply(.deepJSON).bytes.count == 200_000)
        #expect(try reply(.nullData).data == .null)
        #expect(try reply(.numbersAsStrings).json?["code"] == "0")
        #expect(try reply(.numbersAsNumbers).data?["taskId"]?.integer ?? 0 > 1_900_000_000_000_000_000)
        #expect(try reply(.duplicateKeys).text.contains(",\"code\":500}"))
        #expect(try reply(.embeddedNUL).text.contains("success\\u0000rest"))
        #expect(try reply(.chunked).reply.isChunked)
    }

    @Test("Create: state CREATE, node errors under code 0, no task id, the id of another run")
    func createReplies() throws {
        var harness = ProviderHarness()
        try harness.setFaults(
            FaultRule(.create, .createState, times: 1), FaultRule(.create, .nodeErrors, times: 1),
            FaultRule(.create, .withoutTaskID, times: 1))
        let first = harness.create(nodes: nil)
        #expect(first.data?["taskStatus"] == "CREATE")
        let invalid = harness.create(nodes: nil)
        #expect(invalid.code == 0)
        let tips = try JSONValue(parsing: Array((invalid.data?["promptTips"]?.string ?? "").utf8))
        #expect(tips["result"] == false)
        #expect(tips["node_errors"]?["3"] != nil)
        let anonymous = harness.create(nodes: nil)
        #expect(anonymous.code == 0 && anonymous.taskID == nil)
        harness.now = .seconds(5)
        try harness.setFaults(FaultRule(.create, .sameTaskID, times: 1))
        let last = harness.ledger.paid.last?.runID
        #expect(harness.create(nodes: nil).taskID == last)
        #expect(harness.ledger.paid.count == 4)
        #expect(harness.ask("outputs", invalid.taskID).code == 805)
    }

    @Test("Runs that fail tell why in outputs, while status says success in its text")
    func failingRuns() throws {
        let cases: [(Fault, String)] = [
            (.runFails(message: "out of luck"), "out of luck"), (Fault(.contentRejected), "Porn"),
            (Fault(.gpuMemory), "显存告警"),
        ]
        for (fault, text) in cases {
            var harness = ProviderHarness()
            try harness.setFaults(FaultRule(.create, fault))
            let id = harness.create(nodes: nil).taskID
            #expect(harness.ask("status", id).data == "RUNNING")
            harness.now = .seconds(3)
            let status = harness.ask("status", id)
            #expect(status.data == "FAILED" && status.message == "success")
            let reason = harness.ask("outputs", id).data?["failedReason"]
            #expect(reason?["exception_message"]?.string?.contains(text) == true)
            #expect(reason?["traceback"]?.string != nil)
            #expect(harness.ledger.paid.map(\.outcome) == ["failed"])
        }
    }

    @Test("Runs that are lost, forgotten after their end, or never end")
    func oddRuns() throws {
        var harness = ProviderHarness()
        try harness.setFaults(
            FaultRule(.create, .runLost, times: 1), FaultRule(.create, .runForgotten, times: 1),
            FaultRule(.create, .runStuck, times: 1))
        let ids = (0..<3).map { _ in harness.create(nodes: nil).taskID }
        #expect(ids.map { harness.ask("outputs", $0).code } == [807, 804, 804])
        harness.now = .seconds(1_000)
        #expect(ids.map { harness.ask("outputs", $0).code } == [807, 807, 804])
        #expect(harness.ask("cancel", ids[2]).code == 0)
        #expect(harness.ask("outputs", ids[2]).code == 805)
        #expect(harness.ledger.paid.count == 3)
    }

    @Test("Status: SUCCESS too early, unknown words, empty text, 423")
    func statusReplies() throws {
        var harness = ProviderHarness()
        let id = harness.create(nodes: nil).taskID
        try harness.setFaults(
            FaultRule(.status, .earlySuccess, times: 1), FaultRule(.status, .unknownWord("PAUSED"), times: 1),
            FaultRule(.status, .emptyMessage, times: 1), FaultRule(.status, .notFound423, times: 1))
        #expect(harness.ask("status", id).data == "SUCCESS")
        #expect(harness.ask("outputs", id).code == 804)
        #expect(harness.ask("status", id).data == "PAUSED")
        #expect(harness.ask("status", id).message == "")
        #expect(harness.ask("status", "5").code == 423)
        #expect(harness.ask("status", "5").code == 807)
        #expect(harness.ask("status", id).data == "RUNNING", "the state goes back")
    }

    @Test("Outputs: null, empty, queued in the text, reasons of other shapes, other items, other links")
    func outputsReplies() throws {
        var harness = ProviderHarness()
        let id = harness.create(nodes: nil).taskID
        harness.now = .seconds(3)
        func outputs(_ fault: Fault) throws -> ProviderHarness.Received {
            try harness.setFaults(FaultRule(.outputs, fault, times: 1))
            return harness.ask("outputs", id)
        }
        #expect(try outputs(Fault(.outputsNull)).data == .null)
        #expect(try outputs(Fault(.outputsEmpty)).data == .array([]))
        #expect(try outputs(Fault(.queuedInMessage)).message == "APIKEY_TASK_IS_QUEUED")
        #expect(try outputs(Fault(.otherNodesOnly)).data?.array?.map { $0["nodeId"] } == ["11"])
        #expect(try outputs(Fault(.comparisonFirst)).data?.array?.map { $0["nodeId"] } == ["11", "10"])
        #expect(try outputs(Fault(.noImage)).data?.array?.map { $0["fileType"] } == ["txt"])
        #expect(try outputs(Fault(.numbersAsNumbers)).data?.array?.first?["taskCostTime"] == 3)
        let link = "http://10.0.0.1/x.png"
        #expect(try outputs(.resultLink(link)).data?.array?.first?["fileUrl"] == .string(link))
        #expect(try outputs(.code(500)).code == 500)
        #expect(harness.ask("outputs", id).data?.array?.count == 2)
    }

    @Test("The reason of a failure comes as a string or not at all")
    func reasons() throws {
        var harness = ProviderHarness()
        try harness.setFaults(
            FaultRule(.create, .runFails(message: "no luck")), FaultRule(.outputs, .reasonAsString, times: 1),
            FaultRule(.outputs, .reasonMissing, times: 1))
        let id = harness.create(nodes: nil).taskID
        harness.now = .seconds(3)
        #expect(harness.ask("outputs", id).data?["failedReason"] == "no luck")
        let bare = harness.ask("outputs", id)
        #expect(bare.code == 805 && bare.data == .null)
    }

    @Test("Cancel: ignored, forgotten, another word")
    func cancelReplies() throws {
        var harness = ProviderHarness()
        let ids = (0..<3).map { _ in harness.create(nodes: nil).taskID }
        var word = Fault(.cancelWord)
        word.word = "CANCEL"
        try harness.setFaults(
            FaultRule(.cancel, .cancelIgnored, times: 1), FaultRule(.cancel, .cancelForgotten, times: 1),
            FaultRule(.cancel, word, times: 1))
        #expect(ids.map { harness.ask("cancel", $0).code } == [0, 0, 0])
        #expect(harness.ask("status", ids[0]).data == "RUNNING")
        #expect(harness.ask("status", ids[1]).code == 807)
        #expect(harness.ask("status", ids[2]).data == "CANCEL")
        #expect(harness.ledger.paid.map(\.outcome) == ["running", "cancelled", "cancelled"])
    }

    @Test("Results: gone, forbidden, truncated, longer than announced, empty, another type, a page")
    func results() throws {
        var harness = ProviderHarness()
        let id = harness.create(nodes: nil).taskID
        harness.now = .seconds(3)
        let item = harness.ask("outputs", id).data?.array?.first
        func file(_ fault: Fault) throws -> ProviderHarness.Received {
            try harness.setFaults(FaultRule(.file, fault, times: 1))
            return harness.getFile(item)
        }
        #expect(try file(.http(404)).reply.status == 404)
        #expect(try file(.http(403)).reply.status == 403)
        #expect(try file(Fault(.resultTruncated)).reply.bodyBytesSent == 1_000)
        #expect(try file(Fault(.resultLonger)).reply.bodyBytesAnnounced == 1_000)
        #expect(try file(Fault(.resultEmpty)).bytes.isEmpty)
        #expect(try file(Fault(.resultWrongType)).text.hasPrefix("GIF89a"))
        #expect(try file(Fault(.resultAsPage)).reply.contentType == "text/html")
        #expect(harness.getFile(item).bytes.starts(with: Picture.signature))
    }

    @Test("Looking is never disturbed, and every kind of fault has a place")
    func places() throws {
        for kind in Fault.Kind.allCases {
            #expect(!kind.endpoints.isEmpty, "\(kind)")
            #expect(kind.endpoints.isDisjoint(with: [.ledger, .faults, .health, .other]), "\(kind)")
        }
    }
}
