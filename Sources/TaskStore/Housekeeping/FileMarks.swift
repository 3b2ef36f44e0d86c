import EngineCore

/// Which files are needed, as the rows say.
///
/// Files are told apart by the first 64 bits of their digests, which takes a quarter of the memory: a file that shares them with a needed
/// one stays for longer, and none ever goes too early.
struct FileMarks {
    /// Files that no bound in bytes may remove.
    private(set) var needed: Set<FileKey> = []
    /// Files that are results of ended tasks: when the last of those tasks ended.
    private(set) var results: [FileKey: Int64] = [:]

    mutating func add(needed key: FileKey) { needed.insert(key) }

    mutating func add(result key: FileKey, endedAt: Int64) { results[key] = max(endedAt, results[key] ?? .min) }

    func standing(of key: FileKey) -> FileStanding {
        if needed.contains(key) { return .needed }
        return results[key].map(FileStanding.result) ?? .unneeded
    }
}

enum FileStanding: Equatable {
    case needed
    case result(endedAt: Int64)
    case unneeded
}

/// The first 64 bits of a digest.
struct FileKey: Hashable {
    private let bits: UInt64

    /// nil where there are fewer than 8 bytes.
    init?(bytes: some Collection<UInt8>) {
        guard bytes.count >= 8 else { return nil }
        bits = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// nil unless the text begins with 16 lower-case hex digits.
    init?(hex: some Collection<UInt8>) {
        guard hex.count >= 16 else { return nil }
        var bits: UInt64 = 0
        for digit in hex.prefix(16) {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): bits = bits << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): bits = bits << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        self.bits = bits
    }

    /// The digests in a text that `StoredJSON` wrote, found by their name alone. Within a JSON string the quotes would be escaped.
    static func all(in text: UnsafeBufferPointer<UInt8>) -> [FileKey] {
        var (keys, rest) = ([FileKey](), text[...])
        while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
            rest = rest[quote...]
            if rest.starts(with: name) {
                rest = rest.dropFirst(name.count)
                if let key = FileKey(hex: rest) { keys.append(key) }
            } else {
                rest = rest.dropFirst()
            }
        }
        return keys
    }

    private static let name = Array("\"sha256\":\"".utf8)
}
