import Testing

@Suite struct ArrowTests {
    @Test func eachTargetImportsOnlyWhatItsRowAllows() throws {
        let found = try Arrows.forbiddenImports(in: PackageTree.swiftFiles())
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }

    @Test func theManifestDeclaresOnlyWhatTheTableAllows() throws {
        let manifest = try Manifest(PackageTree.read("Package.swift"))
        #expect(manifest.dependencies["EngineConfiguration"] == ["BackendAPI", "Yams"])
        #expect(manifest.dependencies.count >= Arrows.table.count)
        let found = Arrows.forbiddenDependencies(in: manifest)
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }

    @Test func everyRowOfTheTableIsATarget() throws {
        let manifest = try Manifest(PackageTree.read("Package.swift"))
        #expect(Set(Arrows.table.keys).subtracting(manifest.dependencies.keys) == [])
    }

    /// The rules are tried on what they must find.
    @Test(arguments: [
        ("EngineCore", "package import NIOCore"), ("EngineCore", "import Glibc"),
        ("EngineCore", "import FoundationEssentials"),
        ("BackendAPI", "import Logging"), ("PoseWire", "internal import struct EngineCore.TaskRecord"),
        ("PoseServer", "@preconcurrency import TaskStore"), ("PoseServer", "@_spi(Tests) import RunningHubBackend"),
        ("ProviderSimulator", "  import BackendAPI"), ("TaskStore", "import Foundation"),
        ("posetransferctl", "import EngineCore"),
        ("NewRoom", "import Swift"),
    ]) func aForbiddenImportIsFound(target: String, line: String) {
        let file = SourceFile(path: "Sources/\(target)/X.swift", text: "// import Swift\n\(line)\n")
        #expect(Arrows.forbiddenImports(in: [file]).count == 1)
    }

    @Test func aTestThatReachesForAnothersLibraryIsFound() {
        let stranger = SourceFile(path: "Tests/PoseServerTests/X.swift", text: "@testable import CSQLite")
        let owner = SourceFile(path: "Tests/TaskStoreTests/X.swift", text: "import CSQLite")
        #expect(
            Arrows.forbiddenImports(in: [stranger, owner]).map { $0.prefix(35) } == [
                "Tests/PoseServerTests/X.swift:1: on"
            ])
    }

    @Test func aForbiddenDependencyIsFound() {
        let manifest = Manifest(
            """
            let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
            .target(name: "EngineCore", dependencies: ["BackendAPI", "TaskStore", nioPosix], swiftSettings: strict),
            .executableTarget(
                name: "other", dependencies: [])
            """)
        #expect(
            Arrows.forbiddenDependencies(in: manifest) == [
                "EngineCore must not depend on NIOPosix", "EngineCore must not depend on TaskStore",
                "other is not in Arrows.table",
            ])
    }
}
