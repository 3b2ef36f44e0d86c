package import BackendAPI

/// A backend that the cases are run for, with a provider to play with: a simulator, never the real one.
package protocol BackendUnderTest: Sendable {
    var name: String { get }
    /// Conditions that cannot be brought about, with the reason; cases that need them are reported as skipped. What follows from the
    /// capabilities is found out without being listed here.
    var inapplicable: [Condition: String] { get }
    /// A fresh backend at a fresh provider under these conditions.
    func stand(_ conditions: Set<Condition>) async throws -> any ConformanceStand
}

/// One backend at one provider.
package protocol ConformanceStand: Sendable {
    var backend: any Backend { get }
    /// Texts that nothing may show.
    var secrets: [String] { get }
    /// Bytes of the largest image, where there is a limit.
    var uploadBytesMax: Int64 { get }
    /// What really happened at the provider.
    var books: Books { get async }
    /// Moves the provider's time until every run has come that far, at least.
    func advance(to stage: RunStage) async
    /// Returns once so many requests of a call have arrived at the provider and were read.
    func arrived(_ call: ProviderCall, count: Int) async
    /// Lower-case hex digits of the SHA-256 of the result that a run makes.
    func resultDigest(of run: RunID) async -> String?
    /// Ends the provider.
    func close() async
}

extension ConformanceStand {
    package var uploadBytesMax: Int64 { .max }
}

package enum RunStage: Sendable { case running, ended }

package enum ProviderCall: Sendable { case upload, start, look, cancel, file, account }

/// The provider's own record; nothing in it depends on what the backend believes.
package struct Books: Sendable {
    package struct Run: Sendable {
        package var id: String
        /// Lower-case hex digits of the SHA-256 of the person's picture and of the pose's.
        package var source: String
        package var pose: String
        package var isCancelled: Bool
        /// Decimal text, as the provider charges it.
        package var cost: String

        package init(id: String, source: String, pose: String, isCancelled: Bool, cost: String) {
            self.id = id
            self.source = source
            self.pose = pose
            self.isCancelled = isCancelled
            self.cost = cost
        }
    }

    /// Requests to start a run that were seen, whatever became of them.
    package var startsSeen: Int
    /// Runs that were made, and are billed.
    package var runs: [Run]

    package init(startsSeen: Int, runs: [Run]) {
        self.startsSeen = startsSeen
        self.runs = runs
    }
}
