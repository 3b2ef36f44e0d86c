package import NIOCore

/// A frame with its payload, a slice of what was received.
package struct Frame: Sendable, Equatable {
    package var header: FrameHeader
    package var payload: ByteBuffer

    package init(header: FrameHeader, payload: ByteBuffer) {
        self.header = header
        self.payload = payload
    }
}

/// Cuts a byte stream into frames. A header is judged as soon as its 12 bytes are there, before anything is kept for the payload.
///
/// The caller may look at the next frame's header before it takes the frame, and leave it where it is: that is how reading pauses.
package struct FrameDecoder: Sendable {
    private let sender: WireSide
    private var isFirst = true
    /// What this side announced.
    package var frameBytesMax: UInt32
    private var buffer = ByteBuffer()
    private var judged: FrameHeader?

    package init(from sender: WireSide, frameBytesMax: UInt32 = WireLimits.frameBytesDefault) {
        self.sender = sender
        self.frameBytesMax = frameBytesMax
    }

    package mutating func append(_ bytes: inout ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
            bytes = ByteBuffer()
        } else {
            buffer.discardReadBytes()
            if let header = judged { buffer.reserveCapacity(WireLimits.headerBytes + header.payloadBytes) }
            buffer.writeBuffer(&bytes)
        }
    }

    /// Bytes that are not yet a whole frame, or wait behind a pause.
    package var bufferedBytes: Int { buffer.readableBytes }

    /// Whether a frame has begun and is not whole yet.
    package var isInsideFrame: Bool {
        guard let header = judged else {
            return buffer.readableBytes > 0 && buffer.readableBytes < WireLimits.headerBytes
        }
        return buffer.readableBytes < WireLimits.headerBytes + header.payloadBytes
    }

    /// The protocol that the connection's first bytes look like, where they are no frame.
    package var foreignProtocol: String? { isFirst ? ForeignProtocol.name(of: buffer) : nil }

    /// The next frame's header once its 12 bytes are there.
    package mutating func nextHeader() throws(WireError) -> FrameHeader? {
        if let judged { return judged }
        judged = try FrameHeader.peek(buffer, from: sender, isFirst: isFirst, frameBytesMax: frameBytesMax)
        return judged
    }

    /// The next frame once all of it is there.
    package mutating func next() throws(WireError) -> Frame? {
        guard let header = try nextHeader(), buffer.readableBytes >= WireLimits.headerBytes + header.payloadBytes else {
            return nil
        }
        buffer.moveReaderIndex(forwardBy: WireLimits.headerBytes)
        guard let payload = buffer.readSlice(length: header.payloadBytes) else { return nil }
        judged = nil
        isFirst = false
        if buffer.readableBytes == 0 { buffer = ByteBuffer() }
        return Frame(header: header, payload: payload)
    }
}
