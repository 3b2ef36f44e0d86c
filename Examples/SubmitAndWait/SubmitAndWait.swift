import FoundationEssentials
import PoseTransferClient

/// Puts the pose of one picture onto the person of another and writes the result: `SubmitAndWait PERSON POSE RESULT`.
@main
struct SubmitAndWait {
    static func main() async throws {
        let files = CommandLine.arguments.dropFirst().map { URL(filePath: $0) }
        guard files.count == 3 else { return print("usage: SubmitAndWait PERSON POSE RESULT") }
        let client = PoseTransferClient(ClientConfiguration(host: "127.0.0.1", port: 7411))
        let picture = try await transfer(Data(contentsOf: files[0]), Data(contentsOf: files[1]), with: client)
        try Data(picture).write(to: files[2])
        await client.shutdown()
    }

    static func transfer(_ person: Data, _ pose: Data, with client: PoseTransferClient) async throws -> [UInt8] {
        let request = TransferRequest(source: .bytes(Array(person)), pose: .bytes(Array(pose)))
        let task = try await client.submit(request).task
        for try await event in client.status(of: task.id) {
            print(event.state.name, event.message)
            if let failure = event.failure { throw Failed(reason: failure.reason, message: failure.message) }
        }
        return try await client.result(of: task.id).bytes
    }

    /// The task has failed: the call went well, its work did not.
    struct Failed: Error {
        let reason: String
        let message: String
    }
}
