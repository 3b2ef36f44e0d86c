import FoundationEssentials
import Testing

@Suite("docs/writing-a-backend.md")
struct DocumentTests {
    private static let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/")

    private static func text(_ path: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)")), as: UTF8.self)
    }

    /// What stands between lines of three backticks, the first of which names the language.
    private static func blocks(of language: String, in text: String) -> [String] {
        var blocks: [String] = []
        var lines: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let open = lines, line == "```" {
                blocks.append(open.joined(separator: "\n"))
                lines = nil
            } else if lines != nil {
                lines?.append(line)
            } else if line == "```\(language)" {
                lines = []
            }
        }
        return blocks
    }

    @Test("all of its Swift is compiled: each block stands word for word in a file of the example")
    func code() throws {
        let files = ["StudioService", "StudioBackend", "StudioUnderTest", "StudioTests"]
        let sources = try files.map { try Self.text("\($0).swift") }
        let document = try Self.text("../../../docs/writing-a-backend.md")
        let blocks = Self.blocks(of: "swift", in: document)
        #expect(blocks.count >= 10)
        for block in blocks {
            #expect(sources.contains { $0.contains(block) }, "not in the example: \(block.prefix(120))")
        }
        let rows = document.split(separator: "\n").filter { $0.hasPrefix("```") }.count
        #expect(rows == 2 * (blocks.count + Self.blocks(of: "yaml", in: document).count), "a block of another language")
    }

    @Test("the whole backend is in the document")
    func complete() throws {
        let document = try Self.text("../../../docs/writing-a-backend.md")
        for line in try Self.text("StudioBackend.swift").split(separator: "\n").dropFirst(2) {
            #expect(document.contains(line), "not in the document: \(line)")
        }
    }
}
