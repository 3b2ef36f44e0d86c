internal import Crypto
internal import NIOCore
internal import PoseWire

/// What has come of a result, and whether it is what was promised. A value: no connection, no sink.
struct ResultAssembly {
    let taskID: String
    let outputIndex: Int
    private(set) var description: ResultDescription?
    /// Where the next call begins.
    private(set) var offset: UInt64 = 0
    private var hash = SHA256()

    init(taskID: String, outputIndex: Int) {
        self.taskID = taskID
        self.outputIndex = outputIndex
    }

    /// A call has begun. Returns the description where it is the first one; throws where it is about other bytes than before.
    mutating func headerReceived(_ header: ResultHeader) throws(PoseTransferError) -> ResultDescription? {
        guard let digest = ContentDigest(bytes: header.sha256) else {
            throw .protocolViolation("a result without a digest of 32 bytes")
        }
        guard header.offset == offset else {
            throw .protocolViolation("a result from offset \(header.offset), where \(offset) was asked for")
        }
        guard let description else {
            let first = ResultDescription(
                taskID: taskID, outputIndex: outputIndex, size: header.sizeBytes, digest: digest,
                mediaType: header.mediaType, fileName: header.fileName, outputCount: Int(header.outputCount))
            description = first
            return first
        }
        guard description.size == header.sizeBytes, description.digest == digest else {
            throw Self.damaged("they changed between two parts of the download")
        }
        return nil
    }

    mutating func dataReceived(_ chunk: ByteBuffer) throws(PoseTransferError) -> [UInt8] {
        guard let description else { throw .protocolViolation("DATA before the result's header") }
        guard UInt64(chunk.readableBytes) <= description.size - offset else {
            throw Self.damaged("more than the \(description.size) bytes that were promised came")
        }
        let bytes = Array(buffer: chunk)
        hash.update(data: bytes)
        offset += UInt64(bytes.count)
        return bytes
    }

    /// The server says that all was sent.
    func finished() throws(PoseTransferError) -> ResultDescription {
        guard let description else { throw .protocolViolation("a download ended well without its header") }
        guard offset == description.size else {
            throw Self.damaged("\(offset) of \(description.size) bytes came")
        }
        guard ContentDigest(bytes: Array(hash.finalize())) == description.digest else {
            throw Self.damaged("their digest is another one")
        }
        return description
    }

    private static func damaged(_ why: String) -> PoseTransferError {
        PoseTransferError(
            .resultDamaged, reason: "RESULT_DAMAGED",
            message: "the result's bytes are not what the server promised: \(why)")
    }
}
