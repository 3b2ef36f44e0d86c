import ArgumentParser
import PoseTransferClient
import Synchronization

/// One run of a command: the client, the console, and what is said when Ctrl-C comes.
final class CommandRun: Sendable {
    let client: PoseTransferClient
    let console: Console
    private let parting: Mutex<String>

    init(client: PoseTransferClient, console: Console) {
        self.client = client
        self.console = console
        parting = Mutex("")
    }

    /// What somebody who presses Ctrl-C from now on must know to come back.
    func onInterruptSay(_ text: String) {
        parting.withLock { $0 = text }
    }

    /// Runs `body`, prints what goes wrong, and ends the command with the status that `ExitStatus` lists.
    static func perform(
        _ options: ConnectionOptions, _ body: @escaping @Sendable (CommandRun) async throws -> ExitStatus
    ) async throws {
        let console = Console(format: options.format)
        let status = await statusOf(console) {
            let client = try options.makeClient {
                // Once for each outage: what follows would only repeat it.
                $0.onRetry = { if $0.failuresInARow == 1 { console.remark(retryRemark($0.error)) } }
                $0.onReconnect = { _ in console.remark("Connected again.") }
            }
            let run = CommandRun(client: client, console: console)
            return try await run.interruptible(body)
        }
        guard status == .success else { throw ExitCode(status.rawValue) }
    }

    /// Runs a command that needs no server.
    static func performHere(
        _ options: OutputOptions, _ body: (Console) throws -> ExitStatus
    ) async throws {
        let console = Console(format: options.format)
        let status = await statusOf(console) { try body(console) }
        guard status == .success else { throw ExitCode(status.rawValue) }
    }

    private static func retryRemark(_ error: PoseTransferError) -> String {
        "Trying again: \(ProgressView.plain(error.message))"
    }

    private func interruptible(_ body: @escaping @Sendable (CommandRun) async throws -> ExitStatus) async throws
        -> ExitStatus
    {
        switch try await Interrupts().race({ try await body(self) }) {
        case .finished(let status): return status
        case .interrupted:
            console.remark(parting.withLock { $0 })
            return .interrupted
        }
    }

    private static func statusOf(_ console: Console, _ body: () async throws -> ExitStatus) async -> ExitStatus {
        do {
            return try await body()
        } catch let failure as CommandFailure {
            console.fail(failure)
            return failure.status
        } catch let error as PoseTransferError {
            // The program's own file error says more than the library's "the sink threw".
            let failure = (error.cause as? CommandFailure) ?? CommandFailure(error)
            console.fail(failure)
            return failure.status
        } catch {
            console.fail(CommandFailure(.internalFault, reason: "INTERNAL", "\(error)"))
            return .internalFault
        }
    }
}
