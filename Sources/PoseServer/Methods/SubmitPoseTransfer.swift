import EngineCore
import NIOCore
import PoseWire

/// Method 1: makes a task durable, answers with its snapshot.
///
/// The request is judged, inline images go into the store (on a thread that may wait for the disk), then the engine has it. The RESPONSE
/// goes out when the engine says that all of it is on stable storage.
enum SubmitPoseTransfer {
    private static let defaultPipeline = "pose_change"

    static func begin(_ request: SubmitPoseTransferRequest, _ call: Call, _ connection: ConnectionHandler) {
        let source: NamedImage
        let pose: NamedImage
        do throws(WireError) {
            source = try NamedImage(request.sourceImage, field: "source_image")
            pose = try NamedImage(request.poseImage, field: "pose_image")
            try judge(request)
        } catch {
            return connection.fail(call, error)
        }
        if case .named(let source) = source, case .named(let pose) = pose {
            return submit(request, source: .named(source), pose: .named(pose), call, connection)
        }
        connection.hold(source.inlineBytes + pose.inlineBytes, for: call)
        let (images, limits) = (connection.services.images, connection.services.configuration.limits)
        connection.onPool(call) {
            (
                try source.stored(in: images, limits, field: "source_image"),
                try pose.stored(in: images, limits, field: "pose_image")
            )
        } then: { stored in
            submit(request, source: stored.0, pose: stored.1, call, connection)
        }
    }

    private static func judge(_ request: SubmitPoseTransferRequest) throws(WireError) {
        if let refusal = FieldChecks.parameters(request.parameters) { throw refusal }
        if let refusal = FieldChecks.labels(request.labels) { throw refusal }
        let priorityMax = WireLimits.priorityMax
        guard (-priorityMax...priorityMax).contains(request.priority) else {
            throw .fieldInvalid("priority", "a priority is from \(-priorityMax) to \(priorityMax)")
        }
    }

    private static func submit(
        _ request: SubmitPoseTransferRequest, source: Submission.Image, pose: Submission.Image, _ call: Call,
        _ connection: ConnectionHandler
    ) {
        let pipeline = request.pipeline.isEmpty ? defaultPipeline : asciiLowercased(request.pipeline)
        var submission = Submission(caller: connection.caller, pipeline: pipeline, source: source, pose: pose)
        submission.parameters = request.parameters
        submission.idempotencyKey = request.idempotencyKey
        submission.priority = request.priority
        submission.taskTimeoutMilliseconds = Int64(request.taskTimeoutMilliseconds)
        submission.startByMilliseconds = Int64(request.startByMilliseconds)
        submission.labels = request.labels
        submission.traceparent = FieldChecks.traceparent(request.context.traceparent)
        connection.ask(.submit(submission), for: call)
    }

    /// Only ASCII letters: the case of others depends on language.
    private static func asciiLowercased(_ text: String) -> String {
        let upper = UInt8(ascii: "A")...UInt8(ascii: "Z")
        return String(decoding: text.utf8.map { upper.contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    static func answered(_ answer: EngineAnswer, _ call: Call, _ connection: ConnectionHandler) {
        switch answer {
        case .submitted(let view, let deduplicated):
            var response = SubmitPoseTransferResponse()
            response.task = TaskSnapshot(view)
            response.deduplicated = deduplicated
            connection.respond(call, response)
        case .refused(let refusal): connection.fail(call, WireError(refusal))
        default: connection.fail(call, .internalFault)
        }
    }
}

/// An image of a submit, judged as far as that goes without the disk.
private enum NamedImage: Sendable {
    case inline(ByteBuffer)
    case named(ContentDigest)

    /// `field`: the image's place in the request.
    init(_ content: ImageContent, field: String) throws(WireError) {
        switch content {
        case .none:
            throw WireError(.imageMissing, "name an image by data, sha256, url or path", field: field)
        case .data(let bytes):
            guard bytes.readableBytes > 0 else {
                throw WireError(.imageEmpty, "the image has no bytes", field: field + ".data")
            }
            self = .inline(bytes)
        case .sha256(let bytes):
            guard let digest = ContentDigest(bytes: bytes) else {
                throw .fieldInvalid(field + ".sha256", "a sha256 has 32 bytes, not \(bytes.count)")
            }
            self = .named(digest)
        case .url:
            throw WireError(.urlNotAllowed, "this server fetches no images; put the image first", field: field + ".url")
        case .path:
            throw WireError(.pathNotAllowed, "this server reads no paths; put the image first", field: field + ".path")
        }
    }

    var inlineBytes: Int { if case .inline(let bytes) = self { bytes.readableBytes } else { 0 } }

    /// Puts inline bytes into the store. Waits for the disk.
    func stored(in images: any ImageStore, _ limits: WelcomeLimits, field: String) throws -> Submission.Image {
        switch self {
        case .named(let digest): return .named(digest)
        case .inline(let bytes):
            do {
                var intake = try ImageIntake(
                    into: images, sizeLimitBytes: Int64(clamping: limits.maxImageBytes),
                    pixelLimit: Int64(clamping: limits.maxImagePixels))
                try bytes.withUnsafeReadableBytes { (raw) throws in try intake.write(raw) }
                return .stored(try intake.finish())
            } catch let error as IntakeError {
                // A fault of the disk goes up as it is, and into the log.
                if case .store = error.code { throw error }
                throw WireError(error, image: field + ".data")
            }
        }
    }
}
