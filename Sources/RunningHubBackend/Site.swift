/// The provider's two sites. Accounts, keys, workflows and money of one are unknown to the other.
enum Site {
    private static let china = "https://www.runninghub.cn"
    private static let international = "https://www.runninghub.ai"

    /// Codes that a key or a workflow of the other site brings.
    static let suspicious: Set<Int> = [380, 423, 802, 806, 807, 811, 901, 1002, 1004]
    /// Of these one says it outright: the site has no such user.
    static let unknownUser = 806

    /// What to try, for the host that the engine talks to.
    static func hint(at host: String) -> String {
        let isOurs = host.hasSuffix(".runninghub.cn") || host.hasSuffix(".runninghub.ai")
        guard isOurs else { return "keys and workflows belong to one site: \(international) or \(china)" }
        let other = host.hasSuffix(".cn") ? international : china
        return "if the key or the workflow belongs to the other site, set api_base_url to \(other)"
    }
}
