import BackendAPI
import BackendConformance
import Testing

/// The disabled backends, which have no provider.
struct LegacyUnderTest: BackendUnderTest {
    let type: String

    var name: String { "legacy \(type)" }
    var inapplicable: [Condition: String] { [.works: "the type is disabled"] }

    func stand(_ conditions: Set<Condition>) async throws -> any ConformanceStand {
        Stand(backend: LegacyBackend(type: type))
    }

    private struct Stand: ConformanceStand {
        let backend: any Backend
        let secrets: [String] = []
        let books = Books(startsSeen: 0, runs: [])
        func advance(to stage: RunStage) async {}
        func arrived(_ call: ProviderCall, count: Int) async {}
        func resultDigest(of run: RunID) async -> String? { nil }
        func close() async {}
    }
}

@Suite("The disabled backends keep the promises of the port", .timeLimit(.minutes(1)))
struct LegacyConformanceTests {
    @Test("every case", arguments: ["onething", "autodl"])
    func promises(type: String) async {
        let report = await ConformanceReport(of: LegacyUnderTest(type: type))
        print(report)
        for broken in report.failed { Issue.record("\(report.name): \(broken)") }
        #expect(report.passed == [1, 2, 3] + Array(170...176))
    }

    @Test("the factories too", arguments: [LegacyBackendFactory.onething, .autodl])
    func factory(factory: LegacyBackendFactory) {
        let settings = BackendSettings(engineName: "old", values: [:])
        #expect(FactoryPromises.broken(by: factory, settings: settings).isEmpty)
    }
}
