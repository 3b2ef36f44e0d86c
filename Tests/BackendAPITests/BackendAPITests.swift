import BackendAPI
import Testing

@Suite struct SecretTests {
    @Test func noWayOfPrintingShowsTheText() {
        struct Holder { var key: Secret }
        let secret = Secret("k-1234567890")
        var dumped = ""
        dump(Holder(key: secret), to: &dumped)
        for shown in [
            "\(secret)", String(reflecting: secret), "\(Holder(key: secret))", dumped, "\(Optional(secret) as Any)",
        ] {
            #expect(!shown.contains("1234567890"), "\(shown)")
        }
        #expect(secret.reveal() == "k-1234567890")
    }
}

@Suite struct BackendRegistryTests {
    let registry = BackendRegistry([LegacyBackendFactory.onething, LegacyBackendFactory.autodl])

    @Test func knownTypesAreListedSortedAndMarked() {
        #expect(registry.types == ["autodl (disabled)", "onething (disabled)"])
        #expect(registry.factory(for: "runninghub") == nil)
    }
}

@Suite struct LegacyBackendTests {
    @Test(arguments: [LegacyBackendFactory.onething, .autodl])
    func everyCallIsRefusedAndNothingIsCreated(factory: LegacyBackendFactory) async throws {
        let backend = try factory.make(BackendSettings(engineName: "old", values: [:]))
        #expect(factory.disabled?.replacement == "runninghub")
        #expect(backend.capabilities.mayCostMoney == false)
        guard case .refused(let error) = await backend.submit(RunRequest(images: [:], parameters: [:], marker: "m"))
        else {
            Issue.record("a submit must be refused")
            return
        }
        #expect(error.code == "ENGINE_DISABLED")
        #expect(error.message.contains(factory.type) && error.message.contains("runninghub"))
        await #expect(throws: BackendError.self) {
            try await backend.prepare(ImageFile(path: "/x", sha256: "", sizeBytes: 0, mediaType: "image/png"))
        }
        #expect(await backend.cancel(RunID(rawValue: "1")) == .unsupported)
        #expect(await backend.probe().configured == false)
    }
}
