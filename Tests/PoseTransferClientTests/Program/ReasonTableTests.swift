import PoseTransferClient
import PoseWire
import Testing

@testable import posetransferctl

@Suite struct ReasonTableTests {
    @Test(arguments: WireReason.allCases) func everyReasonOfTheWireIsExplained(reason: WireReason) throws {
        let entry = try #require(ReasonTable.entry(reason.rawValue))
        #expect(entry.code == reason.code.description)
        #expect(!entry.when.isEmpty && !entry.advice.isEmpty)
        #expect(!entry.when.hasSuffix("."), "the table's own style: a clause")
    }

    @Test func noReasonIsExplainedTwice() {
        let reasons = ReasonTable.all.map(\.reason)
        #expect(Set(reasons).count == reasons.count)
    }

    @Test func nothingIsExplainedThatNobodyTells() {
        let known = Set(WireReason.allCases.map(\.rawValue))
        let strangers = ReasonTable.all.filter { !known.contains($0.reason) && $0.code != "-" }
        #expect(strangers.isEmpty)
    }

    @Test func lowerCaseIsUnderstood() {
        #expect(ReasonTable.entry("queue_full")?.reason == "QUEUE_FULL")
        #expect(ReasonTable.entry("QUEUE") == nil)
        #expect(ReasonTable.near("queue_ful").contains("QUEUE_FULL"))
    }

    @Test func anUnknownSubmissionSaysThatMoneyIsNotKnown() throws {
        let entry = try #require(ReasonTable.entry("SUBMISSION_UNKNOWN"))
        #expect(entry.money == .unknown)
        #expect(entry.repetition == .no)
        #expect(entry.text.contains("money spent?  not known"))
        #expect(entry.json.text.contains(#""money_spent":"not known"#))
    }
}
