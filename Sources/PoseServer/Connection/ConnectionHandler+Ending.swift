import Logging
import NIOCore
import PoseWire

/// Every way in which a connection ends.
extension ConnectionHandler {
    // MARK: END on call 0

    func protocolErrorFound(_ error: WireError) {
        if let name = decoder.foreignProtocol {
            logger.warning("peer speaks another protocol", metadata: ["looks_like": "\(name)"])
        }
        logger.info("protocol error", metadata: ["reason": "\(error.reason.rawValue)", "error": "\(error.message)"])
        end(error)
    }

    /// END on call 0 is the last frame; open calls end with an unknown outcome.
    func end(_ error: WireError) {
        guard phase == .live else { return }
        sendEnd(0, error)
        finishSending()
    }

    /// GOAWAY tells why, and END follows at once.
    func goAwayAndClose(_ reason: WireReason) {
        let error = WireError(reason, "this connection has gone beyond what the protocol allows")
        guard phase == .live else { return }
        sendGoAway(error)
        end(error)
    }

    /// Ends this side after what was gathered, and throws away what still comes, so that the peer can read the end.
    private func finishSending() {
        flush()
        phase = .ending
        letGoOfAllCalls()
        tick?.cancel()
        guard let context else { return }
        closeLater(milliseconds: Int64(services.configuration.limits.writeTimeoutMilliseconds))
        context.close(mode: .output).assumeIsolated().whenComplete { [self] result in
            if case .failure = result { return abandon() }
            if inputHasEnded { return abandon() }
            closeLater(milliseconds: PoseServerLimits.discardMilliseconds)
        }
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    private func closeLater(milliseconds: Int64) {
        guard phase == .ending else { return }
        tick?.cancel()
        tick = hub.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(milliseconds)) { [self] in abandon() }
    }

    func discard(_ bytes: Int) {
        discardedBytes += bytes
        if discardedBytes > PoseServerLimits.discardBytesMax { abandon() }
    }

    // MARK: going away

    /// Takes no new calls, ends the streams, finishes the other calls, closes. `error` says why.
    func goAway(_ error: WireError) {
        guard phase == .live else { return }
        guard machine.hasWelcomed else { return end(error) }
        guard machine.goAwaySent(error) else { return }
        goAwayError = error
        timers.goneAway(at: hub.now)
        sendGoAway(error)
        for stream in streams { fail(stream.call, error) }
        settle()
    }

    private func sendGoAway(_ error: WireError) {
        var message = GoAway()
        message.lastCall = machine.lastCall
        message.reason = error.reason.rawValue
        message.retryAfterMilliseconds = error.retryAfterMilliseconds
        send(message, as: .goAway)
    }

    /// The time for a drain is over.
    func endOpenCalls() {
        guard let goAwayError else { return }
        for call in Array(calls.values) { fail(call, goAwayError) }
    }

    // MARK: half-close

    /// The client's side has ended: what was taken is answered.
    func inputEnded() {
        inputHasEnded = true
        guard phase == .live else { return abandonIfSent() }
        takeFrames()
        settle()
    }

    private func abandonIfSent() {
        if context?.channel.isWritable != false { abandon() }
    }

    /// Closes once nothing is left to be answered.
    func goOnEnding() {
        guard phase == .live else { return }
        if inputHasEnded, !isStalled {
            guard !decoder.isInsideFrame, uploads.isEmpty else { return abandon() }
            for stream in streams { fail(stream.call, .callCancelled) }
            flush()
        }
        if calls.isEmpty, goAwayError != nil || (inputHasEnded && !isStalled) { finishSending() }
    }

    // MARK: at once

    /// Closes without a word.
    func abandon() {
        guard phase != .closed else { return }
        context?.close(promise: nil)
    }

    func closed() {
        guard phase != .closed else { return }
        phase = .closed
        letGoOfAllCalls()
        tick?.cancel()
        services.admission.release(reservedBytes)
        reservedBytes = 0
        if isAdmitted { services.admission.connectionClosed() }
        hub.remove(self)
    }

    private func letGoOfAllCalls() {
        _ = machine.closed()
        for call in Array(calls.values) { letGo(of: call) }
        streamsWithNews = []
    }
}
