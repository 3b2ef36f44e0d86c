import Testing

/// The image's build reads the package's manifest: every folder that it names must be among what is copied.
@Suite struct ImageContextTests {
    @Test func theDockerfileCopiesEveryFolderThatTheManifestNames() throws {
        let manifest = try PackageTree.read("Package.swift")
        var folders = Set(manifest.matches(of: /path: "(?<folder>\w+)\//).map { String($0.folder) })
        folders.formUnion(["Sources", "Tests"])
        let dockerfile = try PackageTree.read("Dockerfile")
        let admitted = try PackageTree.read(".dockerignore")
        for folder in folders.sorted() {
            #expect(dockerfile.contains("COPY \(folder) ./\(folder)\n"), "\(folder) is not copied")
            #expect(admitted.contains("!\(folder)\n"), "\(folder) is not in the build's context")
        }
    }
}
