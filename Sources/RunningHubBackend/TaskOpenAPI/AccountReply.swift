import BackendAPI
import HTTPTransport

/// What the account's call says about key, money and load.
struct AccountReply {
    let errors: ErrorReader

    func probe(_ answer: Result<HTTPResponse, HTTPTransportError>) -> Probe {
        let reply = Reply(answer, as: AccountContent.self)
        guard let error = errors.error(reply) else { return healthy(reply) }
        var probe = Probe(configured: true, message: error.message)
        if case .answered = reply { probe.reachable = true } else { probe.reachable = false }
        switch error.errorClass {
        case .auth: (probe.reachable, probe.authorised) = (true, false)
        case .quota: (probe.reachable, probe.authorised, probe.funded) = (true, true, false)
        default: break
        }
        if error.code == String(Site.unknownUser) { probe.siteMatches = false }
        return probe
    }

    private func healthy(_ reply: Reply<AccountContent>) -> Probe {
        var probe = Probe(configured: true, reachable: true, authorised: true)
        guard case .answered(let envelope) = reply, let account = envelope.content else { return probe }
        let amounts = [account.coins, account.money].compactMap { Double($0) }
        probe.funded = amounts.isEmpty ? nil : amounts.contains { $0 > 0 }
        probe.balance = errors.text.shown(account.balance)
        probe.runsUnderWay = account.runs
        if probe.funded == false { probe.message = "the account is empty; top it up" }
        return probe
    }
}

/// `data` of the account's call. Names are read without case: the documents write this call in lower case, its answer not.
struct AccountContent: Decodable {
    let coins: String
    let money: String
    let currency: String
    /// Also those that were started on the provider's website.
    let runs: Int?

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyName.self)
        var texts: [String: String] = [:]
        for name in fields.allKeys { texts[name.stringValue.lowercased()] = fields.lenientText(name) }
        coins = texts["remaincoins"] ?? ""
        money = texts["remainmoney"] ?? ""
        currency = texts["currency"] ?? ""
        runs = texts["currenttaskcounts"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 }
    }

    var balance: String {
        let cash = money.isEmpty ? "" : currency.isEmpty ? "\(money) money" : "\(money) \(currency)"
        return [coins.isEmpty ? "" : "\(coins) coins", cash].filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

/// A name that is not known beforehand.
struct AnyName: CodingKey {
    let stringValue: String
    let intValue: Int? = nil
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
