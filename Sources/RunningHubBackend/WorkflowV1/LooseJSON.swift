import FoundationEssentials

/// An answer whose exact shape nobody has written down. Numbers and truth values are text.
indirect enum LooseJSON: Equatable {
    case text(String)
    case list([LooseJSON])
    case map([String: LooseJSON])
    case null

    /// `nil` where the bytes are not JSON.
    init?(_ bytes: [UInt8]) {
        guard let value = try? JSONDecoder().decode(LooseJSON.self, from: Data(bytes)) else { return nil }
        self = value
    }

    subscript(_ name: String) -> LooseJSON? {
        guard case .map(let members) = self, let value = members[name], value != .null else { return nil }
        return value
    }

    var text: String? {
        if case .text(let text) = self, !text.isEmpty { text } else { nil }
    }

    /// The first of the names that has a text here, or else below `data`.
    func text(_ names: String...) -> String? {
        names.lazy.compactMap { self[$0]?.text }.first ?? names.lazy.compactMap { self["data"]?[$0]?.text }.first
    }

    /// The provider's words about a failure: `error` as text or as an object, or `message`.
    var reason: String? {
        self["error"]?.text ?? self["error"]?.text("message", "code") ?? text("message")
    }
}

extension LooseJSON: Decodable {
    init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: AnyName.self) {
            var map: [String: LooseJSON] = [:]
            for name in members.allKeys { map[name.stringValue] = try members.decode(LooseJSON.self, forKey: name) }
            self = .map(map)
        } else if var elements = try? decoder.unkeyedContainer() {
            var list: [LooseJSON] = []
            while !elements.isAtEnd, list.count < RunningHubLimits.outputItemsMax {
                list.append(try elements.decode(LooseJSON.self))
            }
            self = .list(list)
        } else {
            self = try LenientText(from: decoder).text.map(LooseJSON.text) ?? .null
        }
    }
}
