import BackendAPI

extension ConfigurationReader {
    /// The checked list of `server.callers`: names and token digests are unique over all of them.
    mutating func callers(_ checked: CheckedValues, _ section: ConfigurationSection) -> [ConfiguredCaller]? {
        guard let list = checked.list("callers") else { return nil }
        let before = problems.count
        var names: Set<String> = []
        var digests: Set<[UInt8]> = []
        let callers = list.enumerated().compactMap { index, value -> ConfiguredCaller? in
            guard case .map(let values) = value else { return nil }
            let place = CallerPlace(section: section, index: index)
            return caller(CheckedValues(values: values), place, &names, &digests)
        }
        return problems.count == before ? callers : nil
    }

    private mutating func caller(
        _ checked: CheckedValues, _ place: CallerPlace, _ names: inout Set<String>, _ digests: inout Set<[UInt8]>
    ) -> ConfiguredCaller? {
        guard let name = checked.text("name"), let tokens = checked.list("token_sha256") else { return nil }
        noteNameFaults(name, place, &names)
        if tokens.isEmpty {
            refuse(
                place.position("token_sha256"), place.path("token_sha256"),
                "is empty, so nobody can be this caller; give at least one digest")
        }
        let tokenDigests = tokens.enumerated().compactMap { index, value in
            digest(value, place.position("token_sha256[\(index)]"), place.path("token_sha256[\(index)]"), &digests)
        }
        let roots = folders(checked, "input_roots", place.node("input_roots"), place.path("input_roots")) ?? []
        return ConfiguredCaller(
            name: name, tokenDigests: tokenDigests, isAdmin: checked.boolean("admin") ?? false,
            openTasksMax: checked.integer("max_open_tasks"),
            pipelines: checked.texts("pipelines").map { $0.lowercased() },
            inputRoots: roots)
    }

    /// Callers stand before the pipelines that they name, so this comes when both are read.
    mutating func checkPipelines(of callers: [ConfiguredCaller], _ root: ConfigurationSection) {
        let names = SettableKey.names(node("pipelines", root)).map { $0.key.lowercased() }
        let list = node("server", root).node(along: "callers")
        for (index, caller) in callers.enumerated() {
            for (number, name) in caller.pipelines.enumerated() where !names.contains(name) {
                let path = "[\(index)].pipelines[\(number)]"
                let near = nearestName(to: name, in: names).map { "did you mean '\($0)'?" }
                refuse(
                    list.node(along: path).position, "server.callers\(path)",
                    "\(list.node(along: path).forPeople(name))is no pipeline of this file; "
                        + (near ?? "pipelines of this file: \(names.map { shown($0) }.joined(separator: ", "))"))
            }
        }
    }

    private mutating func noteNameFaults(_ name: String, _ place: CallerPlace, _ names: inout Set<String>) {
        let position = place.position("name")
        let path = place.path("name")
        guard isName(name, position, path, shown: place.node("name").forPeople(name)) else { return }
        if name.lowercased() == "local" {
            refuse(position, path, "'local' is the caller of a listener without callers; choose another name")
        }
        if !names.insert(name).inserted {
            refuse(
                position, path,
                "is the name of another caller; give several digests in one token_sha256 instead")
        }
    }

    private mutating func digest(
        _ value: ConfigurationValue, _ position: Position, _ path: String, _ known: inout Set<[UInt8]>
    ) -> [UInt8]? {
        let howTo = "make it with: printf %s \"$TOKEN\" | sha256sum"
        guard case .text(let text) = value, let bytes = hexBytes(text), bytes.count == 32 else {
            refuse(position, path, "is no SHA-256 digest (64 hex digits); \(howTo)")
            return nil
        }
        guard bytes != digestOfNothing else {
            refuse(position, path, "is the digest of an empty token; \(howTo)")
            return nil
        }
        guard known.insert(bytes).inserted else {
            refuse(position, path, "stands in this file already; each token means one caller")
            return nil
        }
        return bytes
    }
}

/// Where a caller stands in the file.
private struct CallerPlace {
    let section: ConfigurationSection
    let index: Int

    func path(_ key: String) -> String { "\(section.path(of: "callers"))[\(index)].\(key)" }

    func node(_ key: String) -> ConfigurationNode {
        let nothing = ConfigurationNode(position: section.position, content: .nothing)
        return section.entry("callers")?.value.node(along: "[\(index)].\(key)") ?? nothing
    }

    func position(_ key: String) -> Position { node(key).position }
}

private let digestOfNothing = hexBytes("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

private func hexBytes(_ text: String) -> [UInt8]? {
    let nibbles = text.utf8.compactMap { byte -> UInt8? in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
    guard nibbles.count == text.utf8.count, nibbles.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
}
