import BackendAPI
import BackendConformance
import Testing

/// A backend with one promise broken.
private struct SabotagedBackend: Backend {
    let inner: StudioBackend
    let sabotage: Sabotage

    var capabilities: Capabilities { inner.capabilities }
    var uploadScope: String { sabotage == .keyInScope ? inner.key.reveal() : inner.uploadScope }

    func prepare(_ image: ImageFile) async throws(BackendError) -> PreparedImage {
        var prepared = try await inner.prepare(image)
        if sabotage == .noLifetime { prepared.lifetimeSeconds = 0 }
        return prepared
    }

    func submit(_ request: RunRequest) async -> SubmitOutcome {
        var request = request
        if sabotage == .picturesExchanged, let person = request.images[RunRequest.sourceInput] {
            request.images[RunRequest.sourceInput] = request.images[RunRequest.poseInput]
            request.images[RunRequest.poseInput] = person
        }
        if sabotage == .parametersIgnored { request.parameters = [:] }
        let outcome = await inner.submit(request)
        switch (sabotage, outcome) {
        case (.sendsAgain, .unknown): return await inner.submit(request)
        case (.unknownRefused, .unknown(let error)): return .refused(error)
        case (.refusedUnknown, .refused(let error)): return .unknown(error)
        default: return outcome
        }
    }

    func observe(_ run: RunID) async -> Observation {
        let observation = await inner.observe(run)
        switch (sabotage, observation) {
        case (.wildProgress, .running): return .running(progress: 50)
        case (.lostFails, .lost(let error)), (.troubleFails, .noAnswer(let error)): return .failed(error, cost: nil)
        case (.costTwice, .succeeded(let outputs, _)): return .succeeded(outputs: outputs, cost: RunCost(money: "0.50"))
        case (.keyInError, .lost(var error)):
            error.message += inner.key.reveal()
            return .lost(error)
        default: return observation
        }
    }

    func cancel(_ run: RunID) async -> CancelOutcome {
        sabotage == .cancelPretends ? .accepted : await inner.cancel(run)
    }

    func download(_ output: RunOutput, to sink: any ByteSink) async throws(BackendError) {
        do throws(BackendError) {
            try await inner.download(output, to: sabotage == .bytesChanged ? ShorteningSink(sink: sink) : sink)
        } catch {
            var error = error
            if sabotage == .sinkBlamed { error.errorClass = .transient }
            throw error
        }
    }

    func probe() async -> Probe {
        sabotage == .probePretends
            ? Probe(configured: true, reachable: true, authorised: true, funded: true, workflowValid: true)
            : await inner.probe()
    }
}

private struct ShorteningSink: ByteSink {
    let sink: any ByteSink
    func write(_ bytes: UnsafeRawBufferPointer) throws { try sink.write(.init(rebasing: bytes.dropLast())) }
}

/// A promise broken on purpose, and the cases that must notice.
enum Sabotage: CaseIterable {
    case keyInScope, noLifetime, picturesExchanged, parametersIgnored, sendsAgain, unknownRefused, refusedUnknown
    case wildProgress, lostFails, troubleFails, costTwice, keyInError, cancelPretends, bytesChanged, sinkBlamed
    case probePretends

    var noticed: [Int] {
        switch self {
        case .keyInScope: [2]
        case .noLifetime: [10]
        case .picturesExchanged: [13]
        case .parametersIgnored: [31]
        case .sendsAgain: [52, 56, 57, 58]
        case .unknownRefused: [52, 56, 57, 58, 62]
        case .refusedUnknown: [30, 31, 32, 33, 34, 35, 36, 37, 39, 40, 41, 42]
        case .wildProgress: [71]
        case .lostFails: [90, 91, 98]
        case .troubleFails: [92, 94, 95, 96, 97]
        case .costTwice: [74]
        case .keyInError: [90, 98]
        case .cancelPretends: [110, 111, 112, 114, 115, 118]
        case .bytesChanged: [130]
        case .sinkBlamed: [133]
        case .probePretends: [152, 154, 155, 158, 159]
        }
    }
}

@Suite("The cases can fail", .timeLimit(.minutes(1)))
struct SabotageTests {
    @Test("each broken promise is noticed by the cases about it", arguments: Sabotage.allCases)
    func noticed(sabotage: Sabotage) async {
        let studio = StudioUnderTest(change: { SabotagedBackend(inner: $0, sabotage: sabotage) })
        // A call that pretends never arrives, so nobody could cancel it.
        let hanging: Set<Int> =
            switch sabotage {
            case .cancelPretends: [116]
            case .probePretends: [160]
            default: []
            }
        let cases = ConformanceCase.all.filter { !hanging.contains($0.number) }
        let broken = await ConformanceReport(of: studio, cases: cases).failed.compactMap { failure in
            Int(failure.prefix { $0.isNumber })
        }
        #expect(Set(sabotage.noticed).isSubset(of: Set(broken)), "\(sabotage): only \(broken)")
    }
}
