import FoundationEssentials
import Testing

/// Who uses the library reads these comments before anything else.
@Suite struct DocumentationTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    @Test(arguments: ["PoseTransferClient", "PoseTransferTestKit"])
    func everyPublicMemberHasAComment(target: String) throws {
        let folder = Self.sources.appending(path: target)
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".swift") && !$0.contains(".docc/") }
        #expect(files.count > 3)
        for file in files {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            let silent = Self.silent(
                text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } })
            #expect(silent.isEmpty, "\(file): \(silent)")
        }
    }

    /// Numbers of lines with a public declaration and no comment above it. An import or the alias that a protocol asks for needs none.
    private static func silent(_ lines: [Substring]) -> [Int] {
        lines.indices.filter { index in
            let line = lines[index]
            guard line.hasPrefix("public "), !line.hasPrefix("public import"), !line.hasPrefix("public typealias")
            else {
                return false
            }
            let above = lines[..<index].last { !$0.hasPrefix("@") }
            return above?.hasPrefix("///") != true
        }.map { $0 + 1 }
    }
}

/// What the tutorial shows is what is compiled and run.
@Suite struct TutorialTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let catalog = root.appending(path: "Sources/PoseTransferClient/PoseTransferClient.docc")

    private static func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

    @Test(arguments: ["SubmitAndWait", "ResumeWatch", "SubmitMany"])
    func theFilesOfTheTutorialAreTheExamples(name: String) throws {
        let example = try Self.text(Self.root.appending(path: "Examples/\(name)/\(name).swift"))
        #expect(try Self.text(Self.catalog.appending(path: "Resources/\(name).swift")) == example)
        #expect(
            try Self.text(Self.catalog.appending(path: "Tutorials/ThreePrograms.tutorial")).contains(
                "file: \(name).swift"))
        #expect(example.split(separator: "\n").count <= 45, "an example is to be read at one look")
    }
}
