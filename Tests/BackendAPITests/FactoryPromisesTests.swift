import BackendAPI
import BackendConformance
import Testing

@Suite("The promises of a factory can be broken")
struct FactoryPromisesTests {
    private struct BadFactory: BackendFactory {
        let type = "Bad Type"
        var keys: [ConfigurationKey] {
            let inner = ConfigurationKey("inner", .choice([]), help: "no full stop")
            return [
                ConfigurationKey("a", .text, required: true, default: "x", help: "A."),
                ConfigurationKey("a", .secret, default: "key", help: "A."),
                ConfigurationKey("B-c", .list(.map(of: [inner])), help: "B."),
            ]
        }
        func plan(_ settings: BackendSettings) -> EnginePlan {
            let rule = ParameterRule(name: "p", kind: .string)
            return EnginePlan(
                concurrency: 0, timeoutMilliseconds: 0, pollIntervalMilliseconds: 1, parameters: [rule, rule])
        }
        struct Unmade: Error {}
        func make(_ settings: BackendSettings) throws -> any Backend { throw Unmade() }
    }

    @Test("each fault is told, with its key")
    func faults() {
        let broken = FactoryPromises.broken(by: BadFactory(), settings: BackendSettings(engineName: "e", values: [:]))
        for fault in [
            "a stands twice", "a is required and has a default", "a is a secret with a default", "B-c is no name",
            "B-c.inner has no line of help", "B-c.inner has no choice", "no run at a time", "no time",
            "two parameters of one name", "make throws", "'Bad Type' is no word",
        ] {
            #expect(broken.contains { $0.contains(fault) }, "not told: \(fault)")
        }
    }
}
