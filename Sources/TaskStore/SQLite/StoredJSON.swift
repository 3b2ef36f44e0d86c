import BackendAPI
import EngineCore
import FoundationEssentials

/// Maps and outputs in one column: JSON, so that SQLite and people can read them. Empty ones are NULL, which costs nothing.
enum StoredJSON {
    static func text(_ map: [String: String]) throws(StoreError) -> String? {
        map.isEmpty ? nil : try encode(map)
    }

    static func text(_ outputs: [TaskOutput]) throws(StoreError) -> String? {
        outputs.isEmpty ? nil : try encode(outputs.map(Output.init))
    }

    static func text(_ image: StoredImage?) throws(StoreError) -> String? {
        try image.map { image throws(StoreError) in try encode(Output(TaskOutput(name: "", image: image))) }
    }

    static func image(_ text: String?) throws(StoreError) -> StoredImage? {
        try text.map { text throws(StoreError) in try decode(Output.self, text).output().image }
    }

    static func text(_ cost: RunCost?) throws(StoreError) -> String? {
        try cost.map { cost throws(StoreError) in
            try encode(["coins": cost.coins, "money": cost.money, "currency": cost.currency])
        }
    }

    static func cost(_ text: String?) throws(StoreError) -> RunCost? {
        try text.map { text throws(StoreError) in
            let stored = try decode([String: String].self, text)
            return RunCost(
                coins: stored["coins"] ?? "", money: stored["money"] ?? "", currency: stored["currency"] ?? "")
        }
    }

    static func map(_ text: String?) throws(StoreError) -> [String: String] {
        guard let text else { return [:] }
        return try decode([String: String].self, text)
    }

    static func outputs(_ text: String?) throws(StoreError) -> [TaskOutput] {
        guard let text else { return [] }
        var outputs: [TaskOutput] = []
        for stored in try decode([Output].self, text) { outputs.append(try stored.output()) }
        return outputs
    }

    private struct Output: Codable {
        var name: String
        var sha256: String
        var bytes: Int64
        var type: String
        var width: UInt32
        var height: UInt32

        init(_ output: TaskOutput) {
            name = output.name
            sha256 = output.image.digest.hex
            bytes = output.image.sizeBytes
            type = output.image.mediaType
            width = output.image.width
            height = output.image.height
        }

        func output() throws(StoreError) -> TaskOutput {
            guard let digest = ContentDigest(hex: sha256) else {
                throw StoreError(.corrupt, "an output's digest is not 64 hex digits")
            }
            let image = StoredImage(digest: digest, sizeBytes: bytes, mediaType: type, width: width, height: height)
            return TaskOutput(name: name, image: image)
        }
    }

    private static func encode(_ value: some Encodable) throws(StoreError) -> String {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch { throw StoreError(.io, "a value cannot be written as JSON: \(error)") }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws(StoreError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch { throw StoreError(.corrupt, "a stored JSON text cannot be read: \(error)") }
    }
}
