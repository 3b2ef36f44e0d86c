import Testing

@Suite struct TidyTests {
    @Test(arguments: TidyRules.all.keys.sorted()) func holds(rule: String) throws {
        let rule = try #require(TidyRules.all[rule])
        let found = try rule(PackageTree.swiftFiles())
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }

    /// Each rule is tried on what it must find; a rule without an example fails.
    @Test(arguments: TidyRules.all.keys.sorted()) func findsItsViolation(rule name: String) throws {
        let examples: [String: [(path: String, text: String)]] = [
            "nothing imports Foundation": [("Tests/XTests/X.swift", "internal import Foundation")],
            "pure rooms ask no clock, sleep not and draw no random number": [
                ("Sources/EngineCore/X.swift", "let now = Date()"),
                ("Sources/PoseWire/X.swift", "try await Task.sleep(for: .seconds(1))"),
                ("Sources/BackendAPI/X.swift", "Swift.ContinuousClock.now"),
                ("Sources/EngineCore/X.swift", "Int.random(in: 0...1)"),
            ],
            "no channel handler starts a task or waits": [
                ("Sources/PoseServer/ConnectionHandler.swift", "Task { }"),
                ("Sources/PoseServer/ConnectionHandler+Reads.swift", "Task.detached {"),
                ("Sources/PoseServer/X.swift", "final class X: ChannelInboundHandler {\n  let x = await y()\n}"),
                ("Sources/PoseServer/XHandler.swift", "Task(priority: .high) {"),
            ],
            "no source crashes on purpose": [
                ("Sources/X/X.swift", "fatalError(\"x\")"), ("Sources/X/X.swift", "let x = try! y()"),
                ("Sources/X/X.swift", "x as! Y"),
            ],
            "unchecked promises of safety stand at C boundaries": [
                ("Sources/EngineCore/X.swift", "final class X: @unchecked Sendable {}"),
                ("Sources/PoseServer/X.swift", "nonisolated(unsafe) var x = 1"),
            ],
            "only what is for others is public": [
                ("Sources/EngineCore/X.swift", "public struct X {}"),
                ("Sources/TaskStore/X.swift", "    @inlinable public func x() {}"),
            ],
            "no file is named for a heap": [
                ("Sources/X/StringUtils.swift", ""), ("Sources/X/Helpers/X.swift", ""),
                ("Sources/X/TaskManager.swift", ""),
            ],
            "nothing is left to do": [("Sources/X/X.swift", "// TODO: later")],
        ]
        let rule = try #require(TidyRules.all[name])
        let violations = try #require(examples[name])
        for violation in violations {
            #expect(rule([SourceFile(path: violation.path, text: violation.text)]).count == 1, "\(violation.text)")
        }
    }

    /// What the rules must leave alone.
    @Test(arguments: [
        (
            "Sources/EngineCore/X.swift",
            "// let now = Date()\n/* await /* Task { */ fatalError( */ let x = \"try! as! \\\" Date()\""
        ),
        (
            "Sources/EngineCore/X.swift",
            "let x = \"\"\"\n  Task.sleep \" Date()\n  \"\"\"\nlet y = #\"fatalError(\"Date()\"#"
        ),
        ("Sources/PoseServer/Methods.swift", "let x = await y(); Task { }"),
        ("Sources/EngineCore/X.swift", "public import BackendAPI"),
        ("Sources/X/CommonName.swift", ""), ("Sources/X/XXXL.swift", ""),
        ("Sources/PoseWire/X.swift", "public struct X {}"),
        ("Sources/EngineCore/X.swift", "let candidate = toDate(x)"),
    ]) func leavesAlone(path: String, text: String) {
        for (name, rule) in TidyRules.all { #expect(rule([SourceFile(path: path, text: text)]) == [], "\(name)") }
    }

    @Test func aWholeTreeIsLookedAt() throws {
        let files = try PackageTree.swiftFiles()
        #expect(Set(files.map(\.target)).isSuperset(of: ["EngineCore", "PoseServer", "ArchitectureTests"]))
    }
}
