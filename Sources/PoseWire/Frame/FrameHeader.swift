package import NIOCore

/// What a frame is for.
package enum FrameKind: UInt8, Sendable, CaseIterable {
    case hello = 1
    case welcome = 2
    case request = 3
    case response = 4
    case item = 5
    case data = 6
    case end = 7
    case cancel = 8
    case ping = 9
    case pong = 10
    case goAway = 11

    package func isSent(by side: WireSide) -> Bool {
        switch self {
        case .hello, .request, .cancel: side == .client
        case .welcome, .response, .item, .end, .goAway: side == .server
        case .data, .ping, .pong: true
        }
    }

    /// Whether it speaks of the connection (call id 0), of a call, or of either.
    package var speaksOf: Subject {
        switch self {
        case .hello, .welcome, .ping, .pong, .goAway: .connection
        case .request, .response, .item, .data, .cancel: .call
        case .end: .either
        }
    }

    package enum Subject: Sendable { case connection, call, either }
}

package enum WireSide: Sendable { case client, server }

/// The 12 bytes in front of every payload.
package struct FrameHeader: Sendable, Equatable {
    package var kind: FrameKind
    /// DATA frames of the same call follow.
    package var hasMore: Bool
    package var method: UInt16
    package var call: UInt32
    package var payloadBytes: Int

    package init(_ kind: FrameKind, hasMore: Bool = false, method: UInt16 = 0, call: UInt32 = 0, payloadBytes: Int = 0)
    {
        self.kind = kind
        self.hasMore = hasMore
        self.method = method
        self.call = call
        self.payloadBytes = payloadBytes
    }

    /// Reads the header at the buffer's start without moving it; nil while fewer than 12 bytes are there. Judges it whole, so that
    /// nothing is ever allocated for a payload that will be refused.
    package static func peek(
        _ buffer: ByteBuffer, from sender: WireSide, isFirst: Bool, frameBytesMax: UInt32
    ) throws(WireError) -> FrameHeader? {
        let at = buffer.readerIndex
        guard let length = buffer.getInteger(at: at, as: UInt32.self),
            let rawKind = buffer.getInteger(at: at + 4, as: UInt8.self),
            let flags = buffer.getInteger(at: at + 5, as: UInt8.self),
            let method = buffer.getInteger(at: at + 6, as: UInt16.self),
            let call = buffer.getInteger(at: at + 8, as: UInt32.self)
        else { return nil }
        let limit = isFirst ? min(frameBytesMax, WireLimits.firstFrameBytesMax) : frameBytesMax
        guard length >= UInt32(WireLimits.countedHeaderBytes), length <= limit else {
            throw WireError(.frameLength, "a frame's length must be between 8 and \(limit), not \(length)")
        }
        guard let kind = FrameKind(rawValue: rawKind), kind.isSent(by: sender) else {
            throw WireError(.frameKind, "no frame of kind \(rawKind) may come from this side")
        }
        let header = FrameHeader(
            kind, hasMore: flags & 1 == 1, method: method, call: call,
            payloadBytes: Int(length) - WireLimits.countedHeaderBytes)
        try header.judge(flags: flags)
        return header
    }

    private func judge(flags: UInt8) throws(WireError) {
        guard flags & ~1 == 0, !hasMore || kind == .request || kind == .data else {
            throw WireError(.frameFlags, "flags \(flags) are not defined for \(kind)")
        }
        guard method == 0 || kind == .request else {
            throw WireError(.frameMethod, "only a REQUEST names a method, not \(kind)")
        }
        switch kind.speaksOf {
        case .connection where call != 0: throw WireError(.callID, "\(kind) must have call id 0, not \(call)")
        case .call where call == 0: throw WireError(.callID, "\(kind) must have the call id of a call, not 0")
        default: break
        }
        try judgePayload()
    }

    private func judgePayload() throws(WireError) {
        switch kind {
        case .cancel where payloadBytes != 0: throw WireError(.frameLength, "a CANCEL has no payload")
        case .data where payloadBytes > WireLimits.dataBytesMax:
            throw WireError(
                .frameLength, "a DATA frame has at most \(WireLimits.dataBytesMax) bytes, not \(payloadBytes)")
        case .data where payloadBytes == 0 && hasMore:
            throw WireError(.frameLength, "an empty DATA frame must be the last")
        case .ping where payloadBytes > WireLimits.pingBytesMax, .pong where payloadBytes > WireLimits.pingBytesMax:
            throw WireError(.frameLength, "a PING has at most \(WireLimits.pingBytesMax) bytes, not \(payloadBytes)")
        default: break
        }
    }

    package func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            UInt32(clamping: payloadBytes + WireLimits.countedHeaderBytes), kind.rawValue, UInt8(hasMore ? 1 : 0),
            method, call)
    }
}
