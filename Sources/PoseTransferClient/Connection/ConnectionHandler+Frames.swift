internal import Logging
internal import NIOCore
internal import PoseWire
internal import Synchronization

extension ConnectionHandler {
    /// One frame of the server: the machine judges it, this acts.
    func take(_ frame: Frame) throws(WireError) {
        let id = frame.header.call
        switch try machine.frameReceived(frame.header) {
        case .welcomed: try welcomed(frame.payload)
        case .response(let ends): responded(id, frame.payload, ends: ends)
        case .item: itemReceived(id, frame.payload)
        case .data: deliver(.data(frame.payload), to: id)
        case .end: ended(id, try codec.unpack(Status.self, from: frame.payload))
        case .connectionEnded: connectionEnded(try codec.unpack(Status.self, from: frame.payload))
        case .sendPong: sendPong(frame.payload)
        case .goAway: goAway(try codec.unpack(GoAway.self, from: frame.payload))
        case .pong, .ignore: break
        }
    }

    private func welcomed(_ payload: ByteBuffer) throws(WireError) {
        let message = try codec.unpack(Welcome.self, from: payload)
        guard message.version == 1 else {
            throw WireError(.versionUnsupported, "WELCOME chooses version \(message.version), which was not offered")
        }
        condition.takesCalls.store(true, ordering: .releasing)
        keepalive.welcomed(timeout: .milliseconds(Int64(message.limits.keepaliveTimeoutMilliseconds)), at: .now())
        watchLiveness()
        logger.debug("connected", metadata: ["server": "\(address)", "build": "\(message.build)"])
        welcome.fulfil(.success(message))
    }

    private func responded(_ id: UInt32, _ payload: ByteBuffer, ends: Bool) {
        guard let entry = entries[id] else { return }
        condition.hasServed.store(true, ordering: .releasing)
        do throws(WireError) {
            deliver(.response(try CallResponse(payload, to: entry.method, codec)), to: id)
            if ends { finish(id, .ok) }
        } catch {
            unreadable(id, error)
        }
    }

    private func itemReceived(_ id: UInt32, _ payload: ByteBuffer) {
        condition.hasServed.store(true, ordering: .releasing)
        do throws(WireError) {
            deliver(.event(StatusEvent(try codec.unpack(PoseWire.StatusEvent.self, from: payload))), to: id)
        } catch {
            unreadable(id, error)
        }
    }

    /// An answer that cannot be read ends its call and no other.
    private func unreadable(_ id: UInt32, _ error: WireError) {
        let call = entries[id]?.call
        giveUp(id)
        call?.end(.gaveUp(.protocolViolation(error.message, cause: error)))
    }

    private func deliver(_ element: CallElement, to id: UInt32) {
        guard let entry = entries[id] else { return }
        switch entry.call.deliver(element) {
        case .none: break
        case .full: isFull(id, true)
        case .overflowed: giveUp(id)
        }
    }

    private func ended(_ id: UInt32, _ status: Status) {
        condition.hasServed.store(true, ordering: .releasing)
        finish(id, status.code == .ok ? .ok : .refused(PoseTransferError(status)))
    }

    private func finish(_ id: UInt32, _ ending: CallEnding) {
        let call = entries[id]?.call
        remove(id)
        call?.end(ending)
    }

    /// END on call 0. Before WELCOME it is the answer to HELLO; later every open call has an unknown outcome.
    private func connectionEnded(_ status: Status) {
        let refusal = PoseTransferError(status)
        welcome.fulfil(.failure(refusal))
        end(.connectionLost("the server ended it: \(refusal.reason): \(refusal.message)", cause: refusal))
    }

    private func sendPong(_ payload: ByteBuffer) {
        write { buffer in
            FrameHeader(.pong, payloadBytes: payload.readableBytes).write(to: &buffer)
            buffer.writeImmutableBuffer(payload)
        }
    }

    /// Calls above the last one taken have had no effect and are made again elsewhere; the others run to their end here.
    private func goAway(_ message: GoAway) {
        condition.takesCalls.store(false, ordering: .releasing)
        logger.debug("connection goes away", metadata: ["reason": "\(message.reason)"])
        var status = Status()
        status.code = .unavailable
        status.reason = message.reason
        status.message = "the server takes no more calls on this connection"
        status.retryAfterMilliseconds = message.retryAfterMilliseconds
        for id in machine.goAwayReceived(lastCall: message.lastCall) { finish(id, .refused(PoseTransferError(status))) }
        if entries.isEmpty { context?.close(promise: nil) }
    }

    // MARK: Liveness

    private func watchLiveness() {
        guard let context else { return }
        let interval = keepalive.checkInterval
        let checked = NIOLoopBound(self, eventLoop: context.eventLoop)
        keepaliveTimer = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            checked.value.checkLiveness()
        }
    }

    private func checkLiveness() {
        switch keepalive.checked(at: .now()) {
        case .nothing: break
        case .sendPing: write { buffer in FrameHeader(.ping).write(to: &buffer) }
        case .giveUp: end(.connectionLost("the server at \(address) has gone silent"))
        }
    }
}
