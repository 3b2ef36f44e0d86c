import PoseTransferClient
import Testing

@testable import posetransferctl

@Suite struct CommandValueTests {
    @Test func addressesAreRead() {
        #expect(ServerAddress("10.0.0.1:99") == ServerAddress(host: "10.0.0.1", port: 99))
        #expect(ServerAddress("name") == ServerAddress(host: "name", port: 7411))
        #expect(ServerAddress("[::1]:99") == ServerAddress(host: "::1", port: 99))
        #expect(ServerAddress("[::1]") == ServerAddress(host: "::1", port: 7411))
        #expect(ServerAddress("::1") == ServerAddress(host: "::1", port: 7411))
        #expect(ServerAddress("h:65535")?.port == 65_535)
    }

    @Test(arguments: ["", ":1", "h:", "h:0", "h:65536", "h:x", "h:-1", "[::1", "[::1]x", "http://h:1", "a b:1", "[]:1"])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(ServerAddress(text) == nil)
    }

    @Test func namedValuesAreRead() {
        #expect(NamedValue("a=b").map { [$0.name, $0.value] } == ["a", "b"])
        #expect(NamedValue("a=").map { [$0.name, $0.value] } == ["a", ""])
        #expect(NamedValue("a=b=c").map { [$0.name, $0.value] } == ["a", "b=c"])
        #expect(NamedValue("=b") == nil)
        #expect(NamedValue("a") == nil)
    }

    @Test func faultsBecomeThePlanOfTheSimulator() throws {
        let faults = try [
            #require(FaultOption("create=code,code=421,times=2")), #require(FaultOption("file=slow,seconds=0.5")),
            #require(FaultOption("create=nodeErrors,takesEffect=true,message=no \"node\"")),
        ]
        #expect(
            FaultOption.plan(faults)
                == #"{"rules":[{"endpoint":"create","fault":"code","code":421,"times":2},"#
                + #"{"endpoint":"file","fault":"slow","seconds":0.5},"#
                + #"{"endpoint":"create","fault":"nodeErrors","takesEffect":true,"message":"no \"node\""}]}"#)
    }

    @Test(arguments: ["", "create", "=x", "create=", "create=code,", "create=code,code", "create=code,fault=x"])
    func whatIsNoFaultIsRefused(text: String) {
        #expect(FaultOption(text) == nil)
    }

    @Test func theKeyIsTheSameForTheSameTaskAndForNoOther() {
        let (one, two) = (ImageSource.bytes([1]), ImageSource.bytes([2]))
        func key(
            _ pipeline: String, _ source: ImageSource, _ pose: ImageSource, _ parameters: [String: String] = [:]
        ) -> String { SubmitKey.make(pipeline: pipeline, source: source, pose: pose, parameters: parameters) }
        #expect(key("", one, two, ["a": "1", "b": "2"]) == key("", one, two, ["b": "2", "a": "1"]))
        #expect(key("POSE_CHANGE", one, two) == key("pose_change", one, two))
        let keys = [
            key("", one, two), key("", two, one), key("p", one, two), key("", one, two, ["a": "1"]),
            key("", one, two, ["a": ""]), key("", one, two, ["a": "1", "b": ""]), key("", one, two, ["a": "1\n1 b"]),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(keys.allSatisfy { $0.utf8.count <= 128 })
    }

    @Test func aResultsNameLeadsToNoOtherFolder() {
        #expect(ResultName.make(task: "tsk_1", index: 0, mediaType: "image/png") == "tsk_1.png")
        #expect(ResultName.make(task: "tsk_1", index: 2, mediaType: "image/jpeg") == "tsk_1-2.jpg")
        #expect(ResultName.make(task: "../../etc/x", index: 0, mediaType: "a/b") == "______etc_x.bin")
        #expect(ResultName.make(task: ".", index: 0, mediaType: "image/webp") == "_.webp")
    }

    @Test func timesAreWrittenForPeople() {
        let texts = [-5, 0, 59, 60, 3_599, 3_600, 90_061].map { Elapsed.text(.seconds($0)) }
        #expect(texts == ["0 s", "0 s", "59 s", "1:00 min", "59:59 min", "1:00:00 h", "25:01:01 h"])
    }

    @Test func jsonKeepsItsOrderAndEscapes() {
        let line = JSONLine.object([
            ("b", .string("a\"\\\n\t\u{1}é\u{7F}")),
            ("a", .array([.null, .bool(true), .integer(-1), .unsigned(.max)])),
            ("c", .number(0.5)), ("d", .number(.nan)), ("e", .object([])),
        ])
        #expect(
            line.text
                == #"{"b":"a\"\\\n\t\u0001é\u007f","a":[null,true,-1,18446744073709551615],"c":0.5,"d":null,"e":{}}"#)
    }

    @Test func anEventHasTheSameKeysWhateverIsKnown() {
        func keys(_ event: StatusEvent) -> [String] {
            guard case .object(let members) = TaskJSON.event(event) else { return [] }
            return members.map(\.0)
        }
        var full = StatusEvent(taskID: "t", sequence: 1, state: .failed)
        full.progress = 0.5
        full.failure = TaskFailure(code: 1, reason: "R", message: "m")
        full.outputs = [TaskOutput(name: "image", size: 1, digest: nil, mediaType: "image/png")]
        #expect(keys(full) == keys(StatusEvent(taskID: "t", sequence: 1, state: .queued)))
        #expect(keys(full).first == "type")
        #expect(Set(keys(full)).count == keys(full).count)
    }

    @Test func durationsBecomeMilliseconds() {
        #expect(Duration.milliseconds(1_234).wholeMilliseconds == 1_234)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
    }

    /// Nobody is led to pay twice by an advice.
    @Test func anEarlierTaskThatMayHaveBeenPaidIsSettledFirst() {
        var latest = StatusEvent(taskID: "t", sequence: 4, state: .failed)
        var task = TaskSnapshot(latest: latest)
        #expect(SubmitCommand.advice(task, ownKey: false) == "; --new makes another one")
        latest.failure = TaskFailure(code: 2, reason: "SUBMISSION_UNKNOWN", message: "")
        task = TaskSnapshot(latest: latest)
        #expect(SubmitCommand.advice(task, ownKey: false).contains("tasks resolve t"))
        #expect(!SubmitCommand.advice(task, ownKey: false).contains("--new"))
        task.followUp = "u"
        #expect(SubmitCommand.advice(task, ownKey: false).contains("watch u"))
    }
}
