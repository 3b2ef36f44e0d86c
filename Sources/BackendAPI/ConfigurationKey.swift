/// One key of an engine's `config:` section, as its backend declares it.
///
/// The configuration checks the file against the declared keys, and the reference of keys is made from them, so that a new backend
/// touches nothing else.
public struct ConfigurationKey: Sendable, Equatable {
    public indirect enum Kind: Sendable, Equatable {
        case text
        /// Text that must never be shown: a key.
        case secret
        /// A number of seconds; fractions allowed.
        case seconds(ClosedRange<Double>)
        case integer(ClosedRange<Int64>)
        case boolean
        case choice([String])
        case url
        case list(Kind)
        /// A map with free names, each value a map of these keys (`inputs:` of an engine).
        case map(of: [ConfigurationKey])
        /// A list of maps of these keys (`outputs:` of an engine).
        case listOfMaps(of: [ConfigurationKey])
    }

    public var name: String
    public var kind: Kind
    public var isRequired: Bool
    /// The default as it would stand in the file; `nil`: none.
    public var defaultText: String?
    /// One line for people.
    public var help: String

    public init(_ name: String, _ kind: Kind, required: Bool = false, default defaultText: String? = nil, help: String)
    {
        self.name = name
        self.kind = kind
        self.isRequired = required
        self.defaultText = defaultText
        self.help = help
    }
}

/// A checked value of a `ConfigurationKey`.
public indirect enum ConfigurationValue: Sendable, Equatable {
    case text(String)
    case secret(Secret)
    case seconds(Double)
    case integer(Int64)
    case boolean(Bool)
    case list([ConfigurationValue])
    case map([String: ConfigurationValue])
}

/// The checked `config:` section of one engine: only declared keys, defaults filled in.
public struct BackendSettings: Sendable, Equatable {
    public var engineName: String
    public var values: [String: ConfigurationValue]

    public init(engineName: String, values: [String: ConfigurationValue]) {
        self.engineName = engineName
        self.values = values
    }

    public func text(_ name: String) -> String? {
        if case .text(let text)? = values[name] { text } else { nil }
    }
    public func secret(_ name: String) -> Secret? {
        if case .secret(let secret)? = values[name] { secret } else { nil }
    }
    public func seconds(_ name: String) -> Double? {
        if case .seconds(let seconds)? = values[name] { seconds } else { nil }
    }
    public func integer(_ name: String) -> Int64? {
        if case .integer(let integer)? = values[name] { integer } else { nil }
    }
    public func boolean(_ name: String) -> Bool? {
        if case .boolean(let boolean)? = values[name] { boolean } else { nil }
    }
    public func list(_ name: String) -> [ConfigurationValue] {
        if case .list(let list)? = values[name] { list } else { [] }
    }
    public func map(_ name: String) -> [String: ConfigurationValue] {
        if case .map(let map)? = values[name] { map } else { [:] }
    }
}
