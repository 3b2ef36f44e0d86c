internal import NIOCore
internal import PoseWire

extension PoseTransferClient {
    /// Puts a picture, so that submits can name it by its digest. Where the server has it already hardly anything is sent.
    ///
    /// `mediaType` may be empty; given, it must be what the bytes are. Throws `refused` (IMAGE_FORMAT, IMAGE_TOO_LARGE ...), and
    /// `cannotConnect`, `outcomeUnknown` or `deadlineExceeded` where it is not done within the configuration's `transferTimeout`;
    /// putting it again does no harm.
    public func putImage(_ bytes: [UInt8], mediaType: String = "") async throws(PoseTransferError) -> StoredImage {
        let digest = ContentDigest(of: bytes)
        var request = PutImageRequest()
        request.sizeBytes = UInt64(bytes.count)
        request.sha256 = digest.bytes
        request.mediaType = mediaType
        let call = CallRequest.putImage(request, content: ByteBuffer(bytes: bytes))
        let response = try await answer(to: call, .changes, until: transferDeadline)
        guard case .imagePut(let put) = response else { throw .protocolViolation("an answer of another method") }
        guard put.sha256 == digest.bytes else { throw .protocolViolation("another digest for a picture that was put") }
        return StoredImage(
            digest: digest, wasPresent: put.alreadyPresent, expiresAtUnixMilliseconds: put.expiresAt)
    }
}
