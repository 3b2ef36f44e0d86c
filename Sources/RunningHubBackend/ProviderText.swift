import BackendAPI

/// Makes a provider's words fit to be stored, logged and shown: no secret, no signed address, no control character, not too long.
///
/// Providers echo requests, so a secret may be in any answer.
struct ProviderText: Sendable {
    private let secrets: [Secret]

    init(secrets: [Secret]) { self.secrets = secrets }

    /// Redacted first and cut last, so that no half of a secret stays at the cut.
    func shown(_ text: String) -> String {
        var text = text
        for secret in secrets where !secret.isEmpty { text = text.replacing(secret.reveal(), with: Self.redacted) }
        let plain = Self.withoutQueries(text).unicodeScalars.lazy.map(Self.escaped).prefix(
            RunningHubLimits.messageCharactersMax)
        return String(plain.joined().prefix(RunningHubLimits.messageCharactersMax))
    }

    private static let redacted = "<redacted>"

    /// The query of an address is where signatures and tokens stand.
    private static func withoutQueries(_ text: String) -> String {
        var shown = ""
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            let address = rest[scheme.lowerBound...].prefix { !$0.isWhitespace && !"\"'<>\\".contains($0) }
            shown += rest[..<scheme.lowerBound]
            let place = address.prefix { $0 != "?" && $0 != "#" }
            shown += place
            let query = address[place.endIndex...]
            shown += query.count > 1 ? "?\(redacted)" : query
            rest = rest[address.endIndex...]
        }
        return shown + rest
    }

    /// A line break could forge a log line, a change of direction could turn a message round.
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            "\\u{\(String(scalar.value, radix: 16))}"
        default: String(Character(scalar))
        }
    }
}
