import EngineCore
import ServiceLifecycle
import Synchronization
import SystemPorts

/// The engine's thread as a service: it ends after the server has drained, once no submit is on its way.
struct EngineService: Service {
    let engine: Engine
    let journal: any TaskJournal & Sendable
    let drainMilliseconds: Int64
    /// Called once the engine has recovered and takes requests.
    let ready: @Sendable () -> Void

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
                startThread(done)
            }
        } onGracefulShutdown: {
            engine.stop(withinMilliseconds: drainMilliseconds)
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
