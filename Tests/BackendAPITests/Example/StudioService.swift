/// An imagined provider, as its vendor's package would show it: an order takes two pictures and makes one.
protocol StudioService: Sendable {
    /// The name of a picture that can be ordered with.
    func upload(_ bytes: [UInt8], key: String) async throws(StudioError) -> String
    /// The name of the order, which is paid from now on.
    func order(_ order: StudioOrder, key: String) async throws(StudioError) -> String
    func look(at order: String, key: String) async throws(StudioError) -> StudioState
    func stop(_ order: String, key: String) async throws(StudioError)
    /// A finished picture; no key is needed.
    func file(_ name: String) async throws(StudioError) -> [UInt8]
    func account(key: String) async throws(StudioError) -> StudioAccount
}

struct StudioOrder: Sendable {
    var style: String
    var person: String
    var pose: String
}

struct StudioState: Sendable {
    /// `waiting`, `working`, `done`, `failed`, `stopped`.
    var word: String
    var share: Double?
    var files: [String] = []
    var price = ""
    var reason = ""
}

struct StudioAccount: Sendable {
    var credit: Int
    var styles: [String]
}

struct StudioError: Error {
    /// The studio's own word, or `unreachable`, `no answer`.
    var word: String
    var text = ""
    /// Seconds that the studio asks to wait.
    var wait: Int64?
}
