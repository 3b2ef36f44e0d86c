import PoseTransferClient
import PoseWire

extension PoseTransferClient {
    /// A client of a fake server, whose waits are short.
    convenience init(port: Int, token: String? = nil, _ change: (inout ClientConfiguration) -> Void = { _ in }) {
        var configuration = ClientConfiguration(port: port, token: token)
        configuration.backoffBase = .milliseconds(1)
        configuration.backoffCap = .milliseconds(2)
        change(&configuration)
        self.init(configuration)
    }
}

/// A stored event of the life that a fake task leads: QUEUED, RUNNING ..., SUCCEEDED at `last`.
func lifeEvent(_ sequence: UInt64, last: UInt64, task: String = "t1") -> PoseWire.StatusEvent {
    var event = PoseWire.StatusEvent()
    event.taskID = task
    event.sequence = sequence
    event.cursor = 100 + sequence
    event.state = PoseWire.TaskState(rawValue: sequence == 1 ? 1 : sequence == last ? 6 : 4)
    event.attempt = 1
    event.at = Int64(sequence) * 1000
    return event
}

func snapshot(_ task: String, key: String = "") -> PoseWire.TaskSnapshot {
    var snapshot = PoseWire.TaskSnapshot()
    snapshot.latest = lifeEvent(1, last: 9, task: task)
    snapshot.pipeline = "pose_change"
    snapshot.idempotencyKey = key
    return snapshot
}

/// The error that `body` throws; nothing where it throws none.
func thrown(by body: () async throws -> Void) async -> PoseTransferError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PoseTransferError
    }
}
