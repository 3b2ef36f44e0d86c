/// What a reason means, and what follows from it.
struct ReasonEntry: Equatable, Sendable {
    enum Repetition: String, Sendable {
        /// The same again gives the same answer.
        case no
        /// It is harmless, and can go well.
        case yes
        /// It is harmless, and can go well once something has been changed first.
        case afterwards = "after the cause is mended"
    }

    enum Money: String, Sendable {
        case no
        case yes
        /// The task's `charged` says.
        case seeTask = "see the task's `charged`"
        case unknown = "not known: look at the provider's list of runs"
    }

    let reason: String
    /// The canonical code (google.rpc.Code) that comes with it; `-` for reasons of this program.
    let code: String
    let when: String
    let advice: String
    let repetition: Repetition
    let money: Money

    init(
        _ reason: String, _ code: String, _ when: String, _ advice: String, again repetition: Repetition,
        money: Money = .no
    ) {
        self.reason = reason
        self.code = code
        self.when = when
        self.advice = advice
        self.repetition = repetition
        self.money = money
    }

    /// For people: what a new user asks, in that order.
    var text: String {
        [
            ("reason", reason), ("code", code), ("when", when), ("what to do", advice), ("again?", repetition.rawValue),
            ("money spent?", money.rawValue),
        ].map { "\($0.0.padded(to: 14))\($0.1)\n" }.joined()
    }

    var json: JSONLine {
        .object([
            ("type", .string("reason")), ("reason", .string(reason)), ("code", .string(code)), ("when", .string(when)),
            ("advice", .string(advice)), ("repeatable", .string(repetition.rawValue)),
            ("money_spent", .string(money.rawValue)),
        ])
    }
}
