import FoundationEssentials
import PoseTransferClient

/// Follows a task over its own restarts: `ResumeWatch TASK BOOKMARK`. Ended and started again it goes on behind the last event it showed.
@main
struct ResumeWatch {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { return print("usage: ResumeWatch TASK BOOKMARK") }
        let client = PoseTransferClient(ClientConfiguration(host: "127.0.0.1", port: 7411))
        try await watch(arguments[1], bookmark: URL(filePath: arguments[2]), with: client) { print($0.state.name) }
        await client.shutdown()
    }

    /// Calls `show` once for each event, in order, however often it is ended and called again. Throwing ends it.
    static func watch(
        _ task: String, bookmark: URL, with client: PoseTransferClient, show: @Sendable (StatusEvent) throws -> Void
    ) async throws {
        let known = (try? String(contentsOf: bookmark, encoding: .utf8)).flatMap { UInt64($0) } ?? 0
        for try await event in client.status(of: task, afterSequence: known) where !event.isTransient {
            try show(event)
            try String(event.sequence).write(to: bookmark, atomically: true, encoding: .utf8)
        }
    }
}
