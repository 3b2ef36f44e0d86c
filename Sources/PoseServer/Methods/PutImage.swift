import EngineCore
import PoseWire

/// Method 6: an image by content, sent once. Without MORE it only asks whether the image is there.
enum PutImage {
    static func begin(_ request: PutImageRequest, _ call: Call, _ connection: ConnectionHandler) {
        let digest: ContentDigest
        do throws(WireError) {
            digest = try judge(request, hasBytes: call.hasMore, connection.services.configuration.limits)
        } catch {
            return connection.fail(call, error)
        }
        let upload = Upload(
            Upload.Announced(
                digest: digest, sizeBytes: Int64(clamping: request.sizeBytes), mediaType: request.mediaType),
            call: call, connection: connection)
        upload.begin()
    }

    private static func judge(_ request: PutImageRequest, hasBytes: Bool, _ limits: WelcomeLimits) throws(WireError)
        -> ContentDigest
    {
        guard let digest = ContentDigest(bytes: request.sha256) else {
            throw .fieldInvalid("sha256", "a sha256 has 32 bytes, not \(request.sha256.count)")
        }
        guard hasBytes else { return digest }
        guard request.sizeBytes > 0 else {
            throw WireError(.imageEmpty, "the image has no bytes", field: "size_bytes")
        }
        guard request.sizeBytes <= limits.maxImageBytes else {
            throw WireError(
                .imageTooLarge, "an image has at most \(limits.maxImageBytes) bytes", field: "size_bytes")
        }
        return digest
    }

    static func answered(_ answer: EngineAnswer, _ call: Call, _ connection: ConnectionHandler) {
        switch answer {
        case .imagePut(let expiresAt):
            guard let upload = call.ongoing as? Upload else { return connection.fail(call, .internalFault) }
            var response = PutImageResponse()
            response.sha256 = upload.announced.digest.bytes
            response.alreadyPresent = upload.isPresent
            response.expiresAt = expiresAt
            connection.respond(call, response)
        case .refused(let refusal): connection.fail(call, WireError(refusal))
        default: connection.fail(call, .internalFault)
        }
    }
}
