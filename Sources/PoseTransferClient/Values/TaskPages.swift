/// The pages of a list of tasks, newest first, read one at a time as the iteration asks for them.
///
/// No task comes twice; each that existed at the first page and matches until its page is read comes once. Iterating throws
/// `PoseTransferError`: `refused` (ADMIN_ONLY, FIELD_INVALID ...), `cannotConnect`, `connectionLost` or `deadlineExceeded`, each page with
/// the configuration's `callTimeout`.
public struct TaskPages: AsyncSequence, Sendable {
    public typealias Element = TaskPage
    public typealias Failure = PoseTransferError

    typealias Load = @Sendable (_ pageToken: String?) async throws(PoseTransferError) -> TaskPage

    let load: Load

    /// Begins at the first page.
    public func makeAsyncIterator() -> Iterator { Iterator(load: load) }

    /// One reading.
    public struct Iterator: AsyncIteratorProtocol {
        let load: Load
        private var token: String?
        private var hasEnded = false

        init(load: @escaping Load) {
            self.load = load
        }

        /// The next page; nothing behind the last one.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(PoseTransferError) -> TaskPage? {
            guard !hasEnded else { return nil }
            let page: TaskPage
            do throws(PoseTransferError) {
                page = try await load(token)
            } catch {
                hasEnded = true
                throw error
            }
            if let next = page.nextPageToken, next == token {
                hasEnded = true
                throw .protocolViolation("a page of a list names itself as the next one")
            }
            token = page.nextPageToken
            hasEnded = token == nil
            return page
        }

        /// The same: the iterator runs anywhere.
        public mutating func next() async throws(PoseTransferError) -> TaskPage? {
            try await next(isolation: nil)
        }
    }
}
