import BackendAPI
import BackendConformance
import Testing

@Suite("The studio keeps the promises of the port", .timeLimit(.minutes(1)))
struct StudioTests {
    @Test("every case")
    func promises() async {
        let report = await ConformanceReport(of: StudioUnderTest())
        print(report)
        for broken in report.failed { Issue.record("\(broken)") }
        #expect(report.skipped.keys.sorted() == Self.notApplicable)
    }

    static let notApplicable =
        [17, 19, 38, 53, 54, 55, 59, 60, 61, 64, 72, 75, 80, 93, 117, 136, 137, 153, 156, 157] + Array(170...176)

    @Test("a backend that cannot be reached through its own keys is a problem at the key")
    func settings() throws {
        let factory = StudioBackendFactory(service: SimulatedStudio([]))
        func settings(_ style: String) -> BackendSettings {
            BackendSettings(
                engineName: "e",
                values: ["api_key": .secret(Secret("k")), "style": .text(style), "timeout": .seconds(2)])
        }
        #expect(factory.problems(settings("two words")).map(\.key) == ["style"])
        #expect(factory.problems(settings("classic")).isEmpty)
        #expect(factory.plan(settings("classic")).timeoutMilliseconds == 2_000)
        #expect(try !factory.make(settings("classic")).uploadScope.contains("k-"))
        #expect(BackendRegistry([factory]).types == ["studio"])
        #expect(FactoryPromises.broken(by: factory, settings: settings("classic")).isEmpty)
    }
}
