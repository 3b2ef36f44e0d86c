import Logging
import NIOCore
import PoseWire

/// Runs `ConnectionTimers`: one scheduled look at a time, never later than the next deadline.
extension ConnectionHandler {
    func scheduleTick() {
        guard phase == .live, let next = nextDeadline, next < tickAt else { return }
        tick?.cancel()
        tickAt = next
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(clamping: next + 1) * 1_000_000)
        tick = hub.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in ticked() }
    }

    private var nextDeadline: Int64? {
        let now = hub.now
        let next = timers.next(at: now)
        guard mayRead, let upload = uploads.map(\.lastDataAt).min() else { return next }
        let lag = now - timers.readingTime(at: now)
        return min(next ?? .max, upload + lag + frameTimeout)
    }

    private var frameTimeout: Int64 { Int64(services.configuration.limits.frameTimeoutMilliseconds) }

    private func ticked() {
        tickAt = .max
        guard phase == .live else { return }
        updateReading()
        let now = hub.now
        if let due = timers.due(at: now) { act(on: due, at: now) }
        endSlowUploads(at: now)
        settle()
    }

    private func act(on due: ConnectionTimers.Due, at now: Int64) {
        switch due {
        case .handshake: end(WireError(.handshakeTimeout, "no whole HELLO came in time"))
        case .frame: end(WireError(.frameTimeout, "a frame was begun and not ended in time"))
        case .write, .keepalive:
            logger.info("peer is gone", metadata: ["waited_for": "\(due)"])
            abandon()
        case .idle: goAway(WireError(.idle, "nothing was asked for a long time"))
        case .age: goAway(WireError(.connectionAge, "this connection is old; open another"))
        case .ping:
            sendRaw(.ping, payload: ByteBuffer())
            timers.pinged(at: now)
        case .drain: endOpenCalls()
        }
    }

    private func endSlowUploads(at now: Int64) {
        guard mayRead else { return }
        let latest = timers.readingTime(at: now) - frameTimeout
        for upload in uploads where upload.lastDataAt <= latest {
            fail(upload.call, WireError(.frameTimeout, "the upload's next DATA did not come in time"))
        }
    }
}
