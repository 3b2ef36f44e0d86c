import PoseTransferClient
import Testing

@testable import posetransferctl

@Suite struct ExitStatusTests {
    private func refused(_ code: Int, _ reason: String) -> PoseTransferError {
        PoseTransferError(.refused, reason: reason, message: "m", statusCode: code)
    }

    @Test func everyStatusHasANumberOfItsOwnAndIsInTheManual() {
        #expect(
            Set(posetransferctl.ExitStatus.allCases.map(\.rawValue)).count == posetransferctl.ExitStatus.allCases.count)
        for status in posetransferctl.ExitStatus.allCases {
            #expect(posetransferctl.ExitStatus.manual.contains("\n  \(status.rawValue)".padded(to: 8) + status.meaning))
        }
    }

    @Test func numbersStay() {
        #expect(
            posetransferctl.ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 64, 66, 73, 78, 130])
    }

    @Test func anEndedTaskDecides() {
        #expect(posetransferctl.ExitStatus(ended: .succeeded) == .success)
        #expect(posetransferctl.ExitStatus(ended: .failed) == .taskFailed)
        #expect(posetransferctl.ExitStatus(ended: .cancelled) == .taskCancelled)
        #expect(posetransferctl.ExitStatus(ended: .running) == nil)
        #expect(posetransferctl.ExitStatus(ended: .other(9)) == nil)
    }

    @Test func errorsAreToldApart() {
        let statuses: [(PoseTransferError.Code, posetransferctl.ExitStatus)] = [
            (.cannotConnect, .cannotConnect), (.connectionLost, .cannotConnect), (.deadlineExceeded, .cannotConnect),
            (.outcomeUnknown, .outcomeUnknown), (.resultDamaged, .resultDamaged), (.sinkFailed, .cannotWriteFile),
            (.invalidRequest, .usage), (.cancelled, .interrupted), (.protocolViolation, .internalFault),
            (.closed, .internalFault),
        ]
        for (code, status) in statuses {
            #expect(posetransferctl.ExitStatus(PoseTransferError(code, reason: "R", message: "m")) == status)
        }
        for reason in ["TASK_UNKNOWN", "OUTPUT_UNKNOWN", "RESULT_EXPIRED"] {
            #expect(posetransferctl.ExitStatus(refused(5, reason)) == .notFound)
        }
        #expect(posetransferctl.ExitStatus(refused(5, "PIPELINE_UNKNOWN")) == .refused)
        #expect(posetransferctl.ExitStatus(refused(13, "INTERNAL")) == .internalFault)
        #expect(posetransferctl.ExitStatus(refused(16, "TOKEN_INVALID")) == .refused)
    }

    @Test func aFailureSaysWhatIsWrongWhereAndWhatToDo() {
        var error = refused(8, "QUEUE_FULL")
        error.field = "priority"
        error.retryAfter = .seconds(90)
        #expect(CommandFailure(error).text == "posetransferctl: QUEUE_FULL (priority): m\n  Try again in 1:30 min.\n")
        let plain = PoseTransferError(.protocolViolation, reason: "R", message: "what is wrong")
        #expect(CommandFailure(plain).text == "posetransferctl: what is wrong\n")
    }
}
