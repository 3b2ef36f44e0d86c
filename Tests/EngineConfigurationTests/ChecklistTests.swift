import BackendAPI
import Testing

@testable import EngineConfiguration

@Suite struct ChecklistTests {
    private static let goodFolder = FolderFacts(
        path: "./data", exists: true, fault: nil, isWritable: true, freeBytes: 20 << 30, holder: nil)

    private func lines(
        _ text: String = file(), probes: [String: ProbeOutcome]? = nil, folder: FolderFacts = goodFolder
    ) throws -> [String] {
        try list(text, probes: probes, folder: folder).lines.map(\.text)
    }

    private func list(
        _ text: String = file(), probes: [String: ProbeOutcome]? = nil, folder: FolderFacts = goodFolder
    ) throws -> Checklist {
        Checklist(
            try load(text).configuration, registry: fakeRegistry,
            ChecklistFacts(file: "file.yml", folder: folder, probes: probes))
    }

    typealias FaultyFact = any WritableKeyPath<Probe, Bool?> & Sendable

    private static let healthy = Probe(
        configured: true, reachable: true, authorised: true, funded: true, workflowValid: true, siteMatches: true,
        balance: "99999 coins", runsUnderWay: 2, clockAheadMilliseconds: -1_240)

    @Test func withoutAskingAnybody() throws {
        #expect(
            try lines() == [
                "yes        configuration: can be used (file.yml)",
                "yes        engine rh: registered (type runninghub)",
                "yes        engine rh: api_key set",
                "yes        engine rh: workflow_id set (1)",
                "not known  engine rh: reachable; run with --online",
                "not known  engine rh: key accepted; run with --online",
                "not known  engine rh: site right; run with --online",
                "not known  engine rh: workflow known and run once; run with --online",
                "not known  engine rh: balance; run with --online",
                "not known  engine rh: runs under way told; run with --online",
                "yes        pipeline pose_change: configured (steps: pose_transfer)",
                "yes        pipeline pose_change: its engines enabled (rh)",
                "yes        data folder: exists (./data)",
                "yes        data folder: writable",
                "yes        data folder: free space (20 GiB)",
                "yes        data folder: free for a service",
                "not known  clock: right; run with --online",
            ])
        #expect(try !list().hasNo)
    }

    @Test func everythingIsFine() throws {
        let list = try list(probes: ["rh": .answered(Self.healthy)])
        #expect(list.lines.allSatisfy { $0.answer == .yes && $0.advice.isEmpty })
        let texts = list.lines.map(\.text)
        #expect(texts.contains("yes        engine rh: balance (99999 coins)"))
        #expect(texts.contains("yes        engine rh: runs under way told (2)"))
        #expect(
            texts.last == "yes        clock: right (the clock of engine rh's provider is 1.2 s behind this machine's)")
    }

    @Test(
        arguments: [
            (\Probe.reachable, "reachable"), (\.authorised, "key accepted"), (\.siteMatches, "site right"),
            (\.workflowValid, "workflow known and run once"), (\.funded, "balance"),
        ] as [(FaultyFact, String)])
    func oneFaultIsOneNoWithTheReasonAndWhatToDo(path: FaultyFact, question: String)
        throws
    {
        var probe = Self.healthy
        probe[keyPath: path] = false
        probe.message = "the reason"
        let list = try list(probes: ["rh": .answered(probe)])
        let bad = list.lines.filter { $0.answer != .yes }
        #expect(list.hasNo && bad.count == 1)
        #expect(bad.first?.question == question && bad.first?.detail.hasSuffix("the reason") == true)
        #expect(bad.first?.advice.isEmpty == false)
    }

    @Test func whatTheProviderDoesNotTellIsNotKnown() throws {
        let list = try list(probes: ["rh": .answered(Probe(reachable: true, authorised: true))])
        let unknown = list.lines.filter { $0.answer == .notKnown }.map(\.text)
        #expect(
            unknown == [
                "not known  engine rh: site right; the provider did not tell",
                "not known  engine rh: workflow known and run once; the provider did not tell",
                "not known  engine rh: balance; the provider did not tell",
                "not known  engine rh: runs under way told; the provider did not tell",
                "not known  clock: right (no provider told the time)",
            ])
        #expect(!list.hasNo)
    }

    @Test func behindAnUnreachableProviderNothingIsClaimed() throws {
        let probe = Probe(reachable: false, message: "connection refused")
        let texts = try lines(probes: ["rh": .answered(probe)])
        #expect(texts.filter { $0.hasPrefix("no ") }.count == 1)
        #expect(
            texts.contains {
                $0.hasPrefix("no         engine rh: reachable (connection refused); check this machine's")
            })
        #expect(texts.filter { $0.hasSuffix("; the provider was not reached") }.count == 5)
    }

    @Test func noAnswerInTimeIsUnreachable() throws {
        let list = try list(probes: ["rh": .timedOut(seconds: 20)])
        #expect(list.hasNo)
        #expect(list.lines.contains { $0.text.hasPrefix("no         engine rh: reachable (no answer within 20 s)") })
    }

    @Test func anEngineThatCannotBeMadeIsANo() throws {
        let list = try list(probes: ["rh": .impossible("api_base_url: is odd")])
        #expect(list.lines.filter { $0.answer == .no }.map(\.detail) == ["api_base_url: is odd"])
    }

    @Test(
        arguments: [
            (0, ChecklistLine.Answer.yes), (60_000, .yes), (60_001, .no), (-60_000, .yes), (-60_001, .no), (.min, .no),
            (.max, .no),
        ] as [(Int64, ChecklistLine.Answer)]) func theClockMayDifferByAMinute(
            ahead: Int64, answer: ChecklistLine.Answer
        ) throws
    {
        var probe = Self.healthy
        probe.clockAheadMilliseconds = ahead
        let line = try #require(try list(probes: ["rh": .answered(probe)]).lines.last)
        #expect(line.subject == "clock" && line.answer == answer && line.advice.isEmpty == (answer == .yes))
    }

    @Test func anEngineThatIsDisabledIsNotAskedAbout() throws {
        let off = file().replacing("type: runninghub", with: "type: runninghub\n    enabled: false")
        let texts = try lines(off)
        #expect(texts.filter { $0.contains("engine rh") }.count == 2)
        #expect(texts.contains { $0.hasPrefix("yes        engine rh: disabled: starts nothing") })
        #expect(
            texts.contains {
                $0.hasPrefix("no         pipeline pose_change: its engines enabled (step pose_transfer: rh")
            })
    }

    @Test func aPipelineWithOneEngineLeftInEachStepRuns() throws {
        let text = file(pipeline: "p: { steps: { s: { engine: [rh, old] }, t: { engine: rh } } }")
            .replacing("pipelines:", with: "  old: { type: onething }\npipelines:")
        #expect(try lines(text).contains("yes        pipeline p: its engines enabled (rh, old is disabled, rh)"))
    }

    @Test func aPipelineThatIsSwitchedOffIsNoFault() throws {
        let text = file(pipeline: "p: { enabled: false, steps: { s: { engine: rh } } }")
        #expect(try lines(text).contains("yes        pipeline p: switched off: refuses every submit"))
    }

    @Test func aServiceThatRunsIsInformation() throws {
        var facts = Self.goodFolder
        facts = FolderFacts(
            path: facts.path, exists: true, fault: nil, isWritable: true, freeBytes: 1 << 30, holder: "process 7")
        let list = try list(folder: facts)
        #expect(!list.hasNo)
        #expect(
            list.lines.map(\.text).contains(
                "yes        data folder: in use by a running service (process 7; a second one cannot start on it)"))
    }

    @Test(arguments: [(512 << 20, true), ((512 << 20) - 1, false), (0, false)] as [(Int64, Bool)])
    func freeSpaceIsJudgedAtItsBound(bytes: Int64, isEnough: Bool) throws {
        let facts = FolderFacts(path: "d", exists: true, fault: nil, isWritable: true, freeBytes: bytes, holder: nil)
        #expect(try list(folder: facts).hasNo == !isEnough)
    }

    @Test func aFolderThatCannotBeUsedIsANoWithTheReason() throws {
        let facts = FolderFacts(
            path: "/x", exists: false, fault: "/ cannot be written to", isWritable: false, freeBytes: nil, holder: nil)
        let texts = try lines(folder: facts)
        #expect(texts.contains { $0.hasPrefix("no         data folder: can be made (/ cannot be written to); ") })
        #expect(texts.contains { $0.hasPrefix("no         data folder: writable") })
        #expect(texts.contains { $0.hasPrefix("not known  data folder: free space") })
    }

    @Test func aBrokenFileIsTheOneLine() {
        let problem = ConfigurationProblem(file: "f", position: nil, message: "m")
        let list = Checklist(unusable: "f", ConfigurationError(problems: [problem], moreProblems: 2))
        #expect(
            list.hasNo
                && list.lines.map(\.text) == ["no         configuration: can be used (f); correct the 3 errors shown"])
    }
}
