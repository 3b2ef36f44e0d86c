import BackendAPI

/// A key that the environment and flags may name, and what its value must be.
struct SettableKey {
    /// `["engines", "x", "config", "api_key"]`: names may have dots in them, so the parts are kept.
    let parts: [String]
    /// `nil`: a section of keys.
    let kind: ConfigurationKey.Kind?

    var path: String { parts.joined(separator: ".") }

    /// `PTD_SERVER_LISTEN`: the path in upper case, with `_` for whatever is no letter or digit.
    var variable: String { Self.variable(path) }

    static let prefix = "PTD_"

    static func variable(_ path: String) -> String {
        prefix
            + String(
                path.utf8.map { byte -> Character in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"): Character(UnicodeScalar(byte - 32))
                    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                        Character(UnicodeScalar(byte))
                    default: "_"
                    }
                })
    }

    /// Only single values and lists of them can be written in one line.
    var isOneLine: Bool {
        switch kind {
        case .map, .listOfMaps, nil: false
        case .list(let element): SettableKey(parts: parts, kind: element).isOneLine && !Self.isList(element)
        default: true
        }
    }

    private static func isList(_ kind: ConfigurationKey.Kind) -> Bool {
        if case .list = kind { true } else { false }
    }
}

extension SettableKey {
    /// A section's keys; the entries that a map has in the file are gone through as well.
    static func keys(
        _ declared: [ConfigurationKey], below parts: [String], in section: ConfigurationNode?
    ) -> [SettableKey] {
        declared.flatMap { key -> [SettableKey] in
            let own = SettableKey(parts: parts + [key.name], kind: key.kind)
            guard case .map(let inner) = key.kind else { return [own] }
            return [own]
                + names(section?.value(of: key.name)).flatMap { entry in
                    [SettableKey(parts: own.parts + [entry.key], kind: nil)]
                        + keys(inner, below: own.parts + [entry.key], in: entry.value)
                }
        }
    }

    /// All but what stands below `engines.NAME.config`, which depends on the engine's type.
    static func ofSections(_ root: ConfigurationNode) -> [SettableKey] {
        let server = root.value(of: "server")
        return section(["server"], ServerKeys.server, server)
            + section(["server", "limits"], ServerKeys.limits, server?.value(of: "limits"))
            + section(["server", "timeouts"], ServerKeys.timeouts, server?.value(of: "timeouts"))
            + section(["storage"], ServerKeys.storage, root.value(of: "storage"))
            + ofEngines(root) + ofPipelines(root)
    }

    private static func ofEngines(_ root: ConfigurationNode) -> [SettableKey] {
        let engines = names(root.value(of: "engines")).flatMap { entry in
            section(["engines", entry.key], PipelineKeys.engine, entry.value)
        }
        return [SettableKey(parts: ["engines"], kind: nil)] + engines
    }

    private static func ofPipelines(_ root: ConfigurationNode) -> [SettableKey] {
        let pipelines = names(root.value(of: "pipelines")).flatMap { pipeline -> [SettableKey] in
            let parts = ["pipelines", pipeline.key]
            let steps = names(pipeline.value.value(of: "steps")).flatMap { step in
                section(parts + ["steps", step.key], PipelineKeys.step, step.value)
            }
            return section(parts, PipelineKeys.pipeline, pipeline.value)
                + [SettableKey(parts: parts + ["steps"], kind: nil)] + steps
        }
        return [SettableKey(parts: ["pipelines"], kind: nil)] + pipelines
    }

    static func section(_ parts: [String], _ declared: [ConfigurationKey], _ node: ConfigurationNode?) -> [SettableKey]
    {
        [SettableKey(parts: parts, kind: nil)] + keys(declared, below: parts, in: node)
    }

    static func names(_ node: ConfigurationNode?) -> [ConfigurationNode.Entry] {
        if case .map(let entries)? = node?.content { entries } else { [] }
    }
}
