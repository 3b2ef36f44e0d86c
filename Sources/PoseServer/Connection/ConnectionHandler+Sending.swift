import Logging
import NIOCore
import PoseWire

/// How frames leave: gathered in the loop's one buffer, handed over once for each batch, DATA apart and in turns.
extension ConnectionHandler {
    // MARK: frames

    func send(_ message: some WireMessage, as kind: FrameKind, call: UInt32 = 0) {
        guard phase == .live else { return }
        hub.beginFrame(of: self)
        do throws(WireError) {
            try hub.codec.write(message, as: kind, call: call, to: &hub.outbound)
        } catch {
            // Nothing of a frame is written on an error. Without it the peer would wait for ever.
            logger.error("frame not sent", metadata: ["kind": "\(kind)", "error": "\(error)"])
            return abandon()
        }
        if hub.outbound.readableBytes >= PoseServerLimits.gatheredBytesMax { flush() }
    }

    func sendEnd(_ call: UInt32, _ error: WireError) { send(error.status, as: .end, call: call) }

    func sendRaw(_ kind: FrameKind, payload: ByteBuffer) {
        guard phase == .live else { return }
        hub.beginFrame(of: self)
        FrameHeader(kind, payloadBytes: payload.readableBytes).write(to: &hub.outbound)
        hub.outbound.writeImmutableBuffer(payload)
    }

    /// DATA is handed over without a copy.
    func sendData(_ call: Call, _ bytes: ByteBuffer, isLast: Bool) {
        guard call.isOpen, phase == .live else { return }
        flush()
        var header = ByteBuffer()
        FrameHeader(.data, hasMore: !isLast, call: call.id, payloadBytes: bytes.readableBytes).write(to: &header)
        handOver(header, isData: true)
        handOver(bytes, isData: true)
        context?.flush()
    }

    /// Hands over what was gathered for this connection.
    func flush() {
        guard hub.writer === self else { return }
        let bytes = hub.takeOutbound()
        handOver(bytes, isData: false)
        context?.flush()
        hub.giveBack(bytes)
    }

    private func handOver(_ bytes: ByteBuffer, isData: Bool) {
        unsent.handedOver(bytes: bytes.readableBytes, isData: isData)
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    /// Bytes that the transport has not sent.
    private var waitingBytes: Int {
        guard let options = context?.channel.syncOptions else { return 0 }
        return (try? options.getOption(.bufferedWritableBytes)) ?? 0
    }

    // MARK: whose turn it is

    /// After anything that happened to this connection outside a read: lets everybody have his turn, and writes once.
    func settle() {
        // A write may change the writability, which comes back here.
        guard phase == .live, !isSettling else { return }
        isSettling = true
        repeat {
            takeStalledFrames()
            advanceStreams()
            advanceDownloads()
            flush()
        } while phase == .live && hasMoreToDo
        isSettling = false
        goOnEnding()
        updateReading()
        scheduleTick()
    }

    /// What was answered may have made room for frames that waited.
    private func takeStalledFrames() {
        if mayTakeStalled { takeFrames() }
    }

    private var mayTakeStalled: Bool {
        guard isStalled, !isBackedUp, let header = try? decoder.nextHeader() else { return false }
        return machine.mayTake(header)
    }

    private var hasMoreToDo: Bool {
        mayTakeStalled || takesItems && (!streamsWithNews.isEmpty || downloads.hasWork)
    }

    /// Whether a stream may hand over items now.
    var takesItems: Bool { phase == .live && context?.channel.isWritable == true }

    private func advanceStreams() {
        while !streamsWithNews.isEmpty, takesItems {
            let turn = streamsWithNews
            streamsWithNews = []
            for stream in turn {
                stream.hasNews = false
                if stream.advance() { hasNews(stream) }
            }
        }
    }

    func hasNews(_ stream: StatusStreamCall) {
        if stream.hasNews { return }
        stream.hasNews = true
        streamsWithNews.append(stream)
    }

    func allStreamsHaveNews() { for stream in streams { hasNews(stream) } }

    private func advanceDownloads() {
        while takesItems, let chunk = downloads.nextChunk() { chunk.send() }
        while takesItems, let download = downloads.nextReader() { download.readChunk() }
    }

    // MARK: reading

    /// More waits for the transport than a peer that does not read may have.
    var isBackedUp: Bool {
        if context?.channel.isWritable == true { return false }
        let waiting = waitingBytes
        guard waiting > PoseServerLimits.unsentReplyBytesMax else { return false }
        return unsent.replyBytes(waiting: waiting) > PoseServerLimits.unsentReplyBytesMax
    }

    var mayRead: Bool {
        if phase != .live { return true }
        return !isStalled && !waitsForMemory && !isBackedUp
            && unwrittenUploadBytes <= PoseServerLimits.unwrittenUploadBytesMax
    }

    func updateReading() {
        let now = hub.now
        let waiting = waitingBytes
        timers.sent(unsent.sentBytes(waiting: waiting), waiting: waiting, at: now)
        guard mayRead else { return timers.readingPaused(at: now) }
        timers.readingResumed(at: now)
        if isReadHeld {
            isReadHeld = false
            context?.read()
        }
    }
}
