import EngineCore
import Logging
import PoseServer
import ServiceLifecycle
import SystemPorts
import TaskStore

/// Removes what is past its time, a round a minute, on a thread of its own: a round may wait long for the disk.
package struct HousekeepingService: Service {
    let store: TaskStore
    let policy: RetentionPolicy
    let server: PoseServer
    let clock: any EngineClock
    let logger: Logger

    private static let pause = Duration.seconds(60)

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.pause)
                if !Task.isCancelled { await keepHouse() }
            }
        }
    }

    /// A round that fails is told and left to the next one: nothing waits for it.
    private func keepHouse() async {
        let result = await withCheckedContinuation { (done: CheckedContinuation<Result<Removal, any Error>, Never>) in
            do {
                _ = try WorkerThread(name: "housekeeping") {
                    done.resume(returning: Result { try store.keepHouse(policy: policy, now: clock.now().unix) })
                }
            } catch {
                done.resume(returning: .failure(error))
            }
        }
        switch result {
        case .success(let removal): removed(removal)
        case .failure(let error): logger.error("housekeeping failed", metadata: ["error": "\(error)"])
        }
    }

    private func removed(_ removal: Removal) {
        server.tasksRemoved(removal.tasks)
        guard !removal.tasks.isEmpty || removal.bytes > 0 else { return }
        logger.info(
            "removed what was past its time",
            metadata: ["tasks": "\(removal.tasks.count)", "bytes": "\(removal.bytes)"])
    }
}
