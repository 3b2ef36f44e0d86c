import EngineCore
import ServiceLifecycle
import Synchronization
import SystemPorts

/// The engine's thread as a service: it ends after the server has drained, once no submit is on its way.
package struct EngineService: Service {
    let engine: Engine
    let journal: any TaskJournal & Sendable
    let drainMilliseconds: Int64
    /// Called once the engine has recovered and takes requests.
    let ready: @Sendable () -> Void

    /// A submit whose answer is not waited for is paid for and lost, so a stop waits longer for one than any backend's own time-out (60 s).
    private static let submitMilliseconds: Int64 = 65_000

    package func run() async throws {
        try await withGracefulShutdownHandler {
            try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
                startThread(done)
            }
        } onGracefulShutdown: {
            engine.stop(withinMilliseconds: max(drainMilliseconds, Self.submitMilliseconds))
        }
    }

    private func startThread(_ done: CheckedContinuation<Void, any Error>) {
        do {
            _ = try WorkerThread(name: "engine") {
                do throws(StoreError) {
                    try engine.run(journal: journal, ready: ready)
                    done.resume()
                } catch {
                    done.resume(throwing: error)
                }
            }
        } catch {
            done.resume(throwing: error)
        }
    }
}
