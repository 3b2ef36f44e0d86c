import BackendAPI
import EngineCore

/// Values for stores to keep.
enum Samples {
    static func digest(_ byte: UInt8) -> ContentDigest {
        guard let digest = ContentDigest(bytes: (0..<32).map { byte &+ $0 }) else { preconditionFailure("32 bytes") }
        return digest
    }

    static func image(_ byte: UInt8) -> StoredImage {
        StoredImage(
            digest: digest(byte), sizeBytes: 1 << 40 + Int64(byte), mediaType: "image/png", width: .max,
            height: UInt32(byte))
    }

    /// A task as it is accepted, with the event that tells it.
    static func accepted(_ number: Int64, caller: String = "alice", key: String = "", cursor: UInt64? = nil) -> (
        record: TaskRecord, event: TaskEvent
    ) {
        var asked = Submission(
            caller: caller, pipeline: "pose", source: .stored(image(1)), pose: .stored(image(2)))
        asked.idempotencyKey = key
        var record = TaskRecord(
            number: number, id: id(number), submission: asked, source: .stored(image(1)), pose: .stored(image(2)),
            contentDigest: digest(3), step: "transfer", engine: "main", taskTimeoutMilliseconds: 600_000,
            startByMilliseconds: 60_000, createdAt: 1_700_000_000_000 + number)
        record.lastSequence = 1
        record.lastCursor = cursor ?? UInt64(number)
        return (record, TaskEvent(latestOf: record))
    }

    static func id(_ number: Int64) -> TaskID {
        TaskID(unixMilliseconds: 1_700_000_000_000 + number, random: { UInt64(number) })
    }

    /// The next stored event of a task.
    static func changed(_ record: TaskRecord, to state: TaskState, cursor: UInt64) -> (
        record: TaskRecord, event: TaskEvent
    ) {
        var record = record
        record.state = state
        record.lastSequence += 1
        record.lastCursor = cursor
        record.lastEventAt += 5
        return (record, TaskEvent(latestOf: record))
    }

    /// Nothing in it is empty, zero or a default, and text is hard to keep.
    static func everyFieldSet() -> (record: TaskRecord, event: TaskEvent) {
        let text = "p\u{0}ose 'x\" \u{1F57A} \\ \u{301}"
        var (record, _) = accepted(7, caller: "caller \(text)", key: "key \(text)", cursor: UInt64(Int64.max))
        record.pipeline = "pipeline \(text)"
        record.parameters = ["seed": "9007199254740993", text: text, "empty": ""]
        record.priority = .min
        record.taskTimeoutMilliseconds = .max
        record.startByMilliseconds = .min
        record.labels = ["team": text, "": "no name"]
        record.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        record.state = .failed
        record.step = "step \(text)"
        record.engine = "engine \(text)"
        record.attempt = .max
        record.queuedAt = 11
        record.marker = "marker \(text)"
        record.run = RunID(rawValue: "1234567890123456789")
        record.charged = .unknown
        record.cost = RunCost(coins: "3.5", money: "0.10", currency: "CNY")
        record.cancelRequested = true
        record.failure = TaskFailure(.contentRejected, "failure \(text)")
        record.outputs = [TaskOutput(name: "result \(text)", image: image(4)), TaskOutput(name: "", image: image(250))]
        record.times = times()
        record.message = "message \(text)"
        record.lastSequence = 42
        record.lastEventAt = -1
        var event = TaskEvent(latestOf: record)
        event.progress = 0.1
        event.queuePosition = .max
        return (record, event)
    }

    private static func times() -> StageTimes {
        var times = StageTimes()
        (times.accepted, times.started, times.uploaded, times.submitted) = (1, 2, 3, 4)
        (times.running, times.downloaded, times.ended) = (5, 6, 7)
        return times
    }
}
