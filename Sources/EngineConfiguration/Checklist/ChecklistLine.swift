/// One line of the checklist: a question, its answer, and what to do about it.
package struct ChecklistLine: Sendable, Equatable, Encodable {
    package enum Answer: String, Sendable, Encodable, CaseIterable {
        case yes
        case no
        case notKnown = "not known"
    }

    package let answer: Answer
    /// What it is about: `engine cloud`.
    package let subject: String
    /// `key accepted`.
    package let question: String
    /// What was seen; may be empty.
    package let detail: String
    /// What to do; empty where nothing is to be done.
    package let advice: String

    init(_ answer: Answer, _ subject: String, _ question: String, detail: String = "", advice: String = "") {
        self.answer = answer
        self.subject = subject
        self.question = question
        self.detail = detail
        self.advice = advice
    }

    /// `no         engine cloud: key accepted (...); what to do`.
    package var text: String {
        let answer = answer.rawValue.padding(to: Self.answerWidth)
        let seen = detail.isEmpty ? "" : " (\(detail))"
        return "\(answer)\(subject): \(question)\(seen)\(advice.isEmpty ? "" : "; \(advice)")"
    }

    private static let answerWidth = 11
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
