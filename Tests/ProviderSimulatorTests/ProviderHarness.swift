import NIOCore

@testable import ProviderSimulator

/// A client of the provider's value: no socket, and the time is a number.
struct ProviderHarness {
    static let key = "key-of-the-tests"
    static let workflow = "1996080571212349442"

    var provider: SimulatedProvider
    var now = Duration.zero

    init(_ change: (inout SimulatorConfiguration) -> Void = { _ in }) {
        var configuration = SimulatorConfiguration()
        change(&configuration)
        provider = SimulatedProvider(configuration: configuration)
    }

    init(capacity: SimulatedProvider.Capacity, _ change: (inout SimulatorConfiguration) -> Void = { _ in }) {
        var configuration = SimulatorConfiguration()
        configuration.slots = 1_000
        change(&configuration)
        provider = SimulatedProvider(configuration: configuration, capacity: capacity)
    }

    struct Received {
        let reply: ProviderReply
        let bytes: [UInt8]
        var text: String { String(decoding: bytes, as: UTF8.self) }
        var json: JSONValue? { try? JSONValue(parsing: bytes) }
        var code: Int64? { json?["code"]?.integer }
        var message: String? { json?["msg"]?.string }
        var data: JSONValue? { json?["data"] }
        var taskID: String? { data?["taskId"]?.string }
    }

    mutating func send(_ request: ProviderRequest) -> Received {
        let fault = provider.requestArrived(at: request.endpoint)
        let reply = provider.requestRead(request, fault: fault, at: now)
        switch reply.body {
        case .bytes(let buffer): return Received(reply: reply, bytes: Array(buffer.readableBytesView))
        case .result(let result): return Received(reply: reply, bytes: result.bytes)
        }
    }

    mutating func post(_ path: String, _ body: JSONValue, bearer: String? = nil) -> Received {
        send(
            ProviderRequest(
                method: "POST", path: path, authorization: bearer.map { "Bearer \($0)" },
                contentType: "application/json", body: ByteBuffer(string: body.text)))
    }

    mutating func get(_ path: String, bearer: String? = nil) -> Received {
        send(ProviderRequest(method: "GET", path: path, authorization: bearer.map { "Bearer \($0)" }))
    }

    mutating func upload(
        _ content: [UInt8], path: String = "/task/openapi/upload", key: String? = Self.key, bearer: String? = nil,
        fileName: String = "picture.png"
    ) -> Received {
        let body = Multipart.body(key: key, fileName: fileName, content: content)
        return send(
            ProviderRequest(
                method: "POST", path: path, authorization: bearer.map { "Bearer \($0)" },
                contentType: Multipart.contentType, body: body))
    }

    mutating func uploadedName(_ content: [UInt8], key: String = Self.key) -> String {
        upload(content, key: key).data?["fileName"]?.string ?? "none"
    }

    mutating func create(
        source: [UInt8] = Picture.source, pose: [UInt8] = Picture.pose, key: String = Self.key,
        extra: [JSONValue.Member] = []
    ) -> Received {
        let nodes: JSONValue = .array([
            Self.node("3", "image", .string(uploadedName(source, key: key))),
            Self.node("7", "image", .string(uploadedName(pose, key: key))),
        ])
        return create(nodes: nodes, key: key, extra: extra)
    }

    mutating func create(nodes: JSONValue, key: String = Self.key, extra: [JSONValue.Member] = []) -> Received {
        let members: [JSONValue.Member] = [
            .init(name: "apiKey", value: .string(key)), .init(name: "workflowId", value: .string(Self.workflow)),
            .init(name: "nodeInfoList", value: nodes),
        ]
        return post("/task/openapi/create", .object(members + extra))
    }

    static func node(_ node: String, _ field: String, _ value: JSONValue) -> JSONValue {
        ["nodeId": .string(node), "fieldName": .string(field), "fieldValue": value]
    }

    mutating func ask(_ call: String, _ id: String?, key: String = Self.key) -> Received {
        post("/task/openapi/\(call)", ["apiKey": .string(key), "taskId": id.map { .string($0) } ?? nil])
    }

    var ledger: Ledger { provider.ledger(at: now) }

    mutating func setFaults(_ rules: FaultRule...) throws { provider.faultsReplaced(by: try FaultPlan(rules)) }
}

enum Picture {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    static let source = signature + Array("source".utf8)
    static let pose = signature + Array("pose".utf8)
}

enum Multipart {
    static let boundary = "boundary-of-the-tests"
    static let contentType = "multipart/form-data; boundary=\(boundary)"

    static func body(key: String?, fileName: String, content: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        if let key {
            buffer.writeString("--\(boundary)\r\nContent-Disposition: form-data; name=\"apiKey\"\r\n\r\n\(key)\r\n")
        }
        buffer.writeString(
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(fileName)\"\r\n")
        buffer.writeString("Content-Type: image/png\r\n\r\n")
        buffer.writeBytes(content)
        buffer.writeString("\r\n--\(boundary)--\r\n")
        return buffer
    }
}
