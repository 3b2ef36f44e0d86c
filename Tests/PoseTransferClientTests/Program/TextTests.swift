import Testing

@testable import PoseTransferClient
@testable import posetransferctl

@Suite struct TextTests {
    private func task(_ id: String, _ state: TaskState, _ change: (inout TaskSnapshot) -> Void = { _ in })
        -> TaskSnapshot
    {
        var task = TaskSnapshot(latest: StatusEvent(taskID: id, sequence: 1, state: state), pipeline: "pose_change")
        task.createdAtUnixMilliseconds = 1_764_059_400_000
        change(&task)
        return task
    }

    @Test func aListHasOneRowForEachTaskInColumns() {
        let tasks = [
            task("tsk_long_one", .running) {
                $0.latest.engine = "cloud"
                $0.latest.progress = 0.5
            },
            task("t", .failed) { $0.latest.failure = TaskFailure(code: 10, reason: "RUN_FAILED", message: "m") },
        ]
        #expect(
            TaskText.list(tasks, withCaller: false) == """
                TASK          STATE    CREATED               PIPELINE     ENGINE  NOTE
                tsk_long_one  RUNNING  2025-11-25T08:30:00Z  pose_change  cloud   50%
                t             FAILED   2025-11-25T08:30:00Z  pose_change  -       RUN_FAILED

                """)
        #expect(TaskText.list([], withCaller: true) == "no tasks\n")
    }

    @Test func aListOfAllCallersSaysWhose() {
        let text = TaskText.list([task("t", .queued) { $0.caller = "shop\u{1B}[2J" }], withCaller: true)
        #expect(text.contains("t     shop"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test func enginesStandInATable() {
        let engine = EngineHealth(
            name: "cloud", type: "runninghub", state: "serving", isConfigured: true, isReachable: nil,
            isAuthorised: nil,
            isFunded: nil, isWorkflowValid: nil, message: "", lastSuccessAtUnixMilliseconds: nil, slotsUsed: 1,
            slotsLimit: 3)
        #expect(
            TaskText.engines([engine]) == """
                ENGINE  TYPE        STATE    SLOTS  LAST SUCCESS  MESSAGE
                cloud   runninghub  serving  1/3    -             -

                """)
    }

    @Test func aSettledTaskSaysHowItGoesOn() {
        let text = TaskText.snapshot(
            task("t", .failed) {
                $0.resolution = "not charged"
                $0.followUp = "t2"
            })
        #expect(text.contains("settled   not charged\n"))
        #expect(text.contains("goes on   t2\n"))
    }

    @Test func numbersAndTimesReadWell() {
        #expect(TaskText.count(1, "task") == "1 task")
        #expect(TaskText.count(0, "task") == "0 tasks")
        #expect(Elapsed.spoken(.milliseconds(400)) == "less than 1 s")
        #expect(Elapsed.spoken(.seconds(1)) == "1 s")
        let settings = [0, 59, 60, 90, 3_600, 86_400, 604_800, 129_600].map { Elapsed.rounded(.seconds($0)) }
        #expect(settings == ["0 s", "59 s", "1 minute", "90 s", "1 hour", "1 day", "7 days", "36 hours"])
        let event = StatusEvent(taskID: "t", sequence: 1, state: .succeeded)
        #expect(TaskText.ending(event, elapsed: .zero) == "SUCCEEDED after less than 1 s\n")
    }

    // MARK: What is wrong with a picture

    @Test func aRefusedPictureIsCalledByTheNameItWasGivenBy() {
        var error = PoseTransferError(
            .refused, reason: "IMAGE_FORMAT", message: "source_image.data is no JPEG, PNG or WebP", statusCode: 3)
        error.field = "source_image.data"
        let failure = CommandFailure(error, names: ["source_image": "person.txt", "pose_image": "pose.png"])
        #expect(failure.message == "IMAGE_FORMAT (person.txt): person.txt is no JPEG, PNG or WebP")
        #expect(failure.status == .refused)
        error.field = "source_images"
        #expect(CommandFailure(error, names: ["source_image": "x"]).message.hasPrefix("IMAGE_FORMAT (source_images)"))
    }

    @Test func picturesAreTakenInThreeWays() {
        #expect(ImageArgument("a.png") == .file("a.png"))
        #expect(ImageArgument("./path:x") == .file("./path:x"))
        #expect(ImageArgument("HTTPS://h/x.png") == .url("HTTPS://h/x.png"))
        #expect(ImageArgument("path:/srv/x.png") == .path("/srv/x.png"))
        for text in ["a.png", "https://h/x", "path:/srv/x"] { #expect(ImageArgument(text).text == text) }
    }

    @Test func theKeyOfAPictureElsewhereIsMadeOfItsAddress() {
        let bytes = ImageSource.bytes([1])
        let images: [ImageSource] = [.url("a"), .path("a"), .url("b"), bytes]
        let keys = images.map { SubmitKey.make(pipeline: "", source: $0, pose: bytes, parameters: [:]) }
        #expect(Set(keys).count == keys.count)
        let digest = ImageSource.stored(ContentDigest(of: [1]))
        #expect(
            SubmitKey.make(pipeline: "", source: digest, pose: bytes, parameters: [:])
                == SubmitKey.make(pipeline: "", source: bytes, pose: digest, parameters: [:]))
    }

    // MARK: Moments

    @Test(arguments: [
        ("1970-01-01", 0), ("1970-01-02", 86_400_000), ("2025-11-25T08:30:00Z", 1_764_059_400_000),
        ("2025-11-25T08:30", 1_764_059_400_000), ("2024-02-29", 1_709_164_800_000), ("2000-03-01", 951_868_800_000),
        ("90s", 910_000), ("10m", 400_000), ("0h", 1_000_000), ("1d", 1_000_000 - 86_400_000),
    ])
    func momentsAreRead(text: String, unixMilliseconds: Int64) {
        #expect(Moment(text, now: 1_000_000)?.unixMilliseconds == unixMilliseconds)
    }

    @Test(arguments: [
        "", "s", "-1h", "1w", "2025-13-01", "2025-02-29", "1900-01-01", "2025-11-25T24:00", "2025-11-25T08", "25-11-25",
        "2025-11-25T08:60", "99999999999d", "2025-1-1", "now", "２h",
    ])
    func whatIsNoMomentIsRefused(text: String) {
        #expect(Moment(text, now: 0) == nil)
    }

    @Test func momentsAreWritten() {
        for text in ["2025-11-25T08:30:00Z", "2024-02-29T23:59:59Z", "2000-01-01T00:00:00Z", "2100-12-31T12:00:00Z"] {
            #expect(Moment(text, now: 0)?.text == text)
        }
        #expect(Moment(unixMilliseconds: 0).text == "-")
        #expect(Moment(unixMilliseconds: -1).text == "-")
    }
}
