import EngineCore
import PoseWire

/// Method 1: makes a task durable, answers with its snapshot.
///
/// The request is judged, inline images and those on a path go into the store (on a thread that may wait for the disk), then the engine
/// has it. The RESPONSE goes out when the engine says that all of it is on stable storage.
enum SubmitPoseTransfer {
    private static let defaultPipeline = "pose_change"

    static func begin(_ request: SubmitPoseTransferRequest, _ call: Call, _ connection: ConnectionHandler) {
        let source: NamedImage
        let pose: NamedImage
        do throws(WireError) {
            let fetcher = connection.services.ports.imageFetcher
            source = try NamedImage(request.sourceImage, .source, fetcher)
            pose = try NamedImage(request.poseImage, .pose, fetcher)
            try judge(request)
        } catch {
            return connection.fail(call, error)
        }
        let obstacle = source.obstacle ?? pose.obstacle
        if let source = source.withoutDisk, let pose = pose.withoutDisk {
            return submit(request, source: source, pose: pose, obstacle, call, connection)
        }
        connection.hold(source.inlineBytes + pose.inlineBytes, for: call)
        let store = ImageShelf(connection.services, inputRoots: connection.identity.inputRoots)
        connection.onPool(call) {
            (try source.stored(in: store), try pose.stored(in: store))
        } then: { stored in
            submit(request, source: stored.0, pose: stored.1, obstacle, call, connection)
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
        _ request: SubmitPoseTransferRequest, source: Submission.Image, pose: Submission.Image,
        _ obstacle: Refusal?, _ call: Call, _ connection: ConnectionHandler
    ) {
        let pipeline = request.pipeline.isEmpty ? defaultPipeline : asciiLowercased(request.pipeline)
        var submission = Submission(caller: connection.caller, pipeline: pipeline, source: source, pose: pose)
        submission.parameters = request.parameters
        submission.idempotencyKey = request.idempotencyKey
        submission.priority = request.priority
        submission.taskTimeoutMilliseconds = Int64(request.taskTimeoutMilliseconds)
        submission.startByMilliseconds = Int64(request.startByMilliseconds)
        submission.labels = request.labels
        let mayUse = connection.identity.mayUse(pipeline: pipeline)
        submission.obstacle = obstacle ?? (mayUse ? nil : .pipelineUnknown(pipeline))
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
