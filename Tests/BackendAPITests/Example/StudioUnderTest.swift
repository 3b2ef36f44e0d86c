import BackendAPI
import BackendConformance

struct StudioUnderTest: BackendUnderTest {
    let name = "studio"

    /// What the studio cannot be brought into, and why.
    let inapplicable: [Condition: String] = {
        let withoutNetwork: [Condition] = [
            .uploadPage, .startSlow, .startPage, .startTruncated, .startEmpty, .startResetBeforeReading,
            .startRedirects,
            .lookPageOnce, .fileCut, .fileElsewhere,
        ]
        let unknownThere: [Condition] = [
            .uploadTakesOtherPictures, .startInvalid, .runWithoutPicture, .wrongSite, .workflowNeverRan, .wrongNode,
        ]
        var reasons: [Condition: String] = [.disabled: "the type runs"]
        for condition in withoutNetwork { reasons[condition] = "there is no network" }
        for condition in unknownThere { reasons[condition] = "the studio has no such thing" }
        return reasons
    }()

    /// Changes the backend on its way to the cases.
    var change: @Sendable (StudioBackend) -> any Backend = { $0 }

    func stand(_ conditions: Set<Condition>) async throws -> any ConformanceStand {
        let studio = SimulatedStudio(conditions)
        let backend = StudioBackend(
            service: studio, key: Secret(SimulatedStudio.key), account: "acme", style: SimulatedStudio.style)
        return Stand(studio: studio, backend: change(backend))
    }

    private struct Stand: ConformanceStand {
        let studio: SimulatedStudio
        let backend: any Backend
        let secrets = [SimulatedStudio.key]
        let uploadBytesMax = StudioBackend.pictureBytesMax

        var books: Books { studio.books }
        func advance(to stage: RunStage) async { studio.advance(to: stage) }
        func arrived(_ call: ProviderCall, count: Int) async { await studio.arrived(call, count: count) }
        func resultDigest(of run: RunID) async -> String? { studio.result(of: run.rawValue).map(Picture.digest) }
        func close() async {}
    }
}
