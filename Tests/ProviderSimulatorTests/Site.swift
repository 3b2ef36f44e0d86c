import NIOCore

@testable import ProviderSimulator

/// A simulator with a clock that stands still, and requests to it written by hand.
struct Site: Sendable {
    static let key = "key-of-the-tests"
    let server: SimulatorServer
    let time: ManualTime

    static func with<Result>(
        _ configuration: SimulatorConfiguration = SimulatorConfiguration(), _ body: (Site) async throws -> Result
    ) async throws -> Result {
        let time = ManualTime()
        let site = Site(server: try await SimulatorServer.start(configuration, clock: .manual(time)), time: time)
        do {
            let result = try await body(site)
            await site.server.shutdown()
            return result
        } catch {
            await site.server.shutdown()
            throw error
        }
    }

    struct Answer {
        let code: Int64?
        let data: JSONValue?
    }

    func request(_ path: String, _ body: JSONValue, closes: Bool = true) -> String {
        let text = body.text
        return "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + (closes ? "Connection: close\r\n" : "") + "Content-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    /// Sends on a fresh connection and reads until the simulator closes it.
    func exchange(_ request: String) async throws -> [UInt8] { try await exchange(ByteBuffer(string: request)) }

    func exchange(_ request: ByteBuffer) async throws -> [UInt8] {
        let connection = try await RawConnection.open(port: server.port)
        try await connection.send(request)
        return await connection.readToEnd()
    }

    func post(_ path: String, _ members: JSONValue) async throws -> Answer {
        guard case .object(let list) = members else { return Answer(code: nil, data: nil) }
        let body = JSONValue.object([.init(name: "apiKey", value: .string(Self.key))] + list)
        let reply = RawReply(try await exchange(request(path, body)))
        let json = try JSONValue(parsing: reply?.body ?? [])
        return Answer(code: json["code"]?.integer, data: json["data"])
    }

    func get(_ path: String) async throws -> RawReply {
        try await RawReply(exchange("GET \(path) HTTP/1.1\r\nConnection: close\r\n\r\n")) ?? RawReply.none
    }

    func upload(_ picture: [UInt8]) async throws -> String {
        let body = Multipart.body(key: Self.key, fileName: "picture.png", content: picture)
        var request = ByteBuffer(
            string: "POST /task/openapi/upload HTTP/1.1\r\nContent-Type: \(Multipart.contentType)\r\n"
                + "Connection: close\r\nContent-Length: \(body.readableBytes)\r\n\r\n")
        request.writeImmutableBuffer(body)
        let reply = RawReply(try await exchange(request))
        return try JSONValue(parsing: reply?.body ?? [])["data"]?["fileName"]?.string ?? ""
    }

    func createBody() async throws -> JSONValue {
        [
            "apiKey": .string(Self.key), "workflowId": "5",
            "nodeInfoList": [
                ProviderHarness.node("3", "image", .string(try await upload(Picture.source))),
                ProviderHarness.node("7", "image", .string(try await upload(Picture.pose))),
            ],
        ]
    }

    func createdRun() async throws -> String {
        let reply = RawReply(try await exchange(request("/task/openapi/create", try await createBody())))
        return try JSONValue(parsing: reply?.body ?? [])["data"]?["taskId"]?.string ?? ""
    }
}
