package import NIOCore

/// A request that was read to its end.
package struct ProviderRequest: Sendable {
    package var endpoint: Endpoint
    package var method: String
    package var path: String
    package var authorization: String?
    package var contentType: String?
    package var body: ByteBuffer
    /// Scheme and authority under which the simulator is reached; links in replies begin with it.
    package var origin: String

    package init(
        method: String, path: String, authorization: String? = nil, contentType: String? = nil,
        body: ByteBuffer = ByteBuffer(), origin: String = "http://127.0.0.1"
    ) {
        self.endpoint = Endpoint(path: path)
        self.method = method
        self.path = path
        self.authorization = authorization
        self.contentType = contentType
        self.body = body
        self.origin = origin
    }

    /// The id in the path, where the endpoint has one.
    var pathID: String? { endpoint.id(in: path) }

    /// The media type in lower case, without parameters.
    var mediaType: String? {
        contentType?.split(separator: ";", maxSplits: 1).first.map { Self.trimmed($0).lowercased() }
    }

    /// The key of an `Authorization: Bearer` header, whatever the letters' case.
    var bearerKey: String? {
        guard let authorization, let space = authorization.firstIndex(of: " ") else { return nil }
        guard authorization[..<space].lowercased() == "bearer" else { return nil }
        return Self.trimmed(authorization[authorization.index(after: space)...])
    }

    static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
