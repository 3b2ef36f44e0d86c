import PoseTransferClient

extension CommandRun {
    /// Tasks that are looked through for an earlier submit, in pages.
    private static let pagesMax = 4

    /// Throws where the result could not be given its name in the end: something else is there. It is asked before anything is paid.
    ///
    /// The same command again comes back to its task, and then the file may well be there: it counts as the result where its bytes are.
    func checkPlace(_ options: ResultOptions, key: String?) async throws {
        guard let path = options.out, !options.force, OutputFile.isThere(path) else { return }
        guard let key, let earlier = try await task(withKey: key) else { throw OutputFile.exists(path) }
        // A task that ended otherwise has no result to write.
        guard earlier.state == .succeeded || !earlier.state.isTerminal else { return }
        guard let digest = earlier.latest.outputs.first?.digest,
            let content = try? InputFile.read(path, bytesMax: InputFile.comparedBytesMax),
            ContentDigest(of: content) == digest
        else { throw OutputFile.exists(path) }
    }

    /// The newest task with this key, as far as it can be found among the newest ones.
    private func task(withKey key: String) async throws -> TaskSnapshot? {
        var token: String?
        for _ in 0..<Self.pagesMax {
            let page = try await page(token)
            if let task = page.tasks.first(where: { $0.idempotencyKey == key }) { return task }
            guard let next = page.nextPageToken else { return nil }
            token = next
        }
        return nil
    }

    /// Nothing where the server is older than lists are.
    private func page(_ token: String?) async throws(PoseTransferError) -> TaskPage {
        do throws(PoseTransferError) {
            return try await client.listTasks(pageSize: 500, pageToken: token)
        } catch {
            guard error.reason == "METHOD_UNKNOWN" else { throw error }
            return TaskPage(tasks: [])
        }
    }
}
