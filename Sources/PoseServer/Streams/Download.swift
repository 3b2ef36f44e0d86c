import EngineCore
import NIOCore
import PoseWire

/// Sends an image's bytes in DATA frames, one chunk in hand at a time.
///
/// The file stays open from the RESPONSE to the end, so that a download is finished even when its result expires meanwhile.
final class Download: OngoingCall {
    private let file: any ImageReader
    private let call: Call
    private let connection: ConnectionHandler
    private var offset: Int64

    init(_ file: any ImageReader, from offset: Int64, call: Call, connection: ConnectionHandler) {
        self.file = file
        self.offset = offset
        self.call = call
        self.connection = connection
    }

    /// After the RESPONSE.
    func begin() {
        guard offset < file.sizeBytes else { return connection.finish(call) }
        call.ongoing = self
        connection.downloads.add(self)
    }

    func callEnded() { connection.downloads.remove(self) }

    /// Its turn has come.
    func readChunk() {
        let (file, offset) = (file, offset)
        connection.onPool(call) {
            try Self.chunk(of: file, at: offset)
        } then: { [self] bytes in
            connection.downloads.chunkRead(bytes, by: self)
        } orElse: { [self] in
            connection.downloads.readFailed()
        }
    }

    /// The transport takes it.
    func send(_ bytes: ByteBuffer) {
        offset += Int64(bytes.readableBytes)
        let isLast = offset >= file.sizeBytes
        connection.sendData(call, bytes, isLast: isLast)
        if isLast { connection.finish(call) } else { connection.downloads.add(self) }
    }

    private static func chunk(of file: any ImageReader, at offset: Int64) throws -> ByteBuffer {
        let size = Int(min(Int64(WireLimits.dataBytesMax), file.sizeBytes - offset))
        var bytes = ByteBufferAllocator().buffer(capacity: size)
        let count = try bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
            try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: space.prefix(size)))
        }
        guard count > 0 else { throw StoreError(.corrupt, "the file is shorter than when it was opened") }
        return bytes
    }
}
