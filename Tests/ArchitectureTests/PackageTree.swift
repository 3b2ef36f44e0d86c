import FoundationEssentials

/// The package as it lies on disk.
enum PackageTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift file below `Sources` and `Tests`.
    static func swiftFiles() throws -> [SourceFile] {
        try ["Sources", "Tests"].flatMap { folder in
            try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
                // A documentation catalog shows copies of files that stand elsewhere.
                .filter { $0.hasSuffix(".swift") && !$0.contains(".docc/") }.sorted()
                .map { try SourceFile(path: "\(folder)/\($0)", text: read("\(folder)/\($0)")) }
        }
    }

    static func read(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}

/// What `Package.swift` declares, as far as the arrows need it: each target's dependencies.
struct Manifest {
    /// Our targets by name: names in quotes (ours) and names of products (`nioCore` stands for `NIOCore`).
    let dependencies: [String: Set<String>]

    init(_ text: String) {
        let products = Dictionary(
            text.matches(of: /let (?<name>\w+) = Target\.Dependency\.product\(name: "(?<product>\w+)"/)
                .map { (String($0.name), String($0.product)) }, uniquingKeysWith: { first, _ in first })
        var dependencies: [String: Set<String>] = [:]
        for target in text.split(separator: /\.(target|executableTarget|testTarget|systemLibrary)\(/).dropFirst() {
            guard let name = target.firstMatch(of: /name: "(?<name>\w+)"/)?.name else { continue }
            let list = target.firstMatch(of: /dependencies: \[(?<list>[^\]]*)\]/)?.list ?? ""
            dependencies[String(name)] = Set(
                list.matches(of: /"?(?<name>\w+)"?/).map { products[String($0.name)] ?? String($0.name) })
        }
        self.dependencies = dependencies
    }
}
