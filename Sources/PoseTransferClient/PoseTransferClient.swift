public import Logging
internal import NIOCore
internal import NIOPosix
internal import PoseWire

/// A caller of a posetransferd: one connection, on which any number of calls run at once.
///
/// The connection is made by the first call, and made again when it is lost. A client that has never had one tells at once
/// that it cannot connect; one that has had it goes on trying until the call's time is over. Every call may be repeated and
/// is repeated by itself: a submit is told apart by its key, so it is never carried out twice.
///
/// ```swift
/// let client = PoseTransferClient(ClientConfiguration(host: "127.0.0.1", port: 7411))
/// let submitted = try await client.submit(TransferRequest(source: .bytes(person), pose: .bytes(pose)))
/// for try await event in client.status(of: submitted.task.id) { print(event.state.name) }
/// let (result, picture) = try await client.result(of: submitted.task.id)
/// await client.shutdown()
/// ```
public final class PoseTransferClient: Sendable {
    let configuration: ClientConfiguration
    let keeper: ConnectionKeeper
    let logger: Logger

    /// Opens nothing yet. `logger` hears of connections at level debug, and never of tokens or contents.
    public init(
        _ configuration: ClientConfiguration,
        logger: Logger = Logger(label: "posetransfer.client", factory: { _ in SwiftLogNoOpLogHandler() })
    ) {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        self.configuration = configuration
        self.logger = logger
        keeper = ConnectionKeeper(
            backoff: configuration.backoff, eventLoop: eventLoop, onReconnect: configuration.onReconnect
        ) { () async throws(PoseTransferError) in
            try await Connection.open(configuration, on: eventLoop, logger)
        }
    }

    /// Connects now, where the first call would otherwise. Throws `cannotConnect`, or `refused` (a wrong token, another version,
    /// too many connections).
    @discardableResult
    public func connect() async throws(PoseTransferError) -> ServerInformation {
        // An attempt ends by itself within the connect time-out; who waits for it outlasts it, and so learns why it failed.
        let patience = configuration.connectTimeout + configuration.backoffCap + .seconds(60)
        return try await keeper.connection(until: .now() + TimeAmount(patience)).server
    }

    /// Closes the connection, and returns when it is closed. Calls that run end with an error, and so does every call from now on. Tasks go on.
    public func shutdown() async {
        await keeper.close()
    }
}

extension PoseTransferClient {
    var callDeadline: NIODeadline { .now() + TimeAmount(configuration.callTimeout) }
    var transferDeadline: NIODeadline { .now() + TimeAmount(configuration.transferTimeout) }

    /// Makes a call that has one answer, again and again as `RepeatableCall` decides, until `deadline`.
    func answer(
        to request: CallRequest, _ effect: RepeatableCall.Effect, until deadline: NIODeadline
    ) async throws(PoseTransferError) -> CallResponse {
        var attempts = RepeatableCall(effect)
        while true {
            let decision: RepeatableCall.OnEnding
            let isFirst = !keeper.hasConnected
            do throws(PoseTransferError) {
                let call = try await keeper.connection(until: deadline).start(request)
                switch await call.next(until: deadline) {
                case .element(.response(let response)): return response
                case .element: throw .protocolViolation("an answer of another kind of call")
                case .ending(let ending): decision = attempts.callEnded(ending)
                }
            } catch {
                decision = attempts.connectFailed(error, isFirst: isFirst)
            }
            switch decision {
            case .fail(let error): throw error
            case .again(let wait):
                try await pause(wait, failures: attempts.failuresInARow, until: deadline) { attempts.deadlinePassed() }
            }
        }
    }

    /// Waits before another attempt: what the server asked for, and the usual random time. Throws `late` where `deadline` comes first.
    func pause(
        _ wait: Duration?, failures: Int, until deadline: NIODeadline, late: () -> PoseTransferError
    ) async throws(PoseTransferError) {
        var random = SystemRandomNumberGenerator()
        let wait = max(wait ?? .zero, configuration.backoff.delay(failures: failures, random: &random))
        guard NIODeadline.now() + TimeAmount(wait) < deadline else { throw late() }
        configuration.onRetry?(RetryNotice(error: late(), failuresInARow: max(1, failures), wait: wait))
        do {
            try await Task.sleep(for: wait)
        } catch {
            throw .cancelled
        }
    }
}
