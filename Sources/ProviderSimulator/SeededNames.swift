internal import Crypto

/// Task ids, upload names and file links: fixed by the seed, not to be guessed without it.
struct SeededNames: Sendable {
    private let seed: UInt64

    init(seed: UInt64) { self.seed = seed }

    /// Nineteen digits, growing with `number`, like the ids of the provider; fits into 64 signed bits.
    func taskID(number: Int) -> String {
        let low = digest("task", "\(number)").prefix(2).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return String(1_900_000_000_000_000_000 + Int64(number) << 20 + low)
    }

    /// Nineteen digits too, but of no task.
    func webhookID(number: Int) -> String { String(1_800_000_000_000_000_000 + Int64(number) << 20) }

    /// The same for the same bytes of the same account, so that the order of concurrent uploads does not matter.
    func upload(account: Int, digest content: [UInt8]) -> String {
        hexadecimal(digest("upload", "\(account)", hexadecimal(content)))
    }

    func fileToken(of name: String) -> String { hexadecimal(digest("file", name)) }

    func clientID(of taskID: String) -> String { hexadecimal(digest("client", taskID).prefix(16)) }

    private func digest(_ parts: String...) -> [UInt8] {
        let text = ([String(seed)] + parts).joined(separator: "|")
        return Digest.sha256(Array(text.utf8))
    }
}

/// SHA-256 as plain bytes.
package enum Digest {
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}
