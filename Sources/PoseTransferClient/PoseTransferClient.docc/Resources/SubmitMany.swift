import FoundationEssentials
import PoseTransferClient

/// Gives many persons the same pose, four at a time: `SubmitMany POSE PERSON...`. Each result is written beside its person.
@main
struct SubmitMany {
    static func main() async throws {
        let files = CommandLine.arguments.dropFirst().map { URL(filePath: $0) }
        guard let pose = files.first else { return print("usage: SubmitMany POSE PERSON...") }
        let client = PoseTransferClient(ClientConfiguration(host: "127.0.0.1", port: 7411))
        let persons = try files.dropFirst().map { Array(try Data(contentsOf: $0)) }
        try await transfer(persons, to: Array(Data(contentsOf: pose)), with: client) { index, picture in
            try Data(picture).write(to: files[index + 1].appendingPathExtension("result.png"))
        }
        await client.shutdown()
    }

    /// Never more than `width` at a time, so that neither this program nor the server's queue holds the whole batch.
    static func transfer(
        _ persons: [[UInt8]], to pose: [UInt8], width: Int = 4, with client: PoseTransferClient,
        done: @Sendable (Int, [UInt8]) throws -> Void
    ) async throws {
        let stored = try await client.putImage(pose).digest
        try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for (index, person) in persons.enumerated() {
                if index >= width, let (index, picture) = try await group.next() { try done(index, picture) }
                group.addTask {
                    let request = TransferRequest(source: .bytes(person), pose: .stored(stored))
                    let task = try await client.submit(request).task
                    for try await _ in client.status(of: task.id) {}
                    return (index, try await client.result(of: task.id).bytes)
                }
            }
            for try await (index, picture) in group { try done(index, picture) }
        }
    }
}
