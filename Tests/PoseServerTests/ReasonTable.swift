import FoundationEssentials
import PoseWire
import Testing

/// The wire protocol's tables of reasons row by row, each with the test that reads code, reason and field from a server.
enum ReasonTable {
    struct Row: Sendable {
        let reason: WireReason
        let code: StatusCode
        /// As the document names it; NAME, i and `...` stand for any.
        let field: String
        /// `Suite.test`; the suite stands in a file of its name.
        let test: String

        init(_ reason: WireReason, _ code: StatusCode, _ field: String = "", _ test: String) {
            self.reason = reason
            self.code = code
            self.field = field
            self.test = test
        }
    }

    static let rows = frames + opening + calls + lists + admin + results + failures + goingAway

    /// Section 1: END on call 0.
    static let frames = [
        Row(.frameLength, .invalidArgument, "", "ProtocolErrorTests.anErrorBehindWelcomeEndsTheConnection"),
        Row(.frameLength, .invalidArgument, "", "ProtocolErrorTests.aLengthOutOfBoundsIsRefusedFromTheHeaderAlone"),
        Row(.frameKind, .invalidArgument, "", "ProtocolErrorTests.anErrorBehindWelcomeEndsTheConnection"),
        Row(.frameFlags, .invalidArgument, "", "ProtocolErrorTests.anErrorBehindWelcomeEndsTheConnection"),
        Row(.frameMethod, .invalidArgument, "", "ProtocolErrorTests.anErrorBehindWelcomeEndsTheConnection"),
        Row(.callID, .invalidArgument, "", "ProtocolErrorTests.anErrorBehindWelcomeEndsTheConnection"),
        Row(.callID, .invalidArgument, "", "ProtocolErrorTests.aCallIDThatDoesNotGrowEndsTheConnection"),
        Row(.unknownCall, .invalidArgument, "", "ProtocolErrorTests.anErrorBehindWelcomeEndsTheConnection"),
        Row(.unknownCall, .invalidArgument, "", "ProtocolErrorTests.dataForAnOpenCallThatIsNoUploadEndsTheConnection"),
        Row(
            .unknownCall, .invalidArgument, "",
            "ProtocolErrorTests.dataBehindTheLastDataOfAnOpenUploadEndsTheConnection"),
        Row(.helloExpected, .invalidArgument, "", "ProtocolErrorTests.anErrorBehindWelcomeEndsTheConnection"),
        Row(.helloExpected, .invalidArgument, "", "ProtocolErrorTests.anErrorInPlaceOfHelloEndsTheConnection"),
        Row(.helloInvalid, .invalidArgument, "...", "ProtocolErrorTests.anErrorInPlaceOfHelloEndsTheConnection"),
    ]

    /// Section 2: END on call 0, or of the call.
    static let opening = [
        Row(.versionUnsupported, .failedPrecondition, "", "ProtocolErrorTests.anOldOrNewVersionIsTold"),
        Row(
            .tokenInvalid, .unauthenticated, "",
            "ProtocolErrorTests.aTokenThatIsNobodysIsRefusedAndRequestsBehindItHaveNoEffect"),
        Row(.tokenInvalid, .unauthenticated, "", "RefusalTests.withoutATokenOnlyHealthIsAnswered"),
        Row(
            .handshakeTimeout, .deadlineExceeded, "",
            "ConnectionHandlerTests.aHelloThatDoesNotComeInTimeIsToldAndCostsNoMore"),
        Row(
            .frameTimeout, .deadlineExceeded, "",
            "ConnectionHandlerTests.aFrameThatIsNotEndedInTimeEndsTheConnection"),
        Row(
            .frameTimeout, .deadlineExceeded, "",
            "FlowOverSocketTests.anUploadWhoseNextDataDoesNotComeEndsThatCallAlone"),
        Row(
            .tooManyConnections, .resourceExhausted, "",
            "ProtocolErrorTests.theConnectionAboveTheLimitIsToldToComeLater"),
    ]

    /// Section 3: END of the call, in the order of the document.
    static let calls = [
        Row(.methodUnknown, .unimplemented, "", "RefusalTests.aMethodThatIsNotHereIsUnimplemented"),
        Row(.payloadInvalid, .invalidArgument, "", "RefusalTests.aPayloadThatIsNoMessageOrTooComplexEndsThatCallAlone"),
        Row(
            .payloadTooComplex, .invalidArgument, "",
            "RefusalTests.aPayloadThatIsNoMessageOrTooComplexEndsThatCallAlone"),
        Row(.frameFlags, .invalidArgument, "", "RefusalTests.moreOnAMethodThatIsNoUploadEndsThatCallAlone"),
        Row(.tooManyStreams, .resourceExhausted, "", "RefusalTests.streamsAboveTheLimitAreRefused"),
        Row(.pipelineUnknown, .notFound, "pipeline", "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"),
        Row(
            .pipelineUnknown, .notFound, "pipeline",
            "SubmitSourcesTests.aPipelineThatACallerMayNotUseDoesNotExistForHim"),
        Row(
            .pipelineDisabled, .failedPrecondition, "pipeline", "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"
        ),
        Row(.engineDisabled, .failedPrecondition, "pipeline", "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"),
        Row(
            .imageMissing, .invalidArgument, "source_image",
            "RefusalTests.aSubmitThatIsWrongIsRefusedBeforeTheEngineHearsOfIt"),
        Row(
            .imageEmpty, .invalidArgument, "source_image.data",
            "RefusalTests.aSubmitThatIsWrongIsRefusedBeforeTheEngineHearsOfIt"),
        Row(.imageEmpty, .invalidArgument, "size_bytes", "RefusalTests.anUploadThatIsWrongLeavesNothingBehind"),
        Row(
            .imageFormat, .invalidArgument, "source_image.data",
            "RefusalTests.aSubmitThatIsWrongIsRefusedBeforeTheEngineHearsOfIt"),
        Row(.imageFormat, .invalidArgument, "source_image.path", "SubmitSourcesTests.whatMayNotBeNamedIsToldByField"),
        Row(.imageFormat, .invalidArgument, "", "RefusalTests.anUploadThatIsWrongLeavesNothingBehind"),
        Row(
            .imageTooLarge, .invalidArgument, "source_image.data",
            "CallsOverSocketTests.anInlineImageAboveAnAnnouncedLimitIsRefused"),
        Row(.imageTooLarge, .invalidArgument, "", "CallsOverSocketTests.anUploadAboveTheAnnouncedPixelsIsRefused"),
        Row(.imageTooLarge, .invalidArgument, "size_bytes", "RefusalTests.anUploadThatIsWrongLeavesNothingBehind"),
        Row(
            .fieldInvalid, .invalidArgument, "source_image.sha256",
            "RefusalTests.aSubmitThatIsWrongIsRefusedBeforeTheEngineHearsOfIt"),
        Row(.fieldInvalid, .invalidArgument, "sha256", "RefusalTests.anUploadThatIsWrongLeavesNothingBehind"),
        Row(
            .imageUnknown, .failedPrecondition, "source_image.sha256",
            "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"),
        Row(
            .imageUnknown, .failedPrecondition, "sha256", "CallsOverSocketTests.anImageIsPutOnceAndIsThereTheSecondTime"
        ),
        Row(
            .pathNotAllowed, .permissionDenied, "source_image.path", "SubmitSourcesTests.whatMayNotBeNamedIsToldByField"
        ),
        Row(
            .pathNotAllowed, .permissionDenied, "source_image.path", "SubmitSourcesTests.withoutRootsNoFileIsLookedFor"),
        Row(.urlNotAllowed, .permissionDenied, "source_image.url", "SubmitSourcesTests.whatMayNotBeNamedIsToldByField"),
        Row(
            .fieldInvalid, .invalidArgument, "labels.NAME",
            "RefusalTests.aSubmitThatIsWrongIsRefusedBeforeTheEngineHearsOfIt"),
        Row(.fieldInvalid, .invalidArgument, "task_id", "RefusalTests.aTaskIDBeyondItsLimitIsToldByFieldForEachMethod"),
        Row(.fieldInvalid, .invalidArgument, "reason", "RefusalTests.aCancelsReasonHasAtMost500Characters"),
        Row(
            .fieldInvalid, .invalidArgument, "parameters.NAME", "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"
        ),
        Row(
            .parameterUnknown, .invalidArgument, "parameters.NAME",
            "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"),
        Row(
            .textInvalid, .invalidArgument, "idempotency_key",
            "RefusalTests.aSubmitThatIsWrongIsRefusedBeforeTheEngineHearsOfIt"),
        Row(
            .idempotencyKeyReused, .alreadyExists, "idempotency_key",
            "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"),
        Row(.queueFull, .resourceExhausted, "", "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"),
        Row(.storageFull, .resourceExhausted, "", "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"),
        Row(.storageFull, .resourceExhausted, "", "RefusalTests.aFullDiskIsTold"),
        Row(.callerLimit, .resourceExhausted, "", "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"),
        Row(
            .taskUnknown, .notFound, "task_id",
            "RefusalTests.aTaskThatIsUnknownAndOneOfAnotherCallerGiveTheSameBytes"),
        Row(
            .taskUnknown, .notFound, "task_ids[i]", "RefusalTests.aStreamThatIsWrongIsRefusedBeforeItsFirstItem"),
        Row(
            .taskUnknown, .notFound, "task_ids[i]",
            "AdminCallsTests.aStreamWhoseTaskIsRemovedBeforeItsEndWasSentIsToldSo"),
        Row(.serverDraining, .unavailable, "", "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"),
        Row(.callTimeout, .deadlineExceeded, "", "RefusalTests.aCallThatTakesTooLongEndsWithCallTimeout"),
        Row(.callCancelled, .cancelled, "", "RefusalTests.aCancelledCallEndsCancelledAndItsAnswerIsForgotten"),
        Row(.internalFault, .internalError, "", "RefusalTests.whatTheEngineRefusesIsToldInTheWiresWords"),
    ]

    /// Fields that exclude each other, and those of lists.
    static let lists = [
        Row(.fieldInvalid, .invalidArgument, "all_mine", "RefusalTests.aStreamThatIsWrongIsRefusedBeforeItsFirstItem"),
        Row(.fieldInvalid, .invalidArgument, "task_ids", "RefusalTests.aStreamThatIsWrongIsRefusedBeforeItsFirstItem"),
        Row(.fieldInvalid, .invalidArgument, "states[i]", "ListTasksTests.aListThatIsWrongIsRefusedByField"),
        Row(.fieldInvalid, .invalidArgument, "page_size", "ListTasksTests.aListThatIsWrongIsRefusedByField"),
        Row(.fieldInvalid, .invalidArgument, "page_token", "ListTasksTests.aTokenOfAnotherListIsRefused"),
        Row(.fieldInvalid, .invalidArgument, "page_token", "ListTasksTests.aTokenThatWasTamperedWithIsRefused"),
    ]

    /// Methods 64 to 70.
    static let admin = [
        Row(
            .adminOnly, .permissionDenied, "",
            "AdminCallsTests.anAdminMethodIsClosedToOthersWhateverItsPayloadIs"),
        Row(.engineUnknown, .notFound, "engine", "AdminCallsTests.anEngineIsPausedAndAnUnknownOneIsTold"),
        Row(.callerUnknown, .notFound, "caller", "AdminCallsTests.whatACallerHasIsRemovedFromDiskAndBoard"),
        Row(
            .taskNotUnknown, .failedPrecondition, "task_id", "AdminCallsTests.whatTheEngineRefusesToSettleIsTold"),
        Row(.taskSettled, .failedPrecondition, "task_id", "AdminCallsTests.whatTheEngineRefusesToSettleIsTold"),
        Row(.runTaken, .alreadyExists, "adopt_run", "AdminCallsTests.whatTheEngineRefusesToSettleIsTold"),
        Row(.fieldInvalid, .invalidArgument, "submit_again", "AdminCallsTests.aVerdictThatIsWrongIsRefusedByField"),
    ]

    /// Uploads, results and places in them.
    static let results = [
        Row(.taskNotEnded, .failedPrecondition, "task_id", "RefusalTests.aResultThatIsNotThereIsToldByReason"),
        Row(.taskFailed, .failedPrecondition, "task_id", "RefusalTests.aResultThatIsNotThereIsToldByReason"),
        Row(.taskCancelled, .failedPrecondition, "task_id", "RefusalTests.aResultThatIsNotThereIsToldByReason"),
        Row(.outputUnknown, .notFound, "output_index", "RefusalTests.aResultThatIsNotThereIsToldByReason"),
        Row(.resultExpired, .notFound, "task_id", "RefusalTests.aResultThatIsNotThereIsToldByReason"),
        Row(
            .resultExpired, .notFound, "task_id",
            "RefusalTests.aResultPastItsRetentionHasExpiredEvenWhileItsFileIsThere"),
        Row(.offsetAhead, .outOfRange, "offset", "RefusalTests.aResultThatIsNotThereIsToldByReason"),
        Row(
            .sequenceAhead, .outOfRange, "after_sequence", "RefusalTests.aStreamThatIsWrongIsRefusedBeforeItsFirstItem"),
        Row(
            .sequenceAhead, .outOfRange, "after_cursor", "RefusalTests.aStreamThatIsWrongIsRefusedBeforeItsFirstItem"),
        Row(.sequenceAhead, .outOfRange, "after_cursor", "AdminCallsTests.everybodysEventsAreWatchedWithTheirCallers"),
        Row(.sizeMismatch, .invalidArgument, "size_bytes", "RefusalTests.anUploadThatIsWrongLeavesNothingBehind"),
        Row(.sizeMismatch, .invalidArgument, "size_bytes", "RefusalTests.dataBeyondTheAnnouncedSizeIsRefusedAtOnce"),
        Row(.digestMismatch, .invalidArgument, "sha256", "RefusalTests.anUploadThatIsWrongLeavesNothingBehind"),
        Row(.mediaTypeMismatch, .invalidArgument, "media_type", "RefusalTests.anUploadThatIsWrongLeavesNothingBehind"),
    ]

    /// Section 5: the error of a task's last event.
    static let failures = [
        (.engineAuth, .failedPrecondition), (.workflowUnusable, .failedPrecondition),
        (.engineQuota, .resourceExhausted), (.imageFetchFailed, .unavailable), (.uploadFailed, .unavailable),
        (.startByPassed, .deadlineExceeded), (.taskTimeout, .deadlineExceeded), (.runFailed, .aborted),
        (.runLost, .aborted), (.contentRejected, .invalidArgument), (.runInvalid, .invalidArgument),
        (.resultUnavailable, .dataLoss), (.submissionUnknown, .unknown), (.engineUnavailable, .unavailable),
        (.imageFormat, .invalidArgument), (.imageTooLarge, .invalidArgument), (.imageEmpty, .invalidArgument),
        (.pipelineUnknown, .notFound), (.pipelineDisabled, .failedPrecondition),
        (.engineDisabled, .failedPrecondition), (.internalFault, .internalError),
    ].map { (row: (WireReason, StatusCode)) in
        Row(row.0, row.1, "", "TaskFailureTests.aFailureIsToldInTheLastEventAndInTheSnapshot")
    }

    /// Section 6: GOAWAY, and what follows it.
    static let goingAway = [
        Row(
            .serverDraining, .unavailable, "",
            "ConnectionHandlerTests.aDrainEndsStreamsFinishesCallsAndRefusesNewOnes"),
        Row(.serverDraining, .unavailable, "", "ConnectionHandlerTests.whatIsOpenWhenTheDrainIsOverEndsUnavailable"),
        Row(.serverDraining, .unavailable, "", "ConnectionHandlerTests.aConnectionWithoutWelcomeIsEndedByADrain"),
        Row(.idle, .unavailable, "", "ConnectionHandlerTests.anIdleConnectionIsToldToGo"),
        Row(
            .connectionAge, .unavailable, "",
            "ConnectionHandlerTests.anOldConnectionEndsItsStreamsSoThatTheyGoOnElsewhere"),
        Row(
            .connectionAge, .unavailable, "",
            "ConnectionHandlerTests.aRequestAboveAGoAwayIsRefusedWithItsReasonAndTheOthersAreFinished"),
        Row(.tooManyPings, .resourceExhausted, "", "ProtocolErrorTests.tooManyPingsAreToldByGoAwayAndEnd"),
        Row(.tooManyErrors, .resourceExhausted, "", "ProtocolErrorTests.tooManyErrorsAreToldByGoAwayAndEnd"),
        Row(.tooManyErrors, .resourceExhausted, "", "ConnectionHandlerTests.cancelsAboveTheBudgetAreTooManyErrors"),
    ]
}

@Suite struct ReasonTableTests {
    @Test(arguments: WireReason.allCases) func everyReasonHasARow(reason: WireReason) {
        #expect(ReasonTable.rows.contains { $0.reason == reason })
    }

    @Test func everyRowHasTheCodeOfItsReason() {
        for row in ReasonTable.rows { #expect(row.code == row.reason.code, "\(row.reason)") }
    }

    @Test func theTestOfEveryRowIsThereAndNamesItsReason() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        for row in ReasonTable.rows {
            let parts = row.test.split(separator: ".")
            let (suite, test) = (try #require(parts.first), try #require(parts.last))
            let text = try String(contentsOf: folder.appending(path: "\(suite).swift"), encoding: .utf8)
            #expect(text.contains("struct \(suite) {"), "\(row.test)")
            #expect(text.contains("func \(test)("), "\(row.test)")
            #expect(text.contains("\"\(row.reason.rawValue)\""), "\(row.test) never reads \(row.reason.rawValue)")
        }
    }
}
