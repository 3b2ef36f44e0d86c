import BackendAPI
import FoundationEssentials
import HTTPTransport

/// How the calls are written.
extension RunningHubBackend {
    func execute(_ request: HTTPRequest) async -> Result<HTTPResponse, HTTPTransportError> {
        await transport.result(of: request)
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
        let isV2 = path.hasPrefix("/openapi/v2/")
        let body = TaskBody(apiKey: isV2 ? nil : configuration.apiKey.reveal(), taskId: run.rawValue)
        return call(path, .json(Self.json(body) ?? []), RunningHubLimits.readTime)
    }

    func upload(_ image: ImageFile) -> HTTPRequest {
        let file = HTTPRequest.Part(image: image)
        guard !configuration.usesV2 else {
            return call("/openapi/v2/media/upload/binary", .multipart([file]), RunningHubLimits.uploadTime)
        }
        let parts = [
            HTTPRequest.Part(name: "apiKey", content: .text(configuration.apiKey.reveal())),
            HTTPRequest.Part(name: "fileType", content: .text("input")), file,
        ]
        return call("/task/openapi/upload", .multipart(parts), RunningHubLimits.uploadTime)
    }

    /// The images at their nodes, in a fixed order, then the parameters.
    func nodeInfo(_ request: RunRequest) throws(BackendError) -> [CreateBody.NodeInfo] {
        let values = try RunValue.all(request, configuration, text: errors.text)
        var nodes: [CreateBody.NodeInfo] = []
        for (name, input) in configuration.inputs.sorted(by: { $0.key < $1.key }) {
            guard let image = request.images[name] else {
                throw BackendError(.permanent, code: "missing image", message: "the run has no image '\(name)'")
            }
            nodes.append(.init(nodeId: input.node, fieldName: input.field, fieldValue: .text(image.handle)))
        }
        return nodes
            + values.map { .init(nodeId: $0.place.node, fieldName: $0.place.field, fieldValue: $0.value) }
    }

    /// What the provider calls an upload is passed back as it came; it only must be something that can be passed back.
    static func isHandle(_ name: String, bytesMax: Int = RunningHubLimits.handleBytesMax) -> Bool {
        (1...bytesMax).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    static func json(_ body: some Encodable) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(body)).map { [UInt8]($0) }
    }

    static let unwritable = BackendError(.permanent, code: "unwritable", message: "the call's body cannot be written")
}

extension HTTPRequest.Part {
    /// The name is ours: nothing of the caller's goes to the provider but the picture.
    init(image: ImageFile) {
        let ending =
            switch image.mediaType {
            case "image/jpeg": "jpg"
            case "image/webp": "webp"
            default: "png"
            }
        self.init(
            name: "file",
            content: .file(path: image.path, fileName: "\(image.sha256).\(ending)", mediaType: image.mediaType))
    }
}
