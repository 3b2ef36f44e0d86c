import CCurl
import Synchronization

/// libcurl's multi handle and the thread that alone may touch it. Other threads reach it through the inbox.
///
/// `@unchecked Sendable` is sound: `multi` is written once before the thread starts and freed after it left its loop, under the inbox's
/// lock, which everybody who wakes it holds; `transfers` belongs to the engine's thread.
final class CurlEngine: @unchecked Sendable {
    private enum Command {
        case add(CurlTransfer)
        case cancel(CurlTransfer)
    }

    private struct Inbox {
        var commands: [Command] = []
        /// Requests accepted and not yet answered.
        var liveTransfers = 0
        var isStopping = false
        /// The loop ended: nobody reads the inbox any more, and the multi handle is gone.
        var hasStopped = false
    }

    private let inbox = Mutex(Inbox())
    private let multi: UnsafeMutableRawPointer
    private let trust: CurlTransfer.TrustStore
    private var transfers: [ObjectIdentifier: CurlTransfer] = [:]

    init?(_ trust: CurlTransfer.TrustStore) {
        guard let multi = curl_multi_init() else { return nil }
        self.multi = multi
        self.trust = trust
        let limits: [(CURLMoption, Int)] = [
            (CURLMOPT_MAX_TOTAL_CONNECTIONS, HTTPTransportLimits.connectionsMax),
            (CURLMOPT_MAX_HOST_CONNECTIONS, HTTPTransportLimits.connectionsPerHostMax),
            (CURLMOPT_MAXCONNECTS, HTTPTransportLimits.idleConnectionsMax),
        ]
        for (option, value) in limits where ptcurl_multi_set_long(multi, option, value) != CURLM_OK {
            curl_multi_cleanup(multi)
            return nil
        }
    }

    // MARK: Any thread

    /// Takes a request whose continuation is set, or answers it at once.
    func add(_ transfer: CurlTransfer) {
        let refusal: HTTPTransportError? = inbox.withLock { inbox in
            if inbox.isStopping {
                return HTTPTransportError(.shutDown, .nothingSent, message: "the transport is shut down")
            }
            guard inbox.liveTransfers < HTTPTransportLimits.transfersMax else {
                return HTTPTransportError(
                    .overloaded, .nothingSent,
                    message: "\(HTTPTransportLimits.transfersMax) requests are under way already")
            }
            inbox.liveTransfers += 1
            post(.add(transfer), &inbox)
            return nil
        }
        if let refusal { transfer.finish(.failure(refusal)) }
    }

    func cancel(_ transfer: CurlTransfer) {
        transfer.isCancelled.store(true, ordering: .releasing)
        inbox.withLock { inbox in
            if !inbox.hasStopped { post(.cancel(transfer), &inbox) }
        }
    }

    /// The loop ends soon; what is under way is answered with `.shutDown`.
    func stop() {
        inbox.withLock { inbox in
            inbox.isStopping = true
            if !inbox.hasStopped { _ = curl_multi_wakeup(multi) }
        }
    }

    private func post(_ command: Command, _ inbox: inout Inbox) {
        inbox.commands.append(command)
        if inbox.commands.count == 1 { _ = curl_multi_wakeup(multi) }
    }

    // MARK: The engine's thread

    func run() {
        while takeCommands(), perform() {}
        endAll()
    }

    /// `false` when the loop must end.
    private func takeCommands() -> Bool {
        let (commands, isStopping) = inbox.withLock { inbox in
            let commands = inbox.commands
            inbox.commands = []
            return (commands, inbox.isStopping)
        }
        for command in commands {
            switch command {
            case .add(let transfer): begin(transfer)
            case .cancel(let transfer): drop(transfer)
            }
        }
        return !isStopping
    }

    /// `false` when libcurl itself failed: no transfer could end any more.
    private func perform() -> Bool {
        var running: Int32 = 0
        guard curl_multi_perform(multi, &running) == CURLM_OK else { return false }
        takeEnded()
        return curl_multi_poll(multi, nil, 0, HTTPTransportLimits.idlePollMilliseconds, nil) == CURLM_OK
    }

    private func begin(_ transfer: CurlTransfer) {
        guard !transfer.isCancelled.load(ordering: .acquiring) else { return answer(transfer, transfer.cancellation) }
        do throws(HTTPTransportError) {
            try transfer.prepare(trust)
        } catch {
            return answer(transfer, .failure(error))
        }
        transfers[transfer.id] = transfer
        guard let easy = transfer.easy, curl_multi_add_handle(multi, easy) == CURLM_OK else {
            transfers[transfer.id] = nil
            let error = HTTPTransportError(.internal, .nothingSent, message: "libcurl refused the request")
            return answer(transfer, .failure(error))
        }
    }

    private func takeEnded() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let result = ptcurl_message_result(message)
            var pointer: UnsafeMutableRawPointer?
            _ = ptcurl_get_pointer(easy, CURLINFO_PRIVATE, &pointer)
            guard let pointer else { continue }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(pointer).takeUnretainedValue()
            remove(transfer, transfer.outcome(result))
        }
    }

    /// A transfer that is not under way was answered before, or is cancelled when its request arrives.
    private func drop(_ transfer: CurlTransfer) {
        if transfers[transfer.id] != nil { remove(transfer, transfer.cancellation) }
    }

    private func remove(_ transfer: CurlTransfer, _ outcome: CurlTransfer.Outcome) {
        if let easy = transfer.easy { curl_multi_remove_handle(multi, easy) }
        transfers[transfer.id] = nil
        answer(transfer, outcome)
    }

    private func answer(_ transfer: CurlTransfer, _ outcome: CurlTransfer.Outcome) {
        transfer.releaseHandle()
        inbox.withLock { $0.liveTransfers -= 1 }
        transfer.finish(outcome)
    }

    private func endAll() {
        // From here on `add` refuses, so that the inbox below is the last.
        inbox.withLock { $0.isStopping = true }
        _ = takeCommands()
        for transfer in Array(transfers.values) { remove(transfer, transfer.shutDown) }
        inbox.withLock { inbox in
            inbox.hasStopped = true
            inbox.commands = []
            curl_multi_cleanup(multi)
        }
    }
}
