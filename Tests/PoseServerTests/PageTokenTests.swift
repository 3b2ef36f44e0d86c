import EngineCore
import PoseWire
import Testing

@testable import PoseServer

@Suite struct PageTokenTests {
    private static func token(_ change: (inout PageScope) -> Void = { _ in }) -> PageToken {
        var scope = PageScope(method: .listTasks, asker: "alice", query: TaskListQuery(caller: "alice", limit: 1))
        change(&scope)
        return PageToken(scope: scope)
    }

    @Test(arguments: [0, 1, -1, Int64.max, .min, 1_234_567]) func aTokenGivesItsNumberBack(number: Int64) {
        let text = Self.token().text(below: number)
        #expect(text.utf8.count == 32)
        #expect(Self.token().number(in: text) == number)
    }

    @Test func whatIsNoFilterDoesNotCount() {
        let text = Self.token().text(below: 9)
        let other = Self.token {
            $0.query.limit = 400
            $0.query.below = 77
        }
        #expect(other.number(in: text) == 9)
    }

    @Test func anotherListHasOtherTokens() {
        let text = Self.token().text(below: 9)
        let changes: [(inout PageScope) -> Void] = [
            { $0.method = .listAllTasks }, { $0.asker = "bob" }, { $0.query.caller = nil },
            { $0.query.states = [.queued] }, { $0.query.labels = ["a": "b"] }, { $0.query.createdFrom = 1 },
            { $0.query.createdBefore = 1 },
        ]
        for change in changes { #expect(Self.token(change).number(in: text) == nil) }
    }

    @Test func labelsThatReadAlikeAreNotAlike() {
        let one = Self.token { $0.query.labels = ["ab": "c"] }
        let other = Self.token { $0.query.labels = ["a": "bc"] }
        #expect(other.number(in: one.text(below: 1)) == nil)
    }

    /// RFC 4648, section 10, without padding and in its URL alphabet.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ]) func base64IsThatOfTheStandard(bytes: String, text: String) {
        #expect(Base64URL.text(Array(bytes.utf8)) == text)
        #expect(Base64URL.bytes(text) == Array(bytes.utf8))
    }

    @Test func theURLAlphabetIsUsedAndOtherTextsAreNone() {
        #expect(Base64URL.text([0xFB, 0xEF, 0xFF]) == "--__")
        for text in ["+", "/", "Zg==", "Zh", "Z", "Zm9v\n", "ä"] { #expect(Base64URL.bytes(text) == nil) }
    }
}
