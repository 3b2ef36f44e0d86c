import BackendAPI
import BackendConformance
import HTTPTransport
import LoopbackPorts
import ProviderSimulator
import RunningHubBackend

/// RunningHub's backend over real sockets at the simulated provider, for the conformance cases.
struct SimulatedRunningHub: BackendUnderTest {
    enum Face: String, CaseIterable, Sendable {
        case taskOpenAPI, v2, workflowV1
    }

    /// The faces that the simulator has.
    static let faces = Face.allCases

    let face: Face

    var name: String { "RunningHub \(face.rawValue)" }

    var inapplicable: [Condition: String] {
        var reasons: [Condition: String] = [.disabled: "the type runs"]
        func rule(out conditions: Condition..., because reason: String) {
            for condition in conditions { reasons[condition] = reason }
        }
        switch face {
        case .taskOpenAPI: break
        case .v2: break
        case .workflowV1:
            rule(
                out: .startRejected, .workflowNeverRan, .startInvalid, because: "workflow-v1 has no word for it")
            rule(out: .probesAccount, .probesWorkflow, because: "workflow-v1 has no call that tells it")
            rule(out: .runWithoutPicture, because: "workflow-v1 does not tell the type of a file")
            rule(out: .cancelFault, .cancelHangs, because: "workflow-v1 has no cancel")
        }
        return reasons
    }

    func stand(_ conditions: Set<Condition>) async throws -> any ConformanceStand {
        try await SimulatedStand(self, conditions)
    }

    // MARK: Conditions as the simulator's faults

    func endpoint(_ call: ProviderCall) -> Endpoint {
        let name: String
        switch (face, call) {
        case (_, .file): return .file
        case (.taskOpenAPI, .upload): return .upload
        case (.taskOpenAPI, .start): return .create
        case (.taskOpenAPI, .look): return .outputs
        case (.taskOpenAPI, .cancel), (.v2, .cancel): return .cancel
        case (.taskOpenAPI, .account), (.v2, .account): return .account
        case (.v2, .upload): name = "uploadV2"
        case (.v2, .start): name = "runV2"
        case (.v2, .look): name = "queryV2"
        case (.workflowV1, .upload): name = "uploadV1"
        case (.workflowV1, .start): name = "runV1"
        case (.workflowV1, .look), (.workflowV1, .account), (.workflowV1, .cancel): name = "taskV1"
        }
        return Endpoint(rawValue: name) ?? .other
    }

    func rules(for condition: Condition) -> [FaultRule] {
        startRules(condition) ?? runRules(condition) ?? otherRules(condition)
    }

    /// A refusal in the face's own words: a code, or where there are none an HTTP status.
    private func refusal(_ code: Int, _ status: Int, message: String? = nil) -> Fault {
        face == .workflowV1 ? .http(status) : .code(code, message: message)
    }

    private func startRules(_ condition: Condition) -> [FaultRule]? {
        let fault: Fault
        switch condition {
        case .startRateLimited: fault = .http(429, retryAfter: "7")
        case .startBadRequest: fault = refusal(803, 422)
        case .startRejected: fault = .code(1501)
        case .startEchoesKey: fault = refusal(803, 422, message: "not with \(FakeProvider.key)")
        case .startReplyLost: fault = .lostReply
        case .startSlow: fault = .slow(seconds: 0.2)
        case .startPage: fault = Fault(.html)
        case .startTruncated: fault = Fault(.truncatedJSON)
        case .startEmpty: fault = Fault(.emptyBody)
        case .startWithoutID: fault = Fault(.withoutTaskID)
        case .startHangs: fault = Fault(.hang)
        case .startResetBeforeReading: fault = Fault(.closeBeforeReading)
        case .startResetAfterReading: fault = Fault(.closeAfterReading)
        case .startFault: fault = .http(500)
        case .startRedirects: fault = .http(302, location: "http://127.0.0.1/elsewhere")
        case .startInvalid: fault = Fault(.nodeErrors)
        case .runFails: fault = .runFails(message: Bench.failure)
        case .runRejected: fault = Fault(.contentRejected)
        case .runForgotten: fault = Fault(.runForgotten)
        default: return nil
        }
        return [FaultRule(endpoint(.start), fault)]
    }

    private func runRules(_ condition: Condition) -> [FaultRule]? {
        let look = endpoint(.look)
        switch condition {
        case .runWithoutOutput: return [FaultRule(look, .outputsEmpty)]
        case .runWithoutPicture: return [FaultRule(look, .noImage)]
        case .lookFaultOnce: return [FaultRule(look, .http(500), times: 1)]
        case .lookPageOnce: return [FaultRule(look, .html, times: 1)]
        case .lookUnknownWord where face == .taskOpenAPI:
            return [FaultRule(.outputs, .outputsNull), FaultRule(.status, .unknownWord("PAUSED"))]
        case .lookUnknownWord: return [FaultRule(look, .unknownWord("PAUSED"))]
        case .lookHangs: return [FaultRule(look, .hang)]
        case .lookKeyRefused: return [FaultRule(look, refusal(face == .v2 ? 1002 : 802, 401))]
        case .fileElsewhere: return [FaultRule(look, .resultLink("https://cdn.invalid/x.png"))]
        default: return nil
        }
    }

    private func otherRules(_ condition: Condition) -> [FaultRule] {
        switch condition {
        case .uploadFault: [FaultRule(endpoint(.upload), .http(500))]
        case .uploadPage: [FaultRule(endpoint(.upload), .html)]
        case .uploadHangs: [FaultRule(endpoint(.upload), .hang)]
        case .uploadFull: [FaultRule(endpoint(.upload), .http(429))]
        case .uploadReplyLostOnce: [FaultRule(endpoint(.upload), .lostReply, times: 1)]
        case .cancelFault: [FaultRule(.cancel, .http(500))]
        case .cancelHangs: [FaultRule(.cancel, .hang)]
        case .fileExpired: [FaultRule(.file, .http(403))]
        case .fileFault: [FaultRule(.file, .http(500))]
        case .fileCut: [FaultRule(.file, .resultTruncated)]
        case .fileHangs: [FaultRule(.file, .hang)]
        case .wrongSite: [FaultRule(.account, .code(806))]
        case .workflowNeverRan: [FaultRule(endpoint(.start), .code(810)), FaultRule(.graph, .code(810))]
        case .accountFault: [FaultRule(endpoint(.account), .http(500))]
        case .accountHangs: [FaultRule(endpoint(.account), .hang)]
        default: []
        }
    }
}
