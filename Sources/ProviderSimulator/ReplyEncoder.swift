internal import NIOCore

/// A reply as the bytes of HTTP/1.1. Written by hand so that a fault can cut it at any byte.
enum ReplyEncoder {
    static let goOn = "HTTP/1.1 100 Continue\r\n\r\n"

    private static let phrases: [Int: String] = [
        200: "OK", 301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect", 308: "Permanent Redirect",
    ]

    /// Head and body. No date: equal calls give equal bytes.
    static func encode(_ reply: ProviderReply, body: ByteBuffer, keepsAlive: Bool) -> ByteBuffer {
        let phrase = phrases[reply.status] ?? ProviderReply.phrase(reply.status)
        var head = "HTTP/1.1 \(reply.status) \(phrase)\r\n"
        head += "Content-Type: \(reply.contentType)\r\n"
        head += reply.isChunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: \(announced(in: reply, body))\r\n"
        for header in reply.headers { head += "\(header.name): \(header.value)\r\n" }
        if !keepsAlive { head += "Connection: close\r\n" }
        head += "\r\n"
        var buffer = ByteBuffer(string: head)
        let content = body.getSlice(at: body.readerIndex, length: sent(of: reply, body)) ?? body
        if reply.isChunked {
            writeChunks(of: content, to: &buffer)
        } else {
            buffer.writeImmutableBuffer(content)
        }
        return buffer
    }

    private static let chunkBytes = 16 * 1024

    private static func writeChunks(of content: ByteBuffer, to buffer: inout ByteBuffer) {
        var rest = content
        while rest.readableBytes > 0, let chunk = rest.readSlice(length: min(chunkBytes, rest.readableBytes)) {
            buffer.writeString(String(chunk.readableBytes, radix: 16) + "\r\n")
            buffer.writeImmutableBuffer(chunk)
            buffer.writeString("\r\n")
        }
        buffer.writeString("0\r\n\r\n")
    }

    private static func announced(in reply: ProviderReply, _ body: ByteBuffer) -> Int {
        min(body.readableBytes, reply.bodyBytesAnnounced ?? body.readableBytes)
    }

    private static func sent(of reply: ProviderReply, _ body: ByteBuffer) -> Int {
        min(body.readableBytes, max(0, reply.bodyBytesSent ?? body.readableBytes))
    }
}
