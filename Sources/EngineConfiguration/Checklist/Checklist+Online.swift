import BackendAPI

/// What only the provider can answer.
extension Checklist {
    private struct Question {
        let text: String
        let answer: any KeyPath<Probe, Bool?> & Sendable
        let advice: String
    }

    private static let questions = [
        Question(
            text: "reachable", answer: \.reachable,
            advice: "check this machine's network, name service and proxy, and the engine's api_base_url"),
        Question(
            text: "key accepted", answer: \.authorised,
            advice: "copy the key again from the API page of the account, at the site that api_base_url names"),
        Question(
            text: "site right", answer: \.siteMatches,
            advice: "key and workflow belong to the other site: change api_base_url, or take both from this site"),
        Question(
            text: "workflow known and run once", answer: \.workflowValid,
            advice: "take the number from the workflow page's address, and run the workflow there once"),
        Question(text: "balance", answer: \.funded, advice: "top up the account"),
    ]

    static func online(_ engine: String, _ probes: [String: ProbeOutcome]?) -> [ChecklistLine] {
        let subject = "engine \(engine)"
        switch probes?[engine] {
        case nil: return unknown(subject, questions[...], advice: probes == nil ? runOnline : "ask again")
        case .answered(let probe)?: return lines(subject, probe)
        case .timedOut(let seconds)?:
            let first = ChecklistLine(
                .no, subject, "reachable", detail: "no answer within \(shortNumber(seconds)) s",
                advice: "\(questions[0].advice), or wait longer with --timeout")
            return [first] + unknown(subject, questions.dropFirst(), advice: "the provider was not reached")
        case .impossible(let reason)?:
            let first = ChecklistLine(.no, subject, "can be made", detail: reason, advice: "correct its configuration")
            return [first] + unknown(subject, questions[...], advice: "nobody could be asked")
        }
    }

    private static func unknown(_ subject: String, _ questions: ArraySlice<Question>, advice: String) -> [ChecklistLine]
    {
        (questions.map(\.text) + [underWay]).map { ChecklistLine(.notKnown, subject, $0, advice: advice) }
    }

    private static func lines(_ subject: String, _ probe: Probe) -> [ChecklistLine] {
        let silence = probe.reachable == false ? "the provider was not reached" : "the provider did not tell"
        let answers = questions.map { ($0, probe[keyPath: $0.answer]) }
        // The probe has one message for all that is wrong; it is shown where it is looked for first.
        let place = answers.firstIndex { $0.1 == false } ?? answers.firstIndex { $0.1 == nil }
        let lines = answers.enumerated().map { index, pair -> ChecklistLine in
            let (question, answer) = pair
            var details = question.answer == \Probe.funded && !probe.balance.isEmpty ? [probe.balance] : []
            if index == place, !probe.message.isEmpty { details.append(probe.message) }
            let advice =
                switch answer {
                case true?: ""
                case false?: question.advice
                case nil: silence
                }
            return ChecklistLine(
                Self.answer(answer), subject, question.text, detail: details.joined(separator: ", "), advice: advice)
        }
        return lines + [runs(probe.runsUnderWay, subject, silence)]
    }

    private static let underWay = "runs under way told"

    private static func runs(_ count: Int?, _ subject: String, _ silence: String) -> ChecklistLine {
        guard let count else { return ChecklistLine(.notKnown, subject, underWay, advice: silence) }
        return ChecklistLine(.yes, subject, underWay, detail: "\(count)")
    }

    private static func answer(_ fact: Bool?) -> ChecklistLine.Answer {
        switch fact {
        case true?: .yes
        case false?: .no
        case nil: .notKnown
        }
    }
}
