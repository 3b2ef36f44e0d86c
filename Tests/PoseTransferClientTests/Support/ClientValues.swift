import PoseTransferClient

/// Values of the library, for tests that see the wire's values of the same names too.
enum ClientValues {
    static func succeeded(_ task: String) -> StatusEvent {
        StatusEvent(taskID: task, sequence: 1, state: .succeeded)
    }
}
