import BackendAPI
import Crypto

extension RunningHubConfiguration {
    /// The site and a short digest of the key: an upload is known to one account of one site. The digest tells nothing of a key of 32
    /// random characters.
    var uploadScope: String {
        let digits = SHA256.hash(data: Array(apiKey.reveal().utf8)).prefix(8).map { byte in
            let hex = String(byte, radix: 16)
            return hex.count == 1 ? "0\(hex)" : hex
        }
        return "\(baseURL) \(digits.joined())"
    }
}
