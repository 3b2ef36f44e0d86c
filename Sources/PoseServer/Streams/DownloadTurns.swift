import DequeModule
import NIOCore

/// The downloads of one connection take turns: a few chunks are read ahead, and whoever had his turn goes to the end.
struct DownloadTurns {
    struct Chunk {
        let download: Download
        let bytes: ByteBuffer
        func send() { download.send(bytes) }
    }

    /// Those whose next chunk is to be read.
    private var readers: Deque<Download> = []
    /// Chunks that wait for the transport.
    private var chunks: Deque<Chunk> = []
    /// Chunks that are being read or wait.
    private var ahead = 0

    /// Somebody can have his turn now.
    var hasWork: Bool { !chunks.isEmpty || (ahead < PoseServerLimits.chunksAheadMax && !readers.isEmpty) }

    mutating func add(_ download: Download) { readers.append(download) }

    mutating func nextReader() -> Download? {
        guard ahead < PoseServerLimits.chunksAheadMax, let download = readers.popFirst() else { return nil }
        ahead += 1
        return download
    }

    mutating func chunkRead(_ bytes: ByteBuffer, by download: Download) {
        chunks.append(Chunk(download: download, bytes: bytes))
    }

    mutating func readFailed() { ahead -= 1 }

    mutating func nextChunk() -> Chunk? {
        guard let chunk = chunks.popFirst() else { return nil }
        ahead -= 1
        return chunk
    }

    /// The download is over; what it has read ahead is dropped.
    mutating func remove(_ download: Download) {
        readers.removeAll { $0 === download }
        let count = chunks.count
        chunks.removeAll { $0.download === download }
        ahead -= count - chunks.count
    }
}
