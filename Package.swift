// swift-tools-version:6.2
import PackageDescription

/// Every target of ours is built under the same rules. What a C target needs stands beside it.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "posetransferd",
    products: [
        .library(name: "PoseTransferClient", targets: ["PoseTransferClient"]),
        .library(name: "PoseTransferTestKit", targets: ["PoseTransferTestKit"]),
        .executable(name: "posetransferd", targets: ["posetransferd"]),
        .executable(name: "posetransferctl", targets: ["posetransferctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // C boundaries
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .target(name: "CPoseProto", dependencies: ["CProtobufC"]),
        .systemLibrary(
            name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CCurl", dependencies: ["CLibCurl"]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        // Libraries, in the order of docs/architecture
        .target(name: "PoseWire", dependencies: ["CPoseProto", "CProtobufC", nioCore], swiftSettings: strict),
        .target(name: "BackendAPI", swiftSettings: strict),
        .target(
            name: "EngineCore", dependencies: ["BackendAPI", deque, heap, crypto, logging], swiftSettings: strict),
        .target(name: "SystemPorts", dependencies: ["EngineCore"], swiftSettings: strict),
        .target(
            name: "HTTPTransport", dependencies: ["BackendAPI", "CCurl", "CLibCurl", "EngineCore"],
            swiftSettings: strict),
        .target(
            name: "RunningHubBackend", dependencies: ["BackendAPI", "HTTPTransport", crypto],
            swiftSettings: strict),
        .target(
            name: "TaskStore", dependencies: ["BackendAPI", "EngineCore", "CSQLite", crypto],
            swiftSettings: strict),
        .target(
            name: "PoseServer",
            dependencies: [
                "PoseWire", "EngineCore", "BackendAPI", deque, orderedCollections, nioCore, nioPosix, crypto, logging,
                serviceLifecycle,
            ],
            swiftSettings: strict),
        .target(name: "EngineConfiguration", dependencies: ["BackendAPI", yams], swiftSettings: strict),
        .target(
            name: "PoseTransferClient", dependencies: ["PoseWire", nioCore, nioPosix, crypto, logging],
            swiftSettings: strict),
        .target(
            name: "ProviderSimulator", dependencies: [crypto, nioCore, nioPosix, nioHTTP1], swiftSettings: strict),
        .target(
            name: "ServiceComposition",
            dependencies: [
                "BackendAPI", "EngineConfiguration", "EngineCore", "HTTPTransport", "PoseServer", "RunningHubBackend",
                "SystemPorts", "TaskStore", logging, serviceLifecycle,
            ],
            swiftSettings: strict),
        .target(
            name: "PoseTransferTestKit",
            dependencies: [
                "BackendAPI", "EngineConfiguration", "HTTPTransport", "PoseServer", "PoseTransferClient",
                "ProviderSimulator",
                "ServiceComposition", "TaskStore", logging, serviceLifecycle,
            ],
            swiftSettings: strict),

        // Programs
        .executableTarget(
            name: "posetransferd",
            dependencies: [
                "BackendAPI", "EngineConfiguration", "EngineCore", "HTTPTransport", "PoseServer", "RunningHubBackend",
                "ServiceComposition",
                "SystemPorts", "TaskStore", argumentParser, logging, serviceLifecycle, unixSignals,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "posetransferctl",
            dependencies: ["PoseTransferClient", "ProviderSimulator", argumentParser],
            swiftSettings: strict),

        // Examples: what a caller's program looks like; the tutorial shows these files
        .executableTarget(
            name: "SubmitAndWait", dependencies: ["PoseTransferClient"], path: "Examples/SubmitAndWait",
            swiftSettings: strict),
        .executableTarget(
            name: "ResumeWatch", dependencies: ["PoseTransferClient"], path: "Examples/ResumeWatch",
            swiftSettings: strict),
        .executableTarget(
            name: "SubmitMany", dependencies: ["PoseTransferClient"], path: "Examples/SubmitMany",
            swiftSettings: strict),

        // Test support
        .target(
            name: "EngineSimulation", dependencies: ["BackendAPI", "EngineCore"],
            path: "Tests/EngineSimulation", swiftSettings: strict),
        .target(
            name: "BackendConformance", dependencies: ["BackendAPI", crypto], path: "Tests/BackendConformance",
            swiftSettings: strict),
        .target(name: "LoopbackPorts", path: "Tests/LoopbackPorts", swiftSettings: strict),
        .executableTarget(
            name: "simulate", dependencies: ["EngineSimulation", argumentParser], path: "Tests/simulate",
            swiftSettings: strict),

        // Tests
        .testTarget(
            name: "PoseWireTests", dependencies: ["PoseWire", "CPoseProto", nioCore, nioEmbedded],
            swiftSettings: strict),
        .testTarget(
            name: "BackendAPITests", dependencies: ["BackendAPI", "BackendConformance"], swiftSettings: strict),
        .testTarget(
            name: "EngineCoreTests", dependencies: ["BackendAPI", "EngineCore", logging], swiftSettings: strict),
        .testTarget(name: "SystemPortsTests", dependencies: ["EngineCore", "SystemPorts"], swiftSettings: strict),
        .testTarget(name: "SimulationTests", dependencies: ["EngineSimulation", "EngineCore"], swiftSettings: strict),
        .testTarget(
            name: "HTTPTransportTests",
            dependencies: [
                "BackendAPI", "EngineCore", "HTTPTransport", "LoopbackPorts", nioCore, nioPosix, nioHTTP1,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RunningHubBackendTests",
            dependencies: [
                "BackendAPI", "BackendConformance", "HTTPTransport", "LoopbackPorts", "ProviderSimulator",
                "RunningHubBackend",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TaskStoreTests", dependencies: ["BackendAPI", "CSQLite", "EngineCore", "TaskStore"],
            swiftSettings: strict),
        .testTarget(
            name: "EngineConfigurationTests",
            dependencies: ["BackendAPI", "EngineConfiguration", "HTTPTransport", "RunningHubBackend"],
            swiftSettings: strict),
        .testTarget(
            name: "ProviderSimulatorTests", dependencies: ["ProviderSimulator", nioCore, nioPosix, nioHTTP1],
            swiftSettings: strict),
        .testTarget(
            name: "PoseServerTests",
            dependencies: [
                "BackendAPI", "EngineCore", "PoseServer", "PoseWire", "SystemPorts", "TaskStore", crypto, logging,
                nioCore, nioPosix, nioEmbedded,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PoseTransferClientTests",
            dependencies: [
                "LoopbackPorts", "PoseTransferClient", "PoseWire", "posetransferctl", argumentParser, logging, nioCore,
                nioPosix, nioEmbedded,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ProcessTests",
            dependencies: [
                "LoopbackPorts", "PoseTransferClient", "ProviderSimulator", "SystemPorts", "posetransferctl",
                "posetransferd",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PoseTransferTestKitTests",
            dependencies: ["PoseTransferClient", "PoseTransferTestKit", "ResumeWatch", "SubmitAndWait", "SubmitMany"],
            swiftSettings: strict),
        .testTarget(
            name: "ServiceCompositionTests",
            dependencies: [
                "BackendAPI", "EngineConfiguration", "EngineCore", "HTTPTransport", "PoseServer", "ServiceComposition",
                "TaskStore", logging, serviceLifecycle,
            ],
            swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    ],
    cLanguageStandard: .c11
)
