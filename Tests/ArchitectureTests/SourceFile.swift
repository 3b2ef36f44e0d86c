import FoundationEssentials

/// A Swift file of the package with its target's name. Rules look at `code`, in which comments and the text of literals
/// are blank.
struct SourceFile {
    /// Relative to the package's root: `Sources/EngineCore/Task/TaskRecord.swift`.
    let path: String
    /// The folder below `Sources` or `Tests`.
    let target: String
    let text: String
    /// Line by line as in `text`.
    let code: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        target = path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        code = SourceFile.blanked(text).split(separator: "\n", omittingEmptySubsequences: false)
    }

    var isSource: Bool { path.hasPrefix("Sources/") }

    /// What is imported, each with its line: `import X`, `package import struct X.Y`, `@testable import X`.
    var imports: [(module: String, line: Int)] {
        let pattern =
            /^\s*(@\w+(\([^)]*\))?\s+)*((public|package|internal|fileprivate|private)\s+)?import\s+((struct|class|enum|protocol|func|var|let|typealias)\s+)?(?<module>\w+)/
        return code.enumerated().compactMap { index, line in
            line.firstMatch(of: pattern).map { (String($0.module), index + 1) }
        }
    }

    /// Lines whose code has a match: `Sources/X/Y.swift:12: what stands there`.
    func places<Output>(of pattern: Regex<Output>) -> [String] {
        // The default boundaries are those of running text: it would see one word in `Swift.ContinuousClock.now`.
        let pattern = pattern.wordBoundaryKind(.simple)
        return code.enumerated().compactMap { index, line in
            line.firstMatch(of: pattern).map { "\(path):\(index + 1): \(line[$0.range])" }
        }
    }

    /// The text with comments and the insides of string literals as spaces; lines stay lines. Nested comments, `"""`
    /// and `#"` are known.
    private static func blanked(_ text: String) -> String {
        var blanker = Blanker()
        return String(decoding: blanker.blank(Array(text.utf8)), as: UTF8.self)
    }
}

/// The lexer behind `SourceFile.code`. Code in an interpolation counts as text of its literal.
private struct Blanker {
    private enum Mode: Equatable {
        case code
        case lineComment
        case blockComment(depth: Int)
        /// `quotes`: 1 or 3; `hashes`: how many `#` frame it.
        case literal(quotes: Int, hashes: Int)
    }

    private var mode = Mode.code

    mutating func blank(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        var index = 0
        while index < bytes.count {
            let length = step(bytes[index...])
            let isNewline = bytes[index] == UInt8(ascii: "\n")
            if mode != .code || length > 1, !isNewline {
                for blanked in index..<index + length { result[blanked] = UInt8(ascii: " ") }
            }
            index += length
        }
        return result
    }

    /// Goes on by one token and gives its length.
    private mutating func step(_ rest: ArraySlice<UInt8>) -> Int {
        func begins(_ text: String) -> Bool { rest.starts(with: text.utf8) }
        switch mode {
        case .code:
            if begins("//") { mode = .lineComment } else if begins("/*") { mode = .blockComment(depth: 1) }
            if mode != .code { return 2 }
            let hashes = rest.prefix { $0 == UInt8(ascii: "#") }.count
            let afterHashes = rest.dropFirst(hashes)
            guard afterHashes.first == UInt8(ascii: "\"") else { return 1 }
            let quotes = afterHashes.starts(with: "\"\"\"".utf8) ? 3 : 1
            mode = .literal(quotes: quotes, hashes: hashes)
            return hashes + quotes
        case .lineComment:
            if begins("\n") { mode = .code }
            return 1
        case .blockComment(let depth):
            if begins("/*") { mode = .blockComment(depth: depth + 1) }
            if begins("*/") { mode = depth == 1 ? .code : .blockComment(depth: depth - 1) }
            return begins("/*") || begins("*/") ? 2 : 1
        case .literal(let quotes, let hashes):
            if hashes == 0, begins("\\"), rest.count > 1 { return 2 }
            let end = String(repeating: "\"", count: quotes) + String(repeating: "#", count: hashes)
            guard begins(end) else { return 1 }
            mode = .code
            return end.utf8.count
        }
    }
}
