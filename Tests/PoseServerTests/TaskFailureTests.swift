import EngineCore
import PoseWire
import Testing

/// Section 5 of the wire protocol: why a task failed, in its last event and in its snapshot.
@Suite(.timeLimit(.minutes(1))) struct TaskFailureTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let failure: FailureReason
        let reason: String
        let code: StatusCode
        var testDescription: String { reason }

        init(_ failure: FailureReason, _ reason: String, _ code: StatusCode) {
            self.failure = failure
            self.reason = reason
            self.code = code
        }
    }

    static let rows: [Row] = [
        Row(.engineAuth, "ENGINE_AUTH", .failedPrecondition),
        Row(.workflowUnusable, "WORKFLOW_UNUSABLE", .failedPrecondition),
        Row(.engineQuota, "ENGINE_QUOTA", .resourceExhausted),
        Row(.imageFetchFailed, "IMAGE_FETCH_FAILED", .unavailable),
        Row(.imageFormat, "IMAGE_FORMAT", .invalidArgument),
        Row(.imageTooLarge, "IMAGE_TOO_LARGE", .invalidArgument),
        Row(.imageEmpty, "IMAGE_EMPTY", .invalidArgument),
        Row(.uploadFailed, "UPLOAD_FAILED", .unavailable),
        Row(.startByPassed, "START_BY_PASSED", .deadlineExceeded),
        Row(.taskTimeout, "TASK_TIMEOUT", .deadlineExceeded),
        Row(.runFailed, "RUN_FAILED", .aborted),
        Row(.runLost, "RUN_LOST", .aborted),
        Row(.contentRejected, "CONTENT_REJECTED", .invalidArgument),
        Row(.runInvalid, "RUN_INVALID", .invalidArgument),
        Row(.resultUnavailable, "RESULT_UNAVAILABLE", .dataLoss),
        Row(.submissionUnknown, "SUBMISSION_UNKNOWN", .unknown),
        Row(.engineUnavailable, "ENGINE_UNAVAILABLE", .unavailable),
        Row(.pipelineUnknown, "PIPELINE_UNKNOWN", .notFound),
        Row(.pipelineDisabled, "PIPELINE_DISABLED", .failedPrecondition),
        Row(.engineDisabled, "ENGINE_DISABLED", .failedPrecondition),
        Row(.internalFault, "INTERNAL", .internalError),
    ]

    @Test(arguments: rows) func aFailureIsToldInTheLastEventAndInTheSnapshot(row: Row) async throws {
        try await ServerUnderTest.run { under in
            under.engine.add(1, caller: "local")
            let client = try await under.welcomed()
            var stream = StreamStatusRequest()
            stream.taskIDs = ["tsk_1"]
            #expect(try await client.ask(.streamStatus, 1, stream)?.kind == FrameKind.item.rawValue)
            under.engine.change(1) {
                $0.state = .failed
                $0.failure = TaskFailure(row.failure, "what to do")
            }
            let event = try #require(await client.next()).read(StatusEvent.self)
            let expected = Status(code: row.code, message: "what to do", reason: row.reason)
            #expect(event.state == .failed)
            #expect(event.error == expected)
            #expect(Ending(await client.next()) == Ending(1, .ok))
            var get = GetTaskRequest()
            get.taskID = "tsk_1"
            let snapshot = try #require(try await client.ask(.getTask, 2, get)).read(GetTaskResponse.self).task
            #expect(snapshot.latest.error == expected)
        }
    }

    @Test func everyFailureOfTheEngineHasARow() {
        #expect(Set(Self.rows.map(\.failure)) == Set(FailureReason.allCases))
        #expect(Self.rows.count == FailureReason.allCases.count)
    }
}
