package import BackendAPI

/// One value that is in force, and where it came from.
package struct EffectiveValue: Sendable, Equatable {
    /// `server.limits.max_calls`, `engines.x.config.outputs[0].node`.
    package let key: String
    /// `nil`: nothing is set, and there is no default.
    package let value: ConfigurationValue?
    package let origin: ValueOrigin

    /// As it may be shown: a secret is `<redacted>` whatever its length.
    package var text: String { value.map(Self.text) ?? "(none)" }

    private static func text(_ value: ConfigurationValue) -> String {
        switch value {
        case .text(let text): text
        case .secret(let secret): secret.description
        case .seconds(let seconds): shortNumber(seconds)
        case .integer(let integer): String(integer)
        case .boolean(let boolean): String(boolean)
        case .list(let list): "[\(list.map(text).joined(separator: ", "))]"
        case .map(let map): map.isEmpty ? "{}" : "{\(map.keys.sorted().joined(separator: ", "))}"
        }
    }

    /// The same, hidden where a secret of another key stands in it by mistake. A secret of a few characters is in every other word.
    func hiding(_ secrets: [String]) -> EffectiveValue {
        let isLeak = secrets.contains { $0.utf8.count >= ConfigurationLimits.soughtSecretBytesMin && text.contains($0) }
        return isLeak ? EffectiveValue(key: key, value: .secret(Secret("")), origin: origin) : self
    }

    func from(_ origin: ValueOrigin) -> EffectiveValue { EffectiveValue(key: key, value: value, origin: origin) }
}

extension EffectiveValue: Encodable {
    private enum Key: String, CodingKey { case key, value, origin }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(key, forKey: .key)
        try container.encode(value.map(Shown.init), forKey: .value)
        try container.encode(origin.description, forKey: .origin)
    }

    /// A value with the type that it has, so that a number stays a number.
    private struct Shown: Encodable {
        let value: ConfigurationValue

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value {
            case .text(let text): try container.encode(text)
            case .secret(let secret): try container.encode(secret.description)
            case .seconds(let seconds): try container.encode(seconds)
            case .integer(let integer): try container.encode(integer)
            case .boolean(let boolean): try container.encode(boolean)
            case .list(let list): try container.encode(list.map(Shown.init))
            case .map(let map): try container.encode(map.mapValues(Shown.init))
            }
        }
    }
}

/// `300`, not `300.0`.
func shortNumber(_ number: Double) -> String { Int64(exactly: number).map(String.init) ?? String(number) }
