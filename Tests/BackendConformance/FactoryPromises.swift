package import BackendAPI

/// What every factory promises about its keys and its plan. `settings` are good ones.
package enum FactoryPromises {
    /// What is not kept, each with the key at fault; empty: all is.
    package static func broken(by factory: any BackendFactory, settings: BackendSettings) -> [String] {
        keys(factory.keys, path: "") + plan(factory.plan(settings)) + made(factory, settings)
            + (isName(factory.type) ? [] : ["type '\(factory.type)' is no word"])
    }

    private static func keys(_ keys: [ConfigurationKey], path: String) -> [String] {
        var seen: Set<String> = []
        return keys.flatMap { key -> [String] in
            let place = path + key.name
            var broken: [String] = []
            if !seen.insert(key.name).inserted { broken.append("\(place) stands twice") }
            if !isName(key.name) { broken.append("\(place) is no name: a-z, 0-9 and _") }
            if !key.help.hasSuffix(".") || key.help.contains("\n") { broken.append("\(place) has no line of help") }
            if key.isRequired, key.defaultText != nil { broken.append("\(place) is required and has a default") }
            if key.kind == .secret, key.defaultText != nil { broken.append("\(place) is a secret with a default") }
            return broken + nested(key.kind, path: place)
        }
    }

    private static func nested(_ kind: ConfigurationKey.Kind, path: String) -> [String] {
        switch kind {
        case .map(let inner), .listOfMaps(let inner): keys(inner, path: "\(path).")
        case .list(let element): nested(element, path: path)
        case .choice(let words): words.isEmpty ? ["\(path) has no choice"] : []
        case .text, .secret, .seconds, .integer, .boolean, .url: []
        }
    }

    private static func plan(_ plan: EnginePlan) -> [String] {
        var broken: [String] = []
        if plan.concurrency < 1 { broken.append("the plan has no run at a time") }
        if plan.timeoutMilliseconds < 1 || plan.pollIntervalMilliseconds < 1 { broken.append("the plan has no time") }
        if Set(plan.parameters.map(\.name)).count < plan.parameters.count {
            broken.append("two parameters of one name")
        }
        return broken
    }

    /// A type that never runs need not be made.
    private static func made(_ factory: any BackendFactory, _ settings: BackendSettings) -> [String] {
        let problems = factory.problems(settings).map { "\($0.key) \($0.message)" }
        guard problems.isEmpty else { return problems }
        do {
            let (first, second) = (try factory.make(settings), try factory.make(settings))
            let isSame = first.capabilities == second.capabilities && first.uploadScope == second.uploadScope
            return isSame ? [] : ["two backends of one set-up differ in capabilities or scope"]
        } catch {
            return ["problems were empty, but make throws: \(error)"]
        }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
