import NIOCore
import PoseWire
import Testing

@Suite struct ForeignProtocolTests {
    @Test(arguments: [
        (Array("GET / HTTP/1.1\r\n\r\n".utf8), "HTTP"), (Array("PRI * HTTP/2.0\r\n\r\n".utf8), "HTTP/2"),
        (Array("SSH-2.0-client\r\n".utf8), "SSH"), ([0x16, 3, 1, 0, 248, 1, 0, 0, 244, 3, 3, 7], "TLS"),
        ([UInt8](repeating: 0xFF, count: 12), nil),
    ]) func theFirstBytesTellWhatAPeerSpeaks(bytes: [UInt8], name: String?) {
        var decoder = FrameDecoder(from: .client)
        var buffer = ByteBuffer(bytes: bytes)
        decoder.append(&buffer)
        #expect(throws: WireError.self) { try decoder.nextHeader() }
        #expect(decoder.foreignProtocol == name)
    }

    @Test func behindAFrameNothingIsGuessed() throws {
        var decoder = FrameDecoder(from: .client)
        var buffer = ByteBuffer()
        FrameHeader(.hello).write(to: &buffer)
        buffer.writeString("GET / HTTP/1.1\r\n\r\n")
        decoder.append(&buffer)
        _ = try decoder.next()
        #expect(decoder.foreignProtocol == nil)
    }
}
