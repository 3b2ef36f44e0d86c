/// Who may use whom. Where an arrow must change, it changes here, with its reason.
struct Arrows {
    /// What a target may depend on, and import: targets of ours and products of packages.
    let declared: Set<String>
    /// Modules of the toolchain that it may import besides `Synchronization`.
    let system: Set<String>

    init(_ declared: Set<String>, system: Set<String> = []) {
        self.declared = declared
        self.system = system
    }

    /// Every target with Swift code, but the tests of one target.
    static let table: [String: Arrows] = [
        // Frames, messages and connection machines: no IO.
        "PoseWire": Arrows(["CPoseProto", "CProtobufC", "NIOCore"], system: ["Glibc"]),  // malloc and free of the arena
        // A backend's author sees this alone.
        "BackendAPI": Arrows([]),
        // Decides; time, randomness, disk and providers come in through its ports.
        "EngineCore": Arrows([
            "BackendAPI", "DequeModule", "HeapModule", "OrderedCollections", "Crypto", "Logging", "Metrics",
        ]),
        // The clock, the random numbers and the threads of this machine, behind EngineCore's ports.
        "SystemPorts": Arrows(["EngineCore"], system: ["Glibc"]),
        // All that leaves the machine; the only one that sees libcurl. Of the engine it sees the port for callers' addresses.
        "HTTPTransport": Arrows(["BackendAPI", "CCurl", "CLibCurl", "EngineCore", "Logging"], system: ["Glibc"]),
        "RunningHubBackend": Arrows(
            ["BackendAPI", "Crypto", "HTTPTransport", "Logging"], system: ["FoundationEssentials"]),
        // All that is on disk; the only one that sees SQLite.
        "TaskStore": Arrows(
            ["BackendAPI", "CSQLite", "Crypto", "EngineCore", "Logging"], system: ["FoundationEssentials", "Glibc"]),
        // The only one that knows both wire and engine values.
        "PoseServer": Arrows([
            "BackendAPI", "DequeModule", "HeapModule", "OrderedCollections", "Crypto", "EngineCore", "Logging",
            "Metrics", "NIOCore", "NIOExtras",
            "NIOPosix", "NIOSSL",
            "PoseWire",
            "ServiceLifecycle",
        ]),
        // Reads no file and no variable by itself.
        "EngineConfiguration": Arrows(["BackendAPI", "Yams"]),
        // Runs on other people's machines; of the system it needs the wall clock, for keys that sort by time.
        "PoseTransferClient": Arrows(
            ["Crypto", "Logging", "NIOCore", "NIOPosix", "NIOSSL", "PoseWire"], system: ["Darwin", "Glibc", "Musl"]),
        // Shares no line with RunningHubBackend: a common misreading of the provider would pass every test.
        "ProviderSimulator": Arrows(
            ["Crypto", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL"], system: ["FoundationEssentials"]),
        // Wires the parts of one service to each other; the program and the test kit start what it makes.
        "ServiceComposition": Arrows([
            "BackendAPI", "EngineConfiguration", "EngineCore", "HTTPTransport", "Logging", "PoseServer",
            "RunningHubBackend", "ServiceLifecycle", "SystemPorts", "TaskStore",
        ]),
        // A whole service inside a caller's test; of the system it needs a temporary folder.
        "PoseTransferTestKit": Arrows(
            [
                "BackendAPI", "EngineConfiguration", "HTTPTransport", "Logging", "PoseServer", "PoseTransferClient",
                "ProviderSimulator", "ServiceComposition", "ServiceLifecycle", "TaskStore",
            ], system: ["Glibc"]),
        // Programs of callers, in the folder Examples: they see the client library alone.
        "SubmitAndWait": Arrows(["PoseTransferClient"]),
        "ResumeWatch": Arrows(["PoseTransferClient"]),
        "SubmitMany": Arrows(["PoseTransferClient"]),
        // Puts everything together; nobody imports it.
        "posetransferd": Arrows(
            [
                "ArgumentParser", "BackendAPI", "EngineConfiguration", "EngineCore", "HTTPTransport", "Logging",
                "Metrics",
                "PoseServer", "RunningHubBackend", "ServiceComposition", "ServiceLifecycle", "SystemPorts",
                "TaskStore", "UnixSignals",
            ], system: ["Dispatch", "FoundationEssentials", "Glibc"]),  // JSON of config and check
        "posetransferctl": Arrows(
            ["ArgumentParser", "Histogram", "Logging", "PoseTransferClient", "ProviderSimulator"],
            system: ["Dispatch", "FoundationEssentials", "Glibc"]),
        // Test support: the engine in a made-up world, under a seed.
        "EngineSimulation": Arrows(["BackendAPI", "EngineCore", "Logging"]),
        // Test support: what every backend promises.
        "BackendConformance": Arrows(["BackendAPI", "Crypto"], system: ["Glibc"]),
        "LoopbackPorts": Arrows([], system: ["Glibc"]),
        "simulate": Arrows(["ArgumentParser", "EngineCore", "EngineSimulation"], system: ["Glibc"]),
    ]

    /// Single owners: nobody else names them, tests of the owner apart.
    static let owners = [
        "CPoseProto": "PoseWire", "CProtobufC": "PoseWire", "CCurl": "HTTPTransport", "CLibCurl": "HTTPTransport",
        "CSQLite": "TaskStore", "EngineConfiguration": "ServiceComposition", "Yams": "EngineConfiguration",
    ]

    private static let ofTheLanguage: Set<String> = ["Swift", "Synchronization"]

    /// Imports that the table does not have: `file:line: target must not import X`.
    static func forbiddenImports(in files: [SourceFile]) -> [String] {
        files.flatMap { file -> [String] in
            guard let arrows = table[file.target] else {
                let isKnown = file.path.hasPrefix("Tests/") && file.target.hasSuffix("Tests")
                return isKnown ? strangers(in: file) : ["\(file.path): \(file.target) is not in Arrows.table"]
            }
            let allowed = arrows.declared.union(arrows.system).union(ofTheLanguage)
            return file.imports.filter { !allowed.contains($0.module) }
                .map { "\(file.path):\($0.line): \(file.target) must not import \($0.module)" }
        }
    }

    /// A test may import what it needs, but not another target's C library.
    private static func strangers(in file: SourceFile) -> [String] {
        file.imports.filter { seen in
            guard let owner = owners[seen.module] else { return false }
            return file.target != "\(owner)Tests" && file.target != "\(seen.module)Tests"
        }.map { "\(file.path):\($0.line): only \(owners[$0.module] ?? "") and its tests use \($0.module)" }
    }

    /// Dependencies that the table does not have, and targets that are in neither.
    static func forbiddenDependencies(in manifest: Manifest) -> [String] {
        let cTargets: Set<String> = ["CProtobufC", "CPoseProto", "CLibCurl", "CCurl", "CSQLite"]
        return manifest.dependencies.sorted { $0.key < $1.key }.flatMap { target, dependencies -> [String] in
            if cTargets.contains(target) || target.hasSuffix("Tests") { return [] }
            guard let arrows = table[target] else { return ["\(target) is not in Arrows.table"] }
            return dependencies.subtracting(arrows.declared).sorted().map { "\(target) must not depend on \($0)" }
        }
    }
}
