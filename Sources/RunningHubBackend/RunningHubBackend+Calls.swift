import BackendAPI
import FoundationEssentials
import HTTPTransport

/// How the calls are written.
extension RunningHubBackend {
    func execute(_ request: HTTPRequest) async -> Result<HTTPResponse, HTTPTransportError> {
        do throws(HTTPTransportError) {
            return .success(try await transport.execute(request))
        } catch {
            return .failure(error)
        }
    }

    func call(
        _ path: String, _ body: HTTPRequest.Body, _ time: HTTPTimeLimits, delivery: HTTPRequest.Delivery = .repeatable
    ) -> HTTPRequest {
        HTTPRequest(
            .post, configuration.baseURL + path,
            headers: [HTTPHeader("Authorization", "Bearer \(configuration.apiKey.reveal())")], body: body,
            delivery: delivery, egress: configuration.apiEgress, time: time,
            bodyBytesMax: RunningHubLimits.replyBytesMax)
    }

    func taskCall(_ path: String, _ run: RunID) -> HTTPRequest {
        let body = TaskBody(apiKey: configuration.apiKey.reveal(), taskId: run.rawValue)
        return call(path, .json(Self.json(body) ?? []), RunningHubLimits.readTime)
    }

    func upload(_ image: ImageFile) -> HTTPRequest {
        // The name is ours: nothing of the caller's goes to the provider but the picture.
        let name = "\(image.sha256).\(Self.fileExtension(image.mediaType))"
        let parts = [
            HTTPRequest.Part(name: "apiKey", content: .text(configuration.apiKey.reveal())),
            HTTPRequest.Part(name: "fileType", content: .text("input")),
            HTTPRequest.Part(
                name: "file", content: .file(path: image.path, fileName: name, mediaType: image.mediaType)),
        ]
        return call("/task/openapi/upload", .multipart(parts), RunningHubLimits.uploadTime)
    }

    private static func fileExtension(_ mediaType: String) -> String {
        switch mediaType {
        case "image/jpeg": "jpg"
        case "image/webp": "webp"
        default: "png"
        }
    }

    /// The images at their nodes, in a fixed order.
    func nodeInfo(_ request: RunRequest) throws(BackendError) -> [CreateBody.NodeInfo] {
        if let name = request.parameters.keys.min() {
            throw BackendError(
                .permanent, code: "unknown parameter",
                message: errors.text.shown("the engine has no parameter '\(name)'"))
        }
        var nodes: [CreateBody.NodeInfo] = []
        for (name, input) in configuration.inputs.sorted(by: { $0.key < $1.key }) {
            guard let image = request.images[name] else {
                throw BackendError(.permanent, code: "missing image", message: "the run has no image '\(name)'")
            }
            nodes.append(.init(nodeId: input.node, fieldName: input.field, fieldValue: image.handle))
        }
        return nodes
    }

    /// What the provider calls an upload is passed back as it came; it only must be something that can be passed back.
    static func isHandle(_ name: String) -> Bool {
        (1...RunningHubLimits.handleBytesMax).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    static func json(_ body: some Encodable) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(body)).map { [UInt8]($0) }
    }

    static let unwritable = BackendError(.permanent, code: "unwritable", message: "the call's body cannot be written")
}
