import BackendAPI
import EngineCore

/// Tasks and events for tests, as the engine would make them.
struct EventScript {
    private(set) var cursor: UInt64 = 0
    private var records: [Int64: TaskRecord] = [:]

    static let image: StoredImage = {
        let bytes = [UInt8](repeating: 7, count: 32)
        guard let digest = ContentDigest(bytes: bytes) else { preconditionFailure("32 bytes are a digest") }
        return StoredImage(digest: digest, sizeBytes: 3, mediaType: "image/png", width: 1, height: 1)
    }()

    static func record(_ number: Int64, caller: String = "alice", createdAt: Int64 = 1_000) -> TaskRecord {
        let submission = Submission(
            caller: caller, pipeline: "pose_change", source: .stored(image), pose: .stored(image))
        return TaskRecord(
            number: number, id: TaskID(rawValue: "tsk_\(number)"), submission: submission, source: .stored(image),
            pose: .stored(image),
            contentDigest: image.digest, step: "pose_transfer", engine: "fake", taskTimeoutMilliseconds: 300_000,
            startByMilliseconds: 86_400_000, createdAt: createdAt)
    }

    /// The next stored event of a task.
    mutating func stored(_ number: Int64, _ state: TaskState, caller: String = "alice") -> TaskEvent {
        cursor += 1
        var record = records[number] ?? Self.record(number, caller: caller)
        record.state = state
        record.lastSequence += 1
        record.lastCursor = cursor
        records[number] = record
        return TaskEvent(latestOf: record)
    }

    /// A transient event that repeats the task's last one.
    func transient(_ number: Int64, progress: Float) -> TaskEvent {
        var event = TaskEvent(latestOf: records[number] ?? Self.record(number))
        event.isTransient = true
        event.progress = progress
        return event
    }

    func named(_ number: Int64) -> (id: TaskID, isEnded: Bool, lastSequence: UInt64, lastCursor: UInt64) {
        let record = records[number] ?? Self.record(number)
        return (record.id, record.state.isTerminal, record.lastSequence, record.lastCursor)
    }
}
