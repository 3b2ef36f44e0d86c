import BackendConformance
import Testing

@Suite("RunningHub keeps the promises of the port", .timeLimit(.minutes(5)))
struct ConformanceTests {
    /// Cases about backends that never run.
    private static let disabled = Array(170...176)

    /// What does not apply to each face, and to nothing else: a case that stops being tried is noticed.
    private static let notApplicable: [SimulatedRunningHub.Face: [Int]] = [
        .taskOpenAPI: [71, 75, 117] + disabled,
        .v2: [71, 75, 117] + disabled,
        .workflowV1: [
            35, 36, 38, 64, 72, 74, 80, 110, 111, 112, 113, 114, 115, 116, 118, 153, 154, 155, 156, 157,
        ] + disabled,
    ]

    @Test("every case", arguments: SimulatedRunningHub.faces)
    func promises(face: SimulatedRunningHub.Face) async {
        let report = await ConformanceReport(of: SimulatedRunningHub(face: face))
        print(report)
        for broken in report.failed { Issue.record("\(report.name): \(broken)") }
        #expect(report.skipped.keys.sorted() == Self.notApplicable[face])
    }
}
