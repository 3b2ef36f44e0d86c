import BackendAPI
import Crypto

/// One value that a run sends besides its pictures.
struct RunValue: Equatable {
    var name: String
    var place: RunningHubConfiguration.NodeField
    var value: JSONScalar

    static let seedName = "seed"
    static let seedRule = ParameterRule(
        name: seedName, kind: .integer, minimum: "0", maximum: String(RunningHubLimits.seedMax),
        help: "Number that the picture's chance is drawn from; the same number repeats a picture.")

    /// The declared parameters in their order, then the seed. The engine checks a caller's values before; what is not declared or
    /// does not fit is refused here once more, before any call.
    static func all(
        _ request: RunRequest, _ configuration: RunningHubConfiguration, text: ProviderText
    ) throws(BackendError) -> [RunValue] {
        let declared = Set(configuration.rules.map(\.name))
        if let name = request.parameters.keys.filter({ !declared.contains($0) }).min() {
            throw refusal("unknown parameter", text.shown("the engine has no parameter '\(name)'"))
        }
        var values: [RunValue] = []
        for parameter in configuration.parameters {
            let name = parameter.rule.name
            guard let given = request.parameters[name] ?? parameter.defaultText else { continue }
            let value = try scalar(given, parameter.rule, text)
            values.append(RunValue(name: name, place: parameter.place, value: value))
        }
        if let seed = configuration.seed {
            let given = request.parameters[seedName] ?? String(seed.fixed ?? number(of: request.marker))
            values.append(RunValue(name: seedName, place: seed.place, value: try scalar(given, seedRule, text)))
        }
        return values
    }

    private static func scalar(
        _ given: String, _ rule: ParameterRule, _ text: ProviderText
    ) throws(BackendError) -> JSONScalar {
        if let problem = rule.problem(with: given) {
            throw refusal("parameter", text.shown("parameter '\(rule.name)' \(problem)"))
        }
        guard let value = JSONScalar(given, rule.kind) else {
            throw refusal("parameter", text.shown("parameter '\(rule.name)' is not of type \(rule.kind.rawValue)"))
        }
        return value
    }

    private static func refusal(_ code: String, _ message: String) -> BackendError {
        BackendError(.permanent, code: code, message: message)
    }

    /// The same marker gives the same seed; two markers give two that nobody can tell from chance.
    static func number(of marker: String) -> Int64 {
        let first = SHA256.hash(data: Array(marker.utf8)).prefix(8)
        return first.reduce(Int64(0)) { $0 << 8 | Int64($1) } & RunningHubLimits.seedMax
    }
}

/// A value as JSON writes it: a whole number stays whole, whatever its size.
enum JSONScalar: Encodable, Equatable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)

    init?(_ text: String, _ kind: ParameterRule.Kind) {
        switch kind {
        case .string: self = .text(text)
        case .integer:
            guard let integer = Int64(text) else { return nil }
            self = .integer(integer)
        case .number:
            guard let number = Double(text), number.isFinite else { return nil }
            self = .number(number)
        case .boolean:
            guard let boolean = Bool(text) else { return nil }
            self = .boolean(boolean)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .text(let text): try value.encode(text)
        case .integer(let integer): try value.encode(integer)
        case .number(let number): try value.encode(number)
        case .boolean(let boolean): try value.encode(boolean)
        }
    }
}
